//! The end of runs: outcome, counts, event, audit entry and the promise of a notification, in one transaction.

use std::collections::HashMap;

use model::Ambient;
use model::ids::{RunId, WorkerId};
use model::run::{Failure, Outcome, Reason, Status};

use super::{Lease, Ledger};
use crate::db::sql::{Arg, Builder, id, optional_id};
use crate::db::{Engine, Row, Tx};
use crate::{Actor, AuditEntry, StoreError, audit};

/// Kinds of failure kept with a run; the items keep theirs.
const FAILURES_MAX: usize = 50;

/// How a run ends.
#[derive(Debug, Clone, Default)]
pub struct Closing {
    /// Absent: derived from the items by the outcome rule of [`model::run::Counts`].
    pub outcome: Option<Outcome>,
    /// Why it ended so.
    pub reason: Option<Reason>,
    /// Kinds of failure, with how often each was met.
    pub failures: Vec<Failure>,
}

/// A run to end, if it still stands as expected.
pub(crate) struct End {
    pub(crate) run: RunId,
    pub(crate) fence: i64,
    pub(crate) status: Status,
    pub(crate) worker: Option<WorkerId>,
    pub(crate) closing: Closing,
}

impl Ledger {
    /// Ends a run.
    pub async fn finish(&self, lease: &Lease, closing: Closing) -> Result<Outcome, StoreError> {
        let ended = self.finish_many(vec![(*lease, closing)]).await?;
        ended.first().and_then(|(_, outcome)| *outcome).ok_or(StoreError::LeaseLost)
    }

    /// Ends several runs in one commit; a run whose lease is lost is left alone and has no outcome in the answer.
    pub async fn finish_many(
        &self,
        closings: Vec<(Lease, Closing)>,
    ) -> Result<Vec<(RunId, Option<Outcome>)>, StoreError> {
        let leases: Vec<_> = closings.iter().map(|(lease, _)| *lease).collect();
        if leases.is_empty() {
            return Ok(Vec::new());
        }
        let ends = closings.into_iter().map(|(lease, closing)| End {
            run: lease.run,
            fence: lease.fence,
            status: Status::Running,
            worker: Some(lease.worker),
            closing,
        });
        let mut tx = self.0.begin("ledger.finish").await?;
        let ended = end_runs(&mut tx, self.0.ambient(), ends.collect()).await?;
        self.0.commit_runs(tx, true).await?;
        // By fence too: a worker may end a run that it claimed twice, once under a lease that it has lost.
        let ended: HashMap<_, _> = ended.into_iter().map(|(run, fence, outcome)| ((run, fence), outcome)).collect();
        let outcome = |lease: &Lease| ended.get(&(lease.run, lease.fence)).copied();
        Ok(leases.iter().map(|lease| (lease.run, outcome(lease))).collect())
    }
}

/// Ends those that stand as expected, and says which those are, each with its fence.
pub(crate) async fn end_runs(
    tx: &mut Tx,
    ambient: &Ambient,
    ends: Vec<End>,
) -> Result<Vec<(RunId, i64, Outcome)>, StoreError> {
    if ends.len() > 1 && tx.engine() == Engine::Postgres {
        lock_in_order(tx, &ends).await?;
    }
    let mut update = Builder::new(
        "update operation_runs as r set status = 'completed', outcome = case when v.column5 <> '' then v.column5 \
         when r.failed = 0 then 'succeeded' when r.succeeded = 0 then 'failed' else 'partially_succeeded' end, \
         reason_code = v.column6, reason_sentence = v.column7, failures = v.column8, total = r.next_sequence - 1, \
         lease_owner = null, lease_expires_at = null, completed_at = now_ms() from (",
    );
    update.rows(ends.into_iter().map(row));
    update.text(
        ") as v where r.id = v.column1 and r.fence = v.column2 and r.status = v.column3 \
         and (v.column4 is null or r.lease_owner = v.column4) \
         returning id, fence, tenant_id, type, outcome, initiator_id, initiator_name, parent_id, attempt, reason_code, \
         reason_sentence, completed_at",
    );
    let rows = tx.fetch("operation_runs", update.statement()).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    tell(tx, ambient, &rows).await?;
    wake_parents(tx, &rows).await?;
    rows.iter().map(|row| Ok((row.id("id")?, row.get("fence")?, row.word("outcome")?))).collect()
}

/// Statements that lock many runs, beats among them, lock them in one order, or they would wait for each other. SQLite
/// has one writer at a time.
async fn lock_in_order(tx: &mut Tx, ends: &[End]) -> Result<(), StoreError> {
    let mut query = Builder::new("select id from operation_runs where id");
    query.one_of(ends.iter().map(|end| id(end.run).into())).text(" order by id for update");
    tx.fetch("operation_runs", query.statement()).await?;
    Ok(())
}

/// A run that waits for one of its parts looks again at once. On PostgreSQL one that is just about to wait may miss
/// this, so no run waits for a part without a time of its own.
async fn wake_parents(tx: &mut Tx, rows: &[Row]) -> Result<(), StoreError> {
    let parents = rows.iter().filter_map(|row| row.get::<Option<uuid::Uuid>>("parent_id").transpose());
    let parents = parents.map(|parent| parent.map(Arg::from)).collect::<Result<Vec<_>, _>>()?;
    if parents.is_empty() {
        return Ok(());
    }
    let mut update = Builder::new(
        "update operation_runs set available_at = now_ms() where status = 'queued' and available_at > now_ms() and id",
    );
    update.one_of(parents);
    tx.execute(update.statement()).await?;
    Ok(())
}

fn row(end: End) -> Vec<Arg> {
    let mut failures = end.closing.failures;
    failures.truncate(FAILURES_MAX);
    let (code, sentence) = end.closing.reason.map(|reason| (reason.code, reason.sentence)).unzip();
    vec![
        id(end.run).into(),
        end.fence.into(),
        end.status.to_string().into(),
        optional_id(end.worker),
        end.closing.outcome.map(|outcome| outcome.to_string()).unwrap_or_default().into(),
        code.into(),
        sentence.into(),
        serde_json::to_string(&failures).expect("failures are plain data").into(),
    ]
}

/// Event, audit entry and the promise of a notification, for each.
async fn tell(tx: &mut Tx, ambient: &Ambient, rows: &[Row]) -> Result<(), StoreError> {
    let (mut events, mut entries, mut promises) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    for row in rows {
        let run: RunId = row.id("id")?;
        at = row.get("completed_at")?;
        let (code, sentence): (Option<String>, Option<String>) = (row.get("reason_code")?, row.get("reason_sentence")?);
        events.push(vec![
            id(run).into(),
            at.into(),
            "finished".into(),
            row.get::<i64>("attempt")?.into(),
            code.clone().into(),
            sentence.into(),
        ]);
        let initiator = row.optional_id("initiator_id")?;
        entries.push(AuditEntry {
            tenant: row.optional_id("tenant_id")?,
            actor: Actor { user: initiator, name: row.get("initiator_name")? },
            address: None,
            action: "run.finish".into(),
            object: Some(row.get("type")?),
            run: Some(run),
            outcome: row.get("outcome")?,
            detail: code,
        });
        if let Some(user) = initiator {
            promises.push(vec![id(run).into(), id::<model::ids::UserId>(user).into(), "terminal".into(), at.into()]);
        }
    }
    let mut insert = Builder::new("insert into operation_run_events (run_id, at, kind, attempt, code, sentence) ");
    insert.rows(events);
    tx.execute(insert.statement()).await?;
    if !promises.is_empty() {
        let mut insert = Builder::new("insert into outbox (run_id, user_id, kind, created_at) ");
        insert.rows(promises);
        tx.execute(insert.statement()).await?;
    }
    audit::append(tx, ambient, at, entries).await
}
