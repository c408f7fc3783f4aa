//! `tenantatlas backup …`

use std::path::PathBuf;

use clap::Subcommand;

use super::{OneTenant, Waiting};

/// `backup …`
#[derive(Debug, Subcommand)]
pub(crate) enum Backup {
    /// Back up what a tenant is configured to do.
    Create {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// Name of the set (default: the date).
        #[arg(long)]
        name: Option<String>,
        /// Only these configuration types (default: all).
        #[arg(long = "type", value_name = "KEY")]
        types: Vec<String>,
        /// Leave the set open, to add policies before it is closed.
        #[arg(long)]
        keep_open: bool,
        /// Waiting.
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Add policies to a set that was left open.
    Add {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
        /// A policy as TYPE/ID, for example scopeTags/0; may be repeated.
        #[arg(long = "policy", value_name = "TYPE/ID", required = true)]
        policies: Vec<String>,
        /// Waiting.
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Take a policy out of a set that was left open.
    TakeOut {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
        /// The policy as TYPE/ID.
        policy: String,
    },
    /// Close a set that was left open: from then on it does not change any more.
    Close {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
    },
    /// The backup sets of a tenant.
    List(OneTenant),
    /// One backup set: what it holds and what is missing.
    Show {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
    },
    /// Prove that an exported folder or archive is what its manifest says. Needs no database.
    VerifyExport {
        /// The folder or ZIP archive.
        path: PathBuf,
    },
    /// Prove that a backup set is what its manifest says. Reads only the database.
    Verify {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
    },
}
