//! `tenantatlas coverage …`

use clap::Subcommand;

use super::OneTenant;

/// `coverage …`
#[derive(Debug, Subcommand)]
pub(crate) enum Coverage {
    /// What of each configuration type could be seen, and what is excluded.
    Show(OneTenant),
    /// Leave a type out of what is observed, until it is included again: syncs, probes and backups do not ask for it.
    Exclude {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The type's key, for example windows365Provisioning.
        #[arg(value_name = "KEY")]
        type_key: String,
        /// Why, for whoever finds nothing of it later.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Observe a type again: the next sync reads all of it.
    Include {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// The type's key.
        #[arg(value_name = "KEY")]
        type_key: String,
    },
}
