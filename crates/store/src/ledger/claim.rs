//! Taking queued runs.

use model::ids::{RunId, TenantId, UserId, WorkerId};
use model::run::Priority;
use serde_json::Value;

use super::turns::{choose, serve_turns};
use super::{LEASE_MS, Lease, Ledger};
use crate::StoreError;
use crate::db::sql::{Arg, Builder, id, sql};
use crate::db::{Row, Tx};

/// One process start.
#[derive(Debug, Clone)]
pub struct WorkerInfo {
    /// Fresh at each start.
    pub id: WorkerId,
    /// The machine's name.
    pub host: String,
    /// Of the program.
    pub version: String,
    /// What it does: `serve`, `worker`.
    pub roles: Vec<String>,
}

/// A run as a worker gets it.
#[derive(Debug, Clone)]
pub struct ClaimedRun {
    /// The run.
    pub id: RunId,
    /// Its tenant.
    pub tenant: TenantId,
    /// `resource.action`.
    pub run_type: String,
    /// Verb and object.
    pub label: String,
    /// What to do.
    pub inputs: Value,
    /// Related ids.
    pub context: Value,
    /// Absent when no person started it.
    pub initiator: Option<UserId>,
    /// The name as it was then.
    pub initiator_name: String,
    /// This attempt's number, from 1; committed before any work starts.
    pub attempt: i64,
    /// Attempts that may start.
    pub attempts_max: i64,
    /// Of this claim.
    pub fence: i64,
    /// When it fails for being too slow, by the database's clock.
    pub deadline_at: i64,
    /// When it was started by its initiator.
    pub created_at: i64,
    /// Its class.
    pub priority: Priority,
    /// The database's clock at the claim.
    pub database_now_ms: i64,
}

impl ClaimedRun {
    /// What this worker holds.
    pub fn lease(&self, worker: WorkerId) -> Lease {
        Lease { run: self.id, fence: self.fence, worker }
    }

    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            tenant: row.id("tenant_id")?,
            run_type: row.get("type")?,
            label: row.get("label")?,
            inputs: row.json("inputs")?,
            context: row.json("context")?,
            initiator: row.optional_id("initiator_id")?,
            initiator_name: row.get("initiator_name")?,
            attempt: row.get("attempt")?,
            attempts_max: row.get("attempts_max")?,
            fence: row.get("fence")?,
            deadline_at: row.get("deadline_at")?,
            created_at: row.get("created_at")?,
            priority: Priority::from_number(row.get("priority")?),
            database_now_ms: row.get("last_progress_at")?,
        })
    }
}

impl Ledger {
    /// Takes up to `slots` queued runs of these types, in the order and within the limits of spec 016. Fence, attempt
    /// and lease are committed before this returns.
    pub async fn claim(
        &self,
        worker: &WorkerInfo,
        slots: usize,
        types: &[&str],
    ) -> Result<Vec<ClaimedRun>, StoreError> {
        if slots == 0 || types.is_empty() || !self.something_is_due().await? {
            return Ok(Vec::new());
        }
        let mut tx = self.0.begin_choice("ledger.claim").await?;
        let chosen = choose(&mut tx, slots, types).await?;
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = lease(&mut tx, worker.id, chosen).await?;
        serve_turns(&mut tx, &claimed).await?;
        self.0.commit_runs(tx, false).await?;
        Ok(claimed)
    }

    /// A look without a lock: an idle worker costs the writer nothing.
    async fn something_is_due(&self) -> Result<bool, StoreError> {
        let look =
            sql!("select id from operation_runs where status = 'queued' and available_at <= (select now_ms()) limit 1");
        Ok(!self.0.fetch("operation_runs", look).await?.is_empty())
    }
}

async fn lease(tx: &mut Tx, worker: WorkerId, chosen: Vec<Arg>) -> Result<Vec<ClaimedRun>, StoreError> {
    let mut update =
        Builder::new("update operation_runs set status = 'running', fence = fence + 1, attempt = attempt + 1, ");
    update.with("lease_owner = {}, lease_expires_at = now_ms() + {}, ", [id(worker).into(), LEASE_MS.into()]);
    update.text(
        "started_at = coalesce(started_at, now_ms()), deadline_at = coalesce(deadline_at, now_ms() + deadline_ms), ",
    );
    update
        .text("last_progress_at = now_ms(), reason_code = null, reason_sentence = null where status = 'queued' and id");
    update.one_of(chosen);
    update.text(
        " returning id, tenant_id, type, label, inputs, context, initiator_id, initiator_name, attempt, attempts_max, fence, \
         deadline_at, created_at, last_progress_at, priority",
    );
    let rows = tx.fetch("operation_runs", update.statement()).await?;
    let claimed = rows.iter().map(ClaimedRun::from_row).collect::<Result<Vec<_>, _>>()?;
    let mut events = Builder::new("insert into operation_run_events (run_id, at, kind, attempt, worker) ");
    events.rows(claimed.iter().map(|run| {
        vec![id(run.id).into(), run.database_now_ms.into(), "claimed".into(), run.attempt.into(), id(worker).into()]
    }));
    if !claimed.is_empty() {
        tx.execute(events.statement()).await?;
    }
    Ok(claimed)
}
