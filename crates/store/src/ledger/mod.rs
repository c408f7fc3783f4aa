//! The engine's side of the runs: claim, beat, sweep, and writes under a lease.
//!
//! It asks for no tenant scope, because it carries no right to a tenant's data: what it hands out is which runs a
//! worker holds, and what it writes is fenced by that. A worker gets at a tenant through [`crate::Db::scopes_of_runs`].
//!
//! **The fence.** Claiming a run adds one to its fence and commits before any work starts. Every write by a worker
//! names run, fence and worker, first touches the run's row under that condition, and takes its lock with it. Zero rows
//! touched means that the run was swept, ended or claimed again meanwhile: [`StoreError::LeaseLost`], and the whole
//! transaction is rolled back. A lease that has expired but was not swept yet is still held: expiry only allows the
//! sweep, it is the sweep that takes the run away. All times are by the database's clock, so that a worker whose own
//! clock is wrong neither loses nor keeps anything.

mod beat;
mod claim;
mod end;
mod housekeeping;
mod record;
mod release;
mod steps;
mod sweep;
mod turns;

pub use beat::{Beat, Heart};
pub use claim::{ClaimedRun, WorkerInfo};
pub use end::Closing;
pub(crate) use end::{End, end_runs};
pub use record::ItemRecord;
pub(crate) use record::record_items;
pub use release::Release;
pub use steps::Step;
pub(crate) use steps::step_in;
pub use sweep::{Swept, SweptTo};
pub(crate) use turns::TENANT_READS_MAX;

use model::ids::{RunId, TenantId, WorkerId};

use crate::db::Tx;
use crate::db::sql::{id, sql};
use crate::{Db, StoreError};

/// How long a lease lasts without a beat, in milliseconds.
pub(crate) const LEASE_MS: i64 = 6_000;

/// What a worker holds: every write names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The run.
    pub run: RunId,
    /// Grows with each claim.
    pub fence: i64,
    /// One process start.
    pub worker: WorkerId,
}

/// The engine's side of all runs.
pub struct Ledger(pub(crate) Db);

impl Db {
    /// The engine's side of all runs.
    pub fn ledger(&self) -> Ledger {
        Ledger(self.clone())
    }
}

/// The run's row as it is while this transaction holds it.
pub(crate) struct Held {
    pub(crate) tenant: Option<TenantId>,
    pub(crate) next_sequence: i64,
    pub(crate) attempt: i64,
    pub(crate) attempts_max: i64,
    pub(crate) cancel_requested: bool,
    /// The database's clock.
    pub(crate) now: i64,
}

/// Proves the lease and locks the run's row until the transaction ends.
pub(crate) async fn hold(tx: &mut Tx, lease: &Lease) -> Result<Held, StoreError> {
    let statement = sql!(
        "update operation_runs set last_progress_at = now_ms() \
         where id = $1 and fence = $2 and lease_owner = $3 and status = 'running' \
         returning tenant_id, next_sequence, attempt, attempts_max, cancel_requested_at, last_progress_at",
        id(lease.run),
        lease.fence,
        id(lease.worker),
    );
    let rows = tx.fetch("operation_runs", statement).await?;
    let row = rows.first().ok_or(StoreError::LeaseLost)?;
    Ok(Held {
        tenant: row.optional_id("tenant_id")?,
        next_sequence: row.get("next_sequence")?,
        attempt: row.get("attempt")?,
        attempts_max: row.get("attempts_max")?,
        cancel_requested: row.get::<Option<i64>>("cancel_requested_at")?.is_some(),
        now: row.get("last_progress_at")?,
    })
}

/// Proves the lease for a write to a tenant's data: the run must be that tenant's own.
pub(crate) async fn hold_in(tx: &mut Tx, lease: &Lease, tenant: TenantId) -> Result<Held, StoreError> {
    let held = hold(tx, lease).await?;
    if held.tenant == Some(tenant) { Ok(held) } else { Err(StoreError::LeaseLost) }
}
