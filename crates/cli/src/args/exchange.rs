//! `tenantatlas export` and `tenantatlas import`.

use std::path::PathBuf;

use clap::Args;

use super::{OneTenant, Waiting};

/// `export`
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The tenant.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// A folder, or a file that ends with .zip. A folder is new, empty, or one that was exported to before.
    #[arg(long, value_name = "DIR|FILE.zip")]
    pub(crate) to: PathBuf,
    /// ours, portal, intune-management or intunecd.
    #[arg(long, default_value = "ours")]
    pub(crate) layout: String,
    /// This backup set (bak_…) and not what was observed last.
    #[arg(long, value_name = "SET", conflicts_with_all = ["types", "objects"])]
    pub(crate) set: Option<model::ids::BackupSetId>,
    /// Only these configuration types (default: all).
    #[arg(long = "type", value_name = "KEY")]
    pub(crate) types: Vec<String>,
    /// Only this object, as TYPE/ID; may be repeated.
    #[arg(long = "object", value_name = "TYPE/ID", conflicts_with = "types")]
    pub(crate) objects: Vec<String>,
    /// Commit what changed to the git repository that the folder is in; a folder that is in none becomes one.
    #[arg(long)]
    pub(crate) git: bool,
}

/// `import`
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The tenant.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// A folder, a ZIP archive or a JSON file: our own layout, or that of the portal, IntuneManagement or IntuneCD.
    pub(crate) path: PathBuf,
    /// Name of the set (default: that of the file).
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Waiting.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}
