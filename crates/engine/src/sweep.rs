//! The sweep: takes up what lost workers left and delivers the outbox. Any number of workers may sweep at once.

use std::time::Duration;

use store::{Db, StoreError};
use tokio_util::sync::CancellationToken;

/// Outbox rows that one pass delivers.
const OUTBOX_SLICE: usize = 200;
/// Runs of unknown types are looked for with every so many sweeps.
const UNHANDLED_EVERY: u64 = 30;

pub(crate) async fn sweep_until(db: Db, every: Duration, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for sweep in 0_u64.. {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = sweep_once(&db, sweep % UNHANDLED_EVERY == 0).await {
            tracing::warn!(error = %error, "a sweep failed; the next one follows");
        }
    }
}

async fn sweep_once(db: &Db, unhandled_too: bool) -> Result<(), StoreError> {
    for swept in db.ledger().sweep().await? {
        tracing::info!(run = %swept.run, became = ?swept.became, code = %swept.code, "swept");
    }
    if unhandled_too {
        let ended = db.ledger().end_unhandled().await?;
        if ended > 0 {
            tracing::warn!(runs = ended, "ended, because no worker knew their type");
        }
    }
    deliver_outbox(db).await
}

/// Delivers everything that waits in the outbox.
pub(crate) async fn deliver_outbox(db: &Db) -> Result<(), StoreError> {
    while db.outbox().deliver(OUTBOX_SLICE).await? > 0 {}
    Ok(())
}
