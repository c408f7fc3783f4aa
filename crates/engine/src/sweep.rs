//! The sweep: takes up what lost workers left and delivers the outbox. Any number of workers may sweep at once.

use std::time::Duration;

use store::{Db, StoreError};
use tokio_util::sync::CancellationToken;

/// Outbox rows that one pass delivers.
const OUTBOX_SLICE: usize = 200;
/// What is rare and takes a look at all that is queued is done with every so many sweeps.
const RARE_EVERY: u64 = 30;

pub(crate) async fn sweep_until(db: Db, every: Duration, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for sweep in 0_u64.. {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = sweep_once(&db, sweep % RARE_EVERY == 0).await {
            tracing::warn!(error = %error, "a sweep failed; the next one follows");
        }
    }
}

async fn sweep_once(db: &Db, rare_too: bool) -> Result<(), StoreError> {
    for swept in db.ledger().sweep().await? {
        tracing::info!(run = %swept.run, became = ?swept.became, code = %swept.code, "swept");
    }
    if rare_too {
        let hastened = db.ledger().hasten_after_a_jump().await?;
        if hastened > 0 {
            tracing::warn!(runs = hastened, "made due, because the database's clock had jumped back");
        }
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
