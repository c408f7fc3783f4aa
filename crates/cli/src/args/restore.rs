//! `tenantatlas restore …`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use model::ids::{BackupSetId, RestoreId, RunId, VersionId};

use super::{OneTenant, Waiting};

/// `restore …`
#[derive(Debug, Subcommand)]
pub(crate) enum Restore {
    /// Begin a restore, answer its questions and preview it. Nothing is written to the tenant.
    Plan(RestorePlan),
    /// Answer questions of a restore that has begun, and preview it again.
    Preview(RestorePreview),
    /// What a plan would do: of a file that `restore plan` wrote, or of a restore (rst_…).
    Show {
        /// The file or the restore.
        what: String,
    },
    /// Enter a value that no version has, because Graph never returns it; without --at, list those values. It is typed when
    /// asked, piped in, or in TENANTATLAS_RESTORE_SECRET, never on the command line.
    Secret {
        /// The restore (rst_…).
        restore: RestoreId,
        /// Which one, as the list writes it.
        #[arg(long, value_name = "TYPE/ID/PLACE")]
        at: Option<String>,
        /// Forget what was entered for it.
        #[arg(long, requires = "at")]
        forget: bool,
    },
    /// Execute a plan. On a terminal what is missing is asked for.
    Apply(RestoreApply),
    /// Let a plan pass as a second person.
    Approve {
        /// The tenant that is written to.
        #[command(flatten)]
        tenant: OneTenant,
        /// The plan's hash, or at least its first 8 characters.
        #[arg(long, value_name = "HASH")]
        plan: String,
    },
    /// Plan the way back from a restore: what it found before it wrote, and what it made.
    Undo {
        /// The run that restored (run_…).
        run: RunId,
        /// Write the plan to this file, too; it must not be there yet.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Plan once more what a restore did not write as planned, with the same answers.
    Again {
        /// The run that restored (run_…).
        run: RunId,
        /// Write the plan to this file, too; it must not be there yet.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Give up a restore that nobody has executed.
    Discard {
        /// The restore (rst_…).
        restore: RestoreId,
    },
    /// The restores of a tenant, newest first.
    List(OneTenant),
    /// Say whether a restore of the tenant needs the approval of a second person; without a choice, tell what holds.
    SecondPerson {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// on or off.
        #[arg(value_parser = ["on", "off"])]
        choice: Option<String>,
    },
}

/// `restore plan`
#[derive(Debug, Args)]
pub(crate) struct RestorePlan {
    /// The tenant that is written to.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// A backup set (bak_…).
    #[arg(long, value_name = "SET", conflicts_with = "versions", required_unless_present_any = ["versions", "objects"])]
    pub(crate) set: Option<BackupSetId>,
    /// A version of an object (ver_…); may be repeated.
    #[arg(long = "version", value_name = "VERSION", conflicts_with = "objects")]
    pub(crate) versions: Vec<VersionId>,
    /// Only this object of the set, or this one as it was last observed, as TYPE/ID; may be repeated.
    #[arg(long = "object", value_name = "TYPE/ID")]
    pub(crate) objects: Vec<String>,
    /// The tenant that the objects come from (default: the one that is written to).
    #[arg(long, value_name = "TENANT")]
    pub(crate) from: Option<String>,
    /// Write assignments, too: each list is sent last and as a whole.
    #[arg(long, conflicts_with = "only_assignments")]
    pub(crate) assignments: bool,
    /// Write assignments and nothing else.
    #[arg(long)]
    pub(crate) only_assignments: bool,
    /// An answer: KIND/ID=ID for what stands for it here (or its name), or KIND/ID=new, =along, =keep or =skip; may be repeated.
    #[arg(long = "map", value_name = "KIND/ID=ANSWER")]
    pub(crate) map: Vec<String>,
    /// Write the plan to this file, too; it must not be there yet.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `restore apply`
#[derive(Debug, Args)]
pub(crate) struct RestoreApply {
    /// The tenant that is written to.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// The plan's hash, or at least its first 8 characters. Naming it says that you have seen whom the plan reaches.
    #[arg(long, value_name = "HASH")]
    pub(crate) plan: String,
    /// The tenant's name, exactly as it is shown.
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant_name: Option<String>,
    /// Why; kept in the audit log and shown to whoever approves it in Intune.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Waiting.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// `restore preview`
#[derive(Debug, Args)]
pub(crate) struct RestorePreview {
    /// The restore (rst_…).
    pub(crate) restore: RestoreId,
    /// An answer, as with `restore plan`; may be repeated.
    #[arg(long = "map", value_name = "KIND/ID=ANSWER")]
    pub(crate) map: Vec<String>,
    /// Write the plan to this file, too; it must not be there yet.
    #[arg(long, short, value_name = "FILE", conflicts_with = "detach")]
    pub(crate) out: Option<PathBuf>,
    /// Waiting.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}
