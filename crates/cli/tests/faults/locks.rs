//! Other programs hold locks and snapshots, hints are lost, connections are all in use.

use futures::future::join_all;
use model::ids::Id as _;
use model::run::Outcome;
use store::Engine;
use testkit::program::say;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{assert_whole, held_sync, info, somebody_waits, sync_command, until};

on_both_databases!(
    f24_identical_starts_from_many_connections_are_one_run,
    f30_more_callers_than_connections_are_all_answered,
    f31_a_lock_that_another_program_holds_is_waited_out,
    f32_a_snapshot_that_stays_open_keeps_nothing_from_ending_or_being_told,
    f33_without_a_single_hint_work_is_found_by_looking,
);

async fn f24_identical_starts_from_many_connections_are_one_run(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let here = join_all((0..200).map(|_| world.start_sync()));
    let elsewhere = join_all((0..4).map(|_| {
        let mut command = sync_command(&world, database);
        command.arg("--detach");
        say(command)
    }));
    let (mut runs, said) = tokio::join!(here, elsewhere);
    runs.dedup();
    assert_eq!(runs.len(), 1);
    for said in said {
        assert!(said.code == 0 && said.out.contains(&runs[0].to_string()), "{}", said.text());
    }
    world.worked(runs[0]).await;
    assert_eq!(database.number("select count(*) from operation_runs").await, 1);
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

/// Of SQLite nobody can take up the readers: reading never waits.
#[test]
fn f30_a_pool_that_is_taken_up_for_longer_than_a_lease_does_not_starve_the_beat() {
    testkit::run(Engine::Postgres, async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let worker = world.worker();
        let run = held_sync(&world).await;
        let lease = "select lease_expires_at from operation_runs";
        let (scope, before) = (world.scope().await, database.number(lease).await);
        // Nothing that the run itself writes: it would wait with its row held, and the beat for that row.
        let holding = database.hold(&["begin", "lock table backup_sets in access exclusive mode"]).await;
        // More readers than there are connections, and each waits for the lock with the one that it has.
        let tenant = world.db.tenant(&scope);
        let readers = join_all((0..40).map(|_| async { tenant.backups().list(None, 10).await.is_ok() }));
        let kept = async {
            until(async || database.number(lease).await > before + 7_000).await;
            holding.release().await;
        };
        let (answered, ()) = tokio::join!(readers, kept);
        assert!(answered.contains(&true), "those who had a connection were answered");
        world.simulator.release();
        let row = world.ended(run).await;
        assert_whole(&world, &row).await;
        assert_eq!(row.attempt, 1);
        worker.stop().await;
    });
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

/// SQLite has one lock, so that nobody waits for anybody who waits.
#[test]
fn f31_a_deadlock_is_broken_and_what_lost_is_done_again() {
    testkit::run(Engine::Postgres, async |database: &TestDatabase| {
        let world = World::seeded(database, 5).await;
        for key in ["scopeTags", "settingsCatalog"] {
            world.start_sync_of(&[key]).await;
        }
        let (ledger, hands) = (world.db.ledger(), info(&world));
        let mut claimed = ledger.claim(&hands, 2, &["inventory.sync"]).await.unwrap();
        claimed.sort_by_key(|run| run.id);
        let lock = |number: usize| {
            let run = claimed[number].id.uuid();
            format!("update operation_runs set label = label where id = '{run}'")
        };
        let ends = || claimed.iter().map(|run| (run.lease(hands.id), Default::default())).collect();
        let mut other = database.hold(&["begin", &lock(1)]).await;
        let crossing = async {
            somebody_waits(database).await;
            let crossed = other.execute(&lock(0)).await;
            other.release().await;
            crossed
        };
        let (ended, crossed) = tokio::join!(ledger.finish_many(ends()), crossing);
        match ended {
            Ok(_) => assert!(crossed.is_err(), "one of them had to lose"),
            Err(error) => {
                assert!(error.is_transient(), "{error:?}");
                ledger.finish_many(ends()).await.unwrap();
            }
        }
        assert_eq!(database.number("select count(*) from operation_runs where status = 'completed'").await, 2);
    });
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
    // PostgreSQL counts transactions over all databases, so one of another test may be waited for; the held one is not.
    until(async || {
        let told = world.db.runs_changed_since(position).await.unwrap();
        told.changes.iter().any(|change| change.run == row.id)
    })
    .await;
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
