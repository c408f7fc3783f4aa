//! Which runs, in the words of the Operations page.

use app::operations::RunQuery;
use clap::Args;

/// All parts must fit. Times as on the page, except that without one every run fits.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunFilterArgs {
    /// Only this run type; may be repeated.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Only queued, running or completed ones; may be repeated.
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
    /// Only with this outcome: pending, succeeded, partially_succeeded, failed, blocked, cancelled; may be repeated.
    #[arg(long, value_name = "OUTCOME")]
    outcome: Vec<String>,
    /// Only those started by me, by the system, or by a user (usr_…).
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Only those started in the last 1h, 24h, 7d, 30d or 90d.
    #[arg(long, value_name = "TIME", default_value = "all")]
    when: String,
    /// Only those with an item of this code.
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Only those with this text in label, target or id.
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
}

impl RunFilterArgs {
    /// As the page has it in its address.
    pub(crate) fn query(&self) -> RunQuery {
        let several = [("type", &self.types), ("status", &self.status), ("outcome", &self.outcome)];
        let several =
            several.into_iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value.as_str())));
        let single = [("who", &self.by), ("code", &self.code), ("q", &self.find)];
        let single = single.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        RunQuery::of(several.chain(single).chain([("when", self.when.as_str())]))
    }
}
