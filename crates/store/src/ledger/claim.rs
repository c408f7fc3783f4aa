//! Taking queued runs, and keeping them by beats.

use model::ids::{RunId, TenantId, UserId, WorkerId};
use serde_json::Value;

use super::{LEASE_MS, Lease, Ledger};
use crate::StoreError;
use crate::db::sql::{Arg, Builder, id};
use crate::db::{Engine, Row, Tx};

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
            database_now_ms: row.get("last_progress_at")?,
        })
    }
}

impl Ledger {
    /// Takes up to `slots` queued runs of these types, tenants in turn, oldest first within each. Fence, attempt and
    /// lease are committed before this returns.
    pub async fn claim(
        &self,
        worker: &WorkerInfo,
        slots: usize,
        types: &[&str],
    ) -> Result<Vec<ClaimedRun>, StoreError> {
        if slots == 0 || types.is_empty() {
            return Ok(Vec::new());
        }
        // A look without a lock first: an idle worker costs the writer nothing.
        let candidates = self.candidates(slots, types).await?;
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.0.begin("ledger.claim").await?;
        let chosen = lock(&mut tx, candidates, slots).await?;
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = lease(&mut tx, worker.id, &chosen).await?;
        self.0.commit_runs(tx, false).await?;
        Ok(claimed)
    }

    /// Twice as many as wanted, because another worker may be taking the same.
    async fn candidates(&self, slots: usize, types: &[&str]) -> Result<Vec<Arg>, StoreError> {
        let types = || types.iter().map(|name| Arg::from(*name));
        let wanted = slots * 2;
        let mut query = Builder::new("select id from (select r.id, r.available_at, ");
        query
            .text("row_number() over (partition by r.tenant_id order by r.available_at, r.id) as turn from tenants t ");
        // The first few of each tenant, found in the queue's index; each engine has its own way to say "for each".
        let (before, after) = match self.0.engine() {
            Engine::Sqlite => ("join operation_runs r on r.id in (select q.id", ")"),
            Engine::Postgres => ("cross join lateral (select q.id, q.tenant_id, q.available_at", ") r"),
        };
        query.text(before);
        query.text(" from operation_runs q where q.tenant_id = t.id and q.status = 'queued' and q.available_at <= now_ms() and q.type");
        query.one_of(types());
        query.with(" order by q.available_at, q.id limit {}", [wanted.into()]);
        query.text(after);
        query.with(") as turns order by turn, available_at, id limit {}", [wanted.into()]);
        let rows = self.0.fetch("operation_runs", query.statement()).await?;
        rows.iter().map(|row| row.get::<uuid::Uuid>("id").map(Arg::from)).collect()
    }
}

/// The candidates that are still to be had, in their order.
async fn lock(tx: &mut Tx, candidates: Vec<Arg>, slots: usize) -> Result<Vec<Arg>, StoreError> {
    if tx.engine() == Engine::Sqlite {
        return Ok(candidates.into_iter().take(slots).collect());
    }
    let mut query = Builder::new("select r.id from operation_runs r join (");
    query.rows((0_i64..).zip(candidates).map(|(turn, run)| vec![run, turn.into()]));
    query.text(") as v on r.id = v.column1 where r.status = 'queued'");
    query.with(" order by v.column2 limit {} for update of r skip locked", [slots.into()]);
    let rows = tx.fetch("operation_runs", query.statement()).await?;
    rows.iter().map(|row| row.get::<uuid::Uuid>("id").map(Arg::from)).collect()
}

async fn lease(tx: &mut Tx, worker: WorkerId, chosen: &[Arg]) -> Result<Vec<ClaimedRun>, StoreError> {
    let mut update =
        Builder::new("update operation_runs set status = 'running', fence = fence + 1, attempt = attempt + 1, ");
    update.with("lease_owner = {}, lease_expires_at = now_ms() + {}, ", [id(worker).into(), LEASE_MS.into()]);
    update.text(
        "started_at = coalesce(started_at, now_ms()), deadline_at = coalesce(deadline_at, now_ms() + deadline_ms), ",
    );
    update
        .text("last_progress_at = now_ms(), reason_code = null, reason_sentence = null where status = 'queued' and id");
    update.one_of(chosen.iter().cloned());
    update.text(
        " returning id, tenant_id, type, label, inputs, context, initiator_id, initiator_name, attempt, attempts_max, fence, \
         deadline_at, created_at, last_progress_at",
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
