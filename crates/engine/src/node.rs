//! The node list: who lives, for people. Leases never depend on it.

use std::time::Duration;

use store::{Db, WorkerInfo};
use tokio_util::sync::CancellationToken;

/// Keeps this worker in the node list.
pub(crate) async fn announce_until(db: Db, worker: WorkerInfo, every: Duration, stop: CancellationToken) {
    let mut registered = false;
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let told = if registered { db.nodes().seen(worker.id).await } else { db.nodes().register(&worker).await };
        match told {
            Ok(()) => registered = true,
            Err(error) => tracing::debug!(error = %error, "the node list could not be told that this worker lives"),
        }
    }
}
