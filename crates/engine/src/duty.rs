//! What a worker does at times, besides runs: given by features, as types of runs are.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use model::AppError;
use store::Db;
use tokio_util::sync::CancellationToken;

/// A duty. Any number of workers may have it at the same time, so what it decides is decided in the database.
pub trait Duty: Send + Sync + 'static {
    /// For the log.
    fn name(&self) -> &'static str;

    /// Time between two times.
    fn every(&self) -> Duration;

    /// Does it once.
    fn act<'a>(&'a self, db: &'a Db) -> BoxFuture<'a, Result<(), AppError>>;
}

/// Does it until `stop`. A failure is told and tried again.
pub(crate) async fn do_until(db: Db, duty: Arc<dyn Duty>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(duty.every());
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = duty.act(&db).await {
            tracing::warn!(duty = duty.name(), error = ?error, "a duty failed; trying again");
        }
    }
}
