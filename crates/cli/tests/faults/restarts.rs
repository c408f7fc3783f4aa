//! Workers that are stopped and started on purpose.

use model::run::{Outcome, Status};
use testkit::program::terminate;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{assert_whole, expire_leases, held_sync, worker};

on_both_databases!(
    f11_a_worker_killed_and_restarted_twice_at_once_loses_nothing,
    f12_a_rolling_restart_costs_no_attempt,
    f13_a_worker_that_starts_before_the_rescue_doubles_nothing,
    f36_a_graceful_stop_hands_back_what_it_holds,
);

async fn f11_a_worker_killed_and_restarted_twice_at_once_loses_nothing(database: &TestDatabase) {
    let world = World::seeded(database, 30).await;
    let mut first = worker(&world, database).await;
    let run = held_sync(&world).await;
    first.kill().await.unwrap();
    let mut second = worker(&world, database).await;
    second.kill().await.unwrap();
    let third = worker(&world, database).await;
    world.simulator.release();
    let row = world.ended(run).await;
    assert_whole(&world, &row).await;
    assert_eq!(row.attempt, 2, "the one that held nothing cost nothing");
    assert!(terminate(third).await.success());
}

async fn f12_a_rolling_restart_costs_no_attempt(database: &TestDatabase) {
    let world = World::seeded(database, 30).await;
    let mut old = vec![worker(&world, database).await, worker(&world, database).await];
    let run = held_sync(&world).await;
    let other = world.start_sync_of(&["scopeTags"]).await;
    let mut new = Vec::new();
    while let Some(worker_before) = old.pop() {
        new.push(worker(&world, database).await);
        assert!(terminate(worker_before).await.success());
    }
    world.simulator.release();
    let row = world.ended(run).await;
    assert_whole(&world, &row).await;
    assert_eq!(row.attempt, 1);
    assert_eq!((world.ended(other).await.outcome, world.run(other).await.attempt), (Outcome::Succeeded, 1));
    for child in new {
        assert!(terminate(child).await.success());
    }
}

async fn f13_a_worker_that_starts_before_the_rescue_doubles_nothing(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    let mut first = worker(&world, database).await;
    let run = held_sync(&world).await;
    first.kill().await.unwrap();
    world.simulator.release();
    let second = world.worker();
    assert_eq!(world.start_sync().await, run, "the dead worker's run is still the active one");
    let other = world.start_sync_of(&["scopeTags"]).await;
    assert_eq!(world.ended(other).await.outcome, Outcome::Succeeded, "what is queued does not wait for the rescue");
    expire_leases(database).await;
    assert_whole(&world, &world.ended(run).await).await;
    second.stop().await;
}

async fn f36_a_graceful_stop_hands_back_what_it_holds(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    let first = worker(&world, database).await;
    let run = held_sync(&world).await;
    assert!(terminate(first).await.success());
    let row = world.run(run).await;
    assert_eq!((row.status, row.attempt), (Status::Queued, 0), "handed back, and no attempt is lost");
    world.simulator.release();
    assert_whole(&world, &world.worked(run).await).await;
}
