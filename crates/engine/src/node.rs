//! The node list: who lives, for people. Leases never depend on it.

use store::{Db, WorkerInfo};
use tokio_util::sync::CancellationToken;

use crate::EngineConfig;

/// Keeps this process in the node list; one that only serves has no types and no slots. Said again with every beat, for somebody may have forgotten a node that was
/// silent for long.
pub async fn announce_until(
    db: Db,
    node: WorkerInfo,
    types: Vec<&'static str>,
    config: EngineConfig,
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(config.beat);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = db.nodes().register(&node, &types, config.slots).await {
            tracing::debug!(error = %error, "the node list could not be told that this node lives");
        }
    }
}
