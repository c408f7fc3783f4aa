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
    List {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// Those that were archived.
        #[arg(long)]
        archived: bool,
    },
    /// One backup set: what it holds, what is missing, and what could be restored today.
    Show {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
        /// Each item with why it could not be restored as a whole.
        #[arg(long)]
        items: bool,
    },
    /// The content of one item as it was captured, as JSON.
    Item {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
        /// The object as TYPE/ID.
        policy: String,
    },
    /// Archive a set: it is kept, and no list shows it unless asked to.
    Archive {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
    },
    /// Bring a set back from the archive.
    Unarchive {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
    },
    /// Delete a set for good. The versions in it stay.
    Delete {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The set (bak_…).
        set: model::ids::BackupSetId,
        /// The name of the set, to be sure.
        #[arg(long, value_name = "NAME")]
        confirm: String,
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
