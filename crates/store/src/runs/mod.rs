//! Operation runs, seen from a tenant: start, watch, cancel (`spec/runs.md`).

mod cancel;
mod detail;
mod filter;
mod items;
mod list;
mod queue;
mod row;
mod start;

pub use cancel::CancelOutcome;
pub use detail::{EventRow, NotComplete};
pub use filter::RunFilter;
pub use items::{ItemCounts, ItemFilter, ItemRow};
pub use list::{RunCounts, RunPage, RunPageRequest};
pub use row::RunRow;
pub use start::{ActiveRun, Idempotency, NewRun, Started};

use crate::TenantDb;

/// One tenant's runs.
pub struct Runs<'a>(pub(crate) TenantDb<'a>);
