//! `tenantatlas queue …` and `tenantatlas node …`

use clap::Subcommand;

/// `queue …`
#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    /// What is paused and limited. Without a tenant: what concerns all of them.
    Show {
        /// Tenant: its id (ten_…), directory id, primary domain or name.
        tenant: Option<String>,
    },
    /// Keep queued runs from starting. Without a tenant: in all of them.
    Pause {
        /// Tenant: its id (ten_…), directory id, primary domain or name.
        tenant: Option<String>,
        /// Only runs of this type, for example inventory.sync.
        #[arg(long = "type", value_name = "TYPE")]
        run_type: Option<String>,
        /// Why; everybody whose run waits reads it.
        #[arg(long)]
        reason: String,
    },
    /// End a pause.
    Resume {
        /// The pause (pau_…), as queue show prints it.
        pause: model::ids::PauseId,
    },
    /// Set how many runs may run at the same time, over all nodes.
    Limit {
        /// A run type, tenant_reads (of one tenant), or all.
        name: String,
        /// How many; "none" lifts the limit.
        most: String,
    },
}

/// `node …`
#[derive(Debug, Subcommand)]
pub(crate) enum Node {
    /// Every process that was seen today: roles, version, since when, what it holds, last beat.
    List,
}
