//! Taking up what dead workers left behind. Two sweepers are harmless: each takes what the other has not locked.

use model::ids::{RunId, TenantId};
use model::run::{Failure, Outcome, Reason, Status};

use super::{End, LEASE_MS, Ledger, end_runs};
use crate::db::sql::{Arg, Builder, id, sql};
use crate::db::{Row, Tx};
use crate::{Closing, StoreError};

/// Runs per sweep; the rest waits for the next one.
const SWEEP_MAX: i64 = 500;

/// No lease lasts longer than this. One that seems to was given before the database's clock jumped back, and a worker
/// that died then would keep its run for as long as the jump was wide; one that lives renews it with its next beat.
const LONGEST_MS: i64 = LEASE_MS + 4_000;

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweptTo {
    /// Queued for another attempt.
    Requeued,
    /// Ended.
    Completed(Outcome),
}

/// One run that the sweep took up.
#[derive(Debug, Clone)]
pub struct Swept {
    /// The run.
    pub run: RunId,
    /// Its tenant.
    pub tenant: Option<TenantId>,
    /// What became of it.
    pub became: SweptTo,
    /// `worker_lost`, `worker_crashed`, `deadline_exceeded` or `cancelled`.
    pub code: String,
}

/// A run whose lease has expired or whose deadline has passed.
struct Stray {
    run: RunId,
    tenant: Option<TenantId>,
    fence: i64,
    attempt: i64,
    verdict: Result<Reason, (Outcome, Reason)>,
}

impl Ledger {
    /// Queues again or ends what nobody works on any more, then tidies up.
    pub async fn sweep(&self) -> Result<Vec<Swept>, StoreError> {
        let swept = self.sweep_strays().await?;
        self.tidy().await?;
        Ok(swept)
    }

    async fn sweep_strays(&self) -> Result<Vec<Swept>, StoreError> {
        let look = sql!(
            "select id from operation_runs where status = 'running' and (lease_expires_at < now_ms() \
             or lease_expires_at > now_ms() + $1 or deadline_at < now_ms()) limit 1",
            LONGEST_MS,
        );
        if self.0.fetch("operation_runs", look).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.0.begin("ledger.sweep").await?;
        let statement = sql!(
            "select id, tenant_id, fence, attempt, attempts_max, cancel_requested_at, deadline_at, now_ms() as now \
             from operation_runs where status = 'running' and (lease_expires_at < now_ms() \
             or lease_expires_at > now_ms() + $2 or deadline_at < now_ms()) order by id limit $1 skip_locked()",
            SWEEP_MAX,
            LONGEST_MS,
        );
        let rows = tx.fetch("operation_runs", statement).await?;
        let strays = rows.iter().map(Stray::from_row).collect::<Result<Vec<_>, _>>()?;
        requeue(&mut tx, &strays).await?;
        let ends: Vec<_> = strays.iter().filter_map(Stray::end).collect();
        if !ends.is_empty() {
            end_runs(&mut tx, self.0.ambient(), ends).await?;
        }
        self.0.commit_runs(tx, true).await?;
        Ok(strays.into_iter().map(Stray::swept).collect())
    }
}

impl Stray {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let (attempt, attempts_max): (i64, i64) = (row.get("attempt")?, row.get("attempts_max")?);
        let late = row
            .get::<Option<i64>>("deadline_at")?
            .is_some_and(|deadline| deadline < row.get("now").unwrap_or(deadline));
        let verdict = if row.get::<Option<i64>>("cancel_requested_at")?.is_some() {
            Err((Outcome::Cancelled, Reason::new("cancelled", "Cancelled on request")))
        } else if late {
            Err((
                Outcome::Failed,
                Reason::new("deadline_exceeded", "It took longer than this kind of operation may take"),
            ))
        } else if attempt >= attempts_max {
            Err((Outcome::Failed, Reason::new("worker_crashed", "Its worker died in every attempt")))
        } else {
            Ok(Reason::new("worker_lost", "Its worker died or lost contact; another one takes it up"))
        };
        Ok(Self {
            run: row.id("id")?,
            tenant: row.optional_id("tenant_id")?,
            fence: row.get("fence")?,
            attempt,
            verdict,
        })
    }

    fn end(&self) -> Option<End> {
        let (outcome, reason) = self.verdict.as_ref().err()?;
        let failures = match outcome {
            Outcome::Failed => vec![Failure::new(reason.code.clone(), reason.sentence.clone())],
            _ => Vec::new(),
        };
        let closing = Closing { outcome: Some(*outcome), reason: Some(reason.clone()), failures };
        Some(End { run: self.run, fence: self.fence, status: Status::Running, worker: None, closing })
    }

    fn swept(self) -> Swept {
        let (became, reason) = match self.verdict {
            Ok(reason) => (SweptTo::Requeued, reason),
            Err((outcome, reason)) => (SweptTo::Completed(outcome), reason),
        };
        Swept { run: self.run, tenant: self.tenant, became, code: reason.code }
    }
}

/// The fence stays: it grows with the next claim, and until then no lease of it is accepted, for it is not running.
async fn requeue(tx: &mut Tx, strays: &[Stray]) -> Result<(), StoreError> {
    let lost: Vec<_> = strays.iter().filter_map(|stray| Some((stray, stray.verdict.as_ref().ok()?))).collect();
    let Some((_, reason)) = lost.first() else { return Ok(()) };
    let mut update =
        Builder::new("update operation_runs set status = 'queued', lease_owner = null, lease_expires_at = null, ");
    update.with(
        "available_at = now_ms(), reason_code = {}, reason_sentence = {} where status = 'running' and id",
        [Arg::from(&reason.code), Arg::from(&reason.sentence)],
    );
    update.one_of(lost.iter().map(|(stray, _)| id(stray.run).into()));
    tx.execute(update.statement()).await?;
    for (stray, reason) in lost {
        let event = sql!(
            "insert into operation_run_events (run_id, at, kind, attempt, code, sentence) values ($1, now_ms(), 'worker_lost', $2, $3, $4)",
            id(stray.run),
            stray.attempt,
            &reason.code,
            &reason.sentence,
        );
        tx.execute(event).await?;
    }
    Ok(())
}
