//! Other programs hold locks and snapshots, hints are lost, connections are all in use.

use futures::future::join_all;
use model::run::Outcome;
use store::Engine;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{assert_whole, held_sync};

on_both_databases!(
    f24_identical_starts_from_many_connections_are_one_run,
    f30_more_callers_than_connections_are_all_answered,
    f31_a_lock_that_another_program_holds_is_waited_out,
    f32_a_snapshot_that_stays_open_keeps_nothing_from_ending_or_being_told,
    f33_without_a_single_hint_work_is_found_by_looking,
);

async fn f24_identical_starts_from_many_connections_are_one_run(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let mut runs = join_all((0..200).map(|_| world.start_sync())).await;
    runs.dedup();
    assert_eq!(runs.len(), 1);
    world.worked(runs[0]).await;
}

async fn f30_more_callers_than_connections_are_all_answered(database: &TestDatabase) {
    let world = World::seeded(database, 30).await;
    let worker = world.worker();
    let run = held_sync(&world).await;
    let rows = join_all((0..300).map(|_| world.run(run))).await;
    assert!(rows.iter().all(|row| row.attempt == 1), "the beat has a connection of its own");
    world.simulator.release();
    let row = world.ended(run).await;
    assert_whole(&world, &row).await;
    assert_eq!(row.attempt, 1);
    worker.stop().await;
}

async fn f31_a_lock_that_another_program_holds_is_waited_out(database: &TestDatabase) {
    let world = World::seeded(database, 30).await;
    let worker = world.worker();
    let run = held_sync(&world).await;
    let statements: &[&str] = match database.engine() {
        Engine::Sqlite => &["begin immediate"],
        Engine::Postgres => &["begin", "lock table operation_run_items in exclusive mode"],
    };
    let holding = database.hold(statements).await;
    world.simulator.release();
    let before = world.simulator.stats().round_trips;
    world.simulator.wait_for_requests(before + 3).await;
    assert_eq!(world.run(run).await.outcome, Outcome::Pending, "nothing can be recorded");
    holding.release().await;
    assert_whole(&world, &world.ended(run).await).await;
    worker.stop().await;
}

async fn f32_a_snapshot_that_stays_open_keeps_nothing_from_ending_or_being_told(database: &TestDatabase) {
    let world = World::seeded(database, 30).await;
    let statements: &[&str] = match database.engine() {
        Engine::Sqlite => &["begin", "select count(*) from operation_runs"],
        Engine::Postgres => &["begin isolation level repeatable read", "select count(*) from operation_runs"],
    };
    let holding = database.hold(statements).await;
    let position = world.db.changes_position().await.unwrap();
    let row = world.sync().await;
    assert_whole(&world, &row).await;
    let told = world.db.runs_changed_since(position).await.unwrap();
    assert!(told.changes.iter().any(|change| change.run == row.id), "whoever watches sees it");
    holding.release().await;
}

async fn f33_without_a_single_hint_work_is_found_by_looking(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let elsewhere = database.open().await;
    let worker = world.worker_over(&elsewhere);
    // Written past the product, which would have given a hint. On SQLite another process never gets one.
    let run = world.start_sync().await;
    database.execute("update operation_runs set available_at = available_at + 300 where status = 'queued'").await;
    assert_whole(&world, &world.ended(run).await).await;
    worker.stop().await;
}
