//! Entries of the audit log get their place in the chain.

use std::time::Duration;

use engine::Duty;
use futures::future::BoxFuture;
use model::AppError;
use store::Db;

/// Entries linked in one transaction: few, because on SQLite nobody else writes meanwhile.
const SLICE: usize = 250;
/// Slices at a time. A database that was just upgraded has millions to link, and work goes first.
const SLICES: usize = 20;

/// The duty. Any number of workers may have it: of two that take up the same entries one writes nothing.
pub struct LinkAudit;

impl Duty for LinkAudit {
    fn name(&self) -> &'static str {
        "link audit entries"
    }

    /// For so long an entry can be changed without a trace.
    fn every(&self) -> Duration {
        Duration::from_secs(2)
    }

    fn act<'a>(&'a self, db: &'a Db) -> BoxFuture<'a, Result<(), AppError>> {
        Box::pin(async move {
            for _ in 0..SLICES {
                if db.audit_chains().link(SLICE).await? < SLICE {
                    break;
                }
            }
            Ok(())
        })
    }
}
