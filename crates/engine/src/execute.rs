//! One attempt: re-check the right, call the handler, translate its ending into one fenced transaction.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use model::Ambient;
use model::run::{Failure, Reason};
use store::{ClaimedRun, Db, Finish, Lease, StoreError};
use tokio_util::sync::CancellationToken;

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
}

/// How an attempt ended, seen from the engine.
enum Ended {
    ByHandler(Ending),
    Lost,
    Cancelled,
    Released,
    DeadlineExceeded,
}

/// Runs one claimed run to the end of this attempt. Errors of the ledger leave the lease to run out: the sweep of
/// any worker then takes the run up again, which is the one path for every kind of lost worker.
pub(crate) async fn execute(db: Db, ambient: Ambient, run: ClaimedRun, lease: Lease, handler: Arc<dyn RunType>, signals: Signals) {
    let run_id = run.id;
    let ended = attempt(&db, &ambient, run.clone(), lease.clone(), handler, &signals).await;
    match conclude(&db, &ambient, &run, &lease, ended).await {
        Ok(()) => {}
        Err(StoreError::LeaseLost) => tracing::info!(run = %run_id, "another worker holds the run now"),
        Err(error) => tracing::warn!(run = %run_id, error = %error, "the attempt's end could not be recorded; the sweep takes the run up"),
    }
}

async fn attempt(db: &Db, ambient: &Ambient, run: ClaimedRun, lease: Lease, handler: Arc<dyn RunType>, signals: &Signals) -> Ended {
    let scope = match db.scope_of_run(&run, handler.definition().capability).await {
        Ok(scope) => scope,
        Err(reason) => return Ended::ByHandler(Ending::Blocked(reason)),
    };
    let left = time_left(ambient, &run);
    let ctx = RunCtx { db: db.clone(), ambient: ambient.clone(), run, lease, scope };
    let work = AssertUnwindSafe(handler.run(&ctx)).catch_unwind();
    tokio::select! {
        biased;
        () = signals.lost.cancelled() => Ended::Lost,
        () = signals.cancelled.cancelled() => Ended::Cancelled,
        () = signals.released.cancelled() => Ended::Released,
        ending = work => Ended::ByHandler(ending.unwrap_or_else(|_| Ending::Retry(panicked()))),
        () = tokio::time::sleep(left) => Ended::DeadlineExceeded,
    }
}

fn panicked() -> Failure {
    Failure::new("run.handler_panicked", "TenantAtlas has a defect that stopped this run")
}

fn time_left(ambient: &Ambient, run: &ClaimedRun) -> Duration {
    let left_ms = run.deadline_at_ms.saturating_sub(ambient.now_ms());
    Duration::from_millis(u64::try_from(left_ms).unwrap_or(0))
}

async fn conclude(db: &Db, ambient: &Ambient, run: &ClaimedRun, lease: &Lease, ended: Ended) -> Result<(), StoreError> {
    let ledger = db.ledger();
    match ended {
        Ended::Lost => Ok(()),
        Ended::Released => {
            let why = Reason::new("worker_stopped", "Waiting for a worker, because the one that had it was stopped");
            ledger.release(lease, ambient.now_ms(), why, false).await
        }
        Ended::Cancelled => ledger.finish(lease, Finish::cancelled()).await,
        Ended::DeadlineExceeded => {
            let failure = Failure::new("deadline_exceeded", "The run did not end within its time");
            ledger.finish(lease, Finish::failed(failure)).await
        }
        Ended::ByHandler(Ending::Done(reason)) => ledger.finish(lease, Finish::by_items(reason)).await,
        Ended::ByHandler(Ending::Fail(failure)) => ledger.finish(lease, Finish::failed(failure)).await,
        Ended::ByHandler(Ending::Blocked(reason)) => ledger.finish(lease, Finish::blocked(reason)).await,
        Ended::ByHandler(Ending::Wait { until_ms, why }) => ledger.release(lease, until_ms, why, false).await,
        Ended::ByHandler(Ending::Retry(failure)) => retry(db, ambient, run, lease, failure).await,
    }
}

async fn retry(db: &Db, ambient: &Ambient, run: &ClaimedRun, lease: &Lease, failure: Failure) -> Result<(), StoreError> {
    if run.attempt >= run.attempts_max {
        return db.ledger().finish(lease, Finish::failed(failure)).await;
    }
    let available_at_ms = ambient.now_ms() + backoff_ms(ambient, run.attempt);
    let why = Reason::new(failure.code, format!("Trying again soon. {}", failure.message));
    db.ledger().release(lease, available_at_ms, why, true).await
}

/// Doubles with each attempt and spreads over a half, so that runs that failed together do not return together.
fn backoff_ms(ambient: &Ambient, attempt: i32) -> i64 {
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
