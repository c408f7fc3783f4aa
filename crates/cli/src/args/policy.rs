//! `tenantatlas policy …`

use clap::{Args, Subcommand};

use super::{OneTenant, Waiting};

/// `policy …`
#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Read policies again and keep what they are as versions: one by its id, several, or all that match a filter.
    Capture(Capture),
}

/// `policy capture`
#[derive(Debug, Args)]
pub(crate) struct Capture {
    /// The tenant.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// A policy as TYPE/ID, for example scopeTags/0; may be repeated.
    #[arg(long = "policy", value_name = "TYPE/ID", required_unless_present = "matching")]
    pub(crate) policies: Vec<String>,
    /// All policies of the inventory that match the following; all of them without any.
    #[arg(long, conflicts_with = "policies")]
    pub(crate) matching: bool,
    /// Only this configuration type; may be repeated.
    #[arg(long = "type", value_name = "KEY", requires = "matching")]
    pub(crate) types: Vec<String>,
    /// Only for this platform; may be repeated.
    #[arg(long = "platform", value_name = "PLATFORM", requires = "matching")]
    pub(crate) platforms: Vec<String>,
    /// Only missing or incomplete ones.
    #[arg(long, value_name = "STATE", requires = "matching")]
    pub(crate) state: Option<String>,
    /// Only those whose content changed in the last 24h, 7d or 30d.
    #[arg(long, value_name = "TIME", requires = "matching")]
    pub(crate) changed: Option<String>,
    /// Only those assigned to this group (an id).
    #[arg(long, value_name = "ID", requires = "matching")]
    pub(crate) group: Option<String>,
    /// Only those with these words in their name or settings.
    #[arg(long, value_name = "TEXT", requires = "matching")]
    pub(crate) find: Option<String>,
    /// Waiting.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}
