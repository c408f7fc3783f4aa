//! One attempt: re-check the right, call the handler, translate its ending into one fenced transaction.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use model::Ambient;
use model::run::{Failure, Outcome, Reason};
use store::{ClaimedRun, Closing, Db, Lease, Release, StoreError, TenantScope};
use tokio_util::sync::CancellationToken;

use crate::finish::Finisher;
use crate::{Ending, RunCtx, RunType};

/// First pause before another attempt, in milliseconds; doubled with each attempt.
const BACKOFF_MS: i64 = 2_000;
/// Longest pause before another attempt, in milliseconds.
const BACKOFF_MS_MAX: i64 = 300_000;

/// What ends an attempt from outside.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    /// The lease is somebody else's now: nothing may be written any more.
    pub(crate) lost: CancellationToken,
    /// A person asked to cancel.
    pub(crate) cancelled: CancellationToken,
    /// The worker stops and its grace is over: hand the run back.
    pub(crate) released: CancellationToken,
    /// Tells these from those of another attempt.
    attempt: Arc<()>,
}

impl Signals {
    /// Whether both are of one attempt.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.attempt, &other.attempt)
    }
}

/// How an attempt ended, seen from the engine.
enum Ended {
    ByHandler(Ending),
    Lost,
    Cancelled,
    Released,
    DeadlineExceeded,
}

/// A claimed run and what its attempt needs.
pub(crate) struct Job {
    pub(crate) run: ClaimedRun,
    pub(crate) lease: Lease,
    /// The initiator's right, checked again after the claim; or why there is none.
    pub(crate) scope: Result<TenantScope, Reason>,
    pub(crate) handler: Arc<dyn RunType>,
}

/// Runs one claimed run to the end of this attempt. Errors of the ledger leave the lease to run out: the sweep of
/// any worker then takes the run up again, which is the one path for every kind of lost worker.
pub(crate) async fn execute(db: Db, finisher: Finisher, job: Job, signals: &Signals) {
    let (run, attempt_number, lease) = (job.run.id, job.run.attempt, job.lease);
    let ended = attempt(&db, job, signals).await;
    match conclude(&db, &finisher, attempt_number, &lease, ended).await {
        Ok(()) => {}
        Err(StoreError::LeaseLost) => tracing::info!(%run, "another worker holds the run now"),
        Err(error) => {
            tracing::warn!(%run, %error, "the attempt's end could not be recorded; the sweep takes the run up")
        }
    }
}

async fn attempt(db: &Db, job: Job, signals: &Signals) -> Ended {
    let scope = match job.scope {
        Ok(scope) => scope,
        Err(reason) => return Ended::ByHandler(Ending::Blocked(reason)),
    };
    let left = time_left(&job.run);
    let cancelled = signals.cancelled.clone();
    let ctx =
        RunCtx { db: db.clone(), ambient: db.ambient().clone(), run: job.run, lease: job.lease, scope, cancelled };
    let dropped = !job.handler.ends_between_items();
    let work = AssertUnwindSafe(job.handler.run(&ctx)).catch_unwind();
    tokio::select! {
        biased;
        () = signals.lost.cancelled() => Ended::Lost,
        () = signals.cancelled.cancelled(), if dropped => Ended::Cancelled,
        () = signals.released.cancelled() => Ended::Released,
        ending = work => match ending.unwrap_or_else(|_| Ending::Retry(panicked())) {
            Ending::Cancelled => Ended::Cancelled,
            ending => Ended::ByHandler(ending),
        },
        () = tokio::time::sleep(left) => Ended::DeadlineExceeded,
    }
}

fn panicked() -> Failure {
    Failure::new("run.handler_panicked", "TenantAtlas has a defect that stopped this run")
}

/// Both times are the database's, so a wrong clock on this machine neither ends a run early nor lets it live on.
fn time_left(run: &ClaimedRun) -> Duration {
    let left_ms = run.deadline_at.saturating_sub(run.database_now_ms);
    Duration::from_millis(u64::try_from(left_ms).unwrap_or(0))
}

async fn conclude(db: &Db, finisher: &Finisher, attempt: i64, lease: &Lease, ended: Ended) -> Result<(), StoreError> {
    let ending = match ended {
        Ended::Lost => return Ok(()),
        Ended::Cancelled => Ending::Cancelled,
        Ended::Released => {
            let why = Reason::new("worker_stopped", "Waiting for a worker, because the one that had it was stopped");
            return release(db, lease, 0, why, false).await;
        }
        Ended::DeadlineExceeded => {
            Ending::Fail(Failure::new("deadline_exceeded", "The run did not end within its time"))
        }
        Ended::ByHandler(ending) => ending,
    };
    match ending {
        Ending::Done { reason, failures } => finisher.finish(lease, Closing { outcome: None, reason, failures }).await,
        Ending::Fail(failure) => finisher.finish(lease, closing(Some(Outcome::Failed), None, Some(failure))).await,
        Ending::Cancelled => finisher.finish(lease, closing(Some(Outcome::Cancelled), None, None)).await,
        Ending::Blocked(reason) => finisher.finish(lease, closing(Some(Outcome::Blocked), Some(reason), None)).await,
        Ending::Wait { pause_ms, why } => release(db, lease, pause_ms, why, false).await,
        Ending::Retry(failure) => {
            let why = Reason::new(failure.code, failure.message);
            release(db, lease, backoff_ms(db.ambient(), attempt), why, true).await
        }
    }
}

/// A failure that ends the run is also the reason why it ended so.
fn closing(outcome: Option<Outcome>, reason: Option<Reason>, failure: Option<Failure>) -> Closing {
    let reason =
        reason.or_else(|| failure.as_ref().map(|failure| Reason::new(failure.code.clone(), failure.message.clone())));
    Closing { outcome, reason, failures: failure.into_iter().collect() }
}

async fn release(db: &Db, lease: &Lease, pause_ms: i64, reason: Reason, costs_attempt: bool) -> Result<(), StoreError> {
    let available_at = db.ping().await? + pause_ms;
    db.ledger().release(lease, Release { available_at, reason, costs_attempt }).await
}

/// Doubles with each attempt and spreads over a half, so that runs that failed together do not return together.
fn backoff_ms(ambient: &Ambient, attempt: i64) -> i64 {
    let exponent = u32::try_from(attempt.clamp(1, 16) - 1).unwrap_or(0);
    let full = (BACKOFF_MS << exponent).min(BACKOFF_MS_MAX);
    let spread = i64::from(u16::from_le_bytes(ambient.bytes::<2>()));
    full / 2 + full / 2 * spread / i64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_grows_to_its_bound() {
        let ambient = Ambient::system();
        for attempt in 1..40 {
            let full = (BACKOFF_MS << (attempt.min(16) - 1)).min(BACKOFF_MS_MAX);
            let pause = backoff_ms(&ambient, attempt);
            assert!((full / 2..=full).contains(&pause), "attempt {attempt}: {pause} of {full}");
        }
    }
}
