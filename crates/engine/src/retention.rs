//! Retention: completed runs that nothing depends on are removed after their time, in slices that hold no lock long.

use std::time::Duration;

use store::{Db, StoreError};
use tokio_util::sync::CancellationToken;

/// Time between two looks for runs past their time.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Runs removed in one transaction.
const SLICE: usize = 500;

pub(crate) async fn retire_until(db: Db, keep: Duration, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = retire(&db, keep, &stop).await {
            tracing::warn!(error = %error, "old runs could not be removed; trying again in an hour");
        }
    }
}

/// By the database's clock, so that a wrong clock here removes nothing early.
async fn retire(db: &Db, keep: Duration, stop: &CancellationToken) -> Result<(), StoreError> {
    let keep_ms = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
    let before = db.ping().await?.saturating_sub(keep_ms);
    while !stop.is_cancelled() && db.ledger().purge_completed_runs(before, SLICE).await? == SLICE as u64 {}
    Ok(())
}
