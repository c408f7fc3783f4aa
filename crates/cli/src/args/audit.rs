//! `audit …`

use std::path::PathBuf;

use clap::Subcommand;

/// `audit …`
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Prove that the audit log is as it was recorded; names the first entry that is not. Needs the database and the key,
    /// no server.
    Verify {
        /// Tenant: its id (ten_…), directory id, primary domain or name. Without one: everything, for administrators.
        tenant: Option<String>,
        /// Checkpoints that were kept elsewhere, as `audit checkpoint` wrote them: finds also what was cut off the end.
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
    },
    /// Write the signed heads of the audit log, to be kept where whoever writes the database cannot.
    Checkpoint {
        /// Tenant: its id (ten_…), directory id, primary domain or name. Without one: everything, for administrators.
        tenant: Option<String>,
        /// The file to write; it must not be there yet. Without one they are printed.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}
