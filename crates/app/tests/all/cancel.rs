//! Cancelling: at once while it waits, at the next beat while it runs.

use model::run::{Outcome, Status};
use store::CancelOutcome;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, reason};

on_both_databases!(
    a_queued_run_is_cancelled_at_once,
    a_running_run_ends_cancelled_with_what_it_did,
    an_ended_run_stays_as_it_ended,
);

async fn cancel(world: &World, run: model::ids::RunId) -> CancelOutcome {
    let scope = world.scope().await;
    world.db.tenant(&scope).runs().request_cancel(run).await.unwrap()
}

async fn a_queued_run_is_cancelled_at_once(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let run = world.start_sync().await;
    assert_eq!(cancel(&world, run).await, CancelOutcome::Cancelled);
    let row = world.run(run).await;
    assert_eq!((row.status, row.outcome), (Status::Completed, Outcome::Cancelled));
    world.drain().await;
    assert_eq!(world.simulator.stats().round_trips, 0);
}

async fn a_running_run_ends_cancelled_with_what_it_did(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    world.simulator.hold(CATALOG);
    let run = world.start_sync().await;
    let worker = world.worker();
    world.simulator.wait_for_held(1).await;
    world.reached(run, |row| row.counts.processed > 0).await;
    assert_eq!(cancel(&world, run).await, CancelOutcome::Requested);
    let row = world.ended(run).await;
    world.simulator.release();
    worker.stop().await;
    assert_eq!((row.outcome, row.counts.failed), (Outcome::Cancelled, 0), "{}", reason(&row));
    assert!(row.counts.succeeded > 0);
    assert_eq!(world.objects().await.len() as u64, row.counts.succeeded, "what was seen is kept");
    assert!(world.objects().await.iter().all(|object| object.missing.is_none()));
}

async fn an_ended_run_stays_as_it_ended(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let row = world.sync().await;
    assert_eq!(cancel(&world, row.id).await, CancelOutcome::AlreadyCompleted);
    assert_eq!(world.run(row.id).await.outcome, Outcome::Succeeded);
}
