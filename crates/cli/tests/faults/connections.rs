//! The way to PostgreSQL is harmed, by a proxy of ours. SQLite has no connection to harm, only a lock to wait for.

use std::time::Duration;

use model::ids::RunId;
use model::run::{Outcome, Status};
use store::Engine;
use testkit::program::terminate;
use testkit::{Proxy, Seed, TestDatabase, World};

use crate::support::{assert_whole, held_sync, is_of_the_database, until, worker, worker_at};

fn on_postgres(test: impl AsyncFnOnce(&TestDatabase)) {
    testkit::run(Engine::Postgres, test);
}

#[test]
fn f06_a_heartbeat_that_is_cut_for_less_than_a_lease_loses_nothing() {
    on_postgres(async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let proxy = Proxy::before(database.address()).await;
        let child = worker_at(&world, database, &proxy.in_place_of(database.address())).await;
        let run = waiting_for_graph(&world).await;
        proxy.refuse();
        missed_a_beat(database).await;
        proxy.heal();
        went_on(&world, database, run).await;
        assert!(terminate(child).await.success());
    });
}

/// SQLite has no connection to cut: there a beat can only wait for the lock.
#[test]
fn f06_a_heartbeat_that_waits_for_less_than_a_lease_loses_nothing() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let child = worker(&world, database).await;
        let run = waiting_for_graph(&world).await;
        let writer = database.hold(&["begin immediate"]).await;
        missed_a_beat(database).await;
        writer.release().await;
        went_on(&world, database, run).await;
        assert!(terminate(child).await.success());
    });
}

/// A sync of one type, so that its attempt waits for Graph and has nothing to record meanwhile.
async fn waiting_for_graph(world: &World) -> RunId {
    world.simulator.hold("configurationPolicies");
    let run = world.start_sync_of(&["settingsCatalog"]).await;
    world.simulator.wait_for_held(1).await;
    run
}

/// A lease of six seconds that is renewed every two has never less left than this.
async fn missed_a_beat(database: &TestDatabase) {
    is_running_as(database, &format!("lease_expires_at < {} + 3700", now(database))).await;
}

async fn went_on(world: &World, database: &TestDatabase, run: RunId) {
    is_running_as(database, &format!("lease_expires_at > {} + 4500", now(database))).await;
    world.simulator.release();
    let row = world.ended(run).await;
    assert_eq!((row.outcome, row.attempt), (Outcome::Succeeded, 1));
}

/// The clock that leases are given by.
fn now(database: &TestDatabase) -> &'static str {
    match database.engine() {
        Engine::Sqlite => "cast(unixepoch('subsec') * 1000 as integer)",
        Engine::Postgres => "(extract(epoch from clock_timestamp()) * 1000)::bigint",
    }
}

/// Waits until a running run is as this condition says.
async fn is_running_as(database: &TestDatabase, condition: &str) {
    let query = format!("select count(*) from operation_runs where status = 'running' and {condition}");
    until(async || database.number(&query).await > 0).await;
}

#[test]
fn f14_connections_dropped_every_200_ms_lose_nothing() {
    on_postgres(async |database: &TestDatabase| {
        let world = World::seeded(database, 40).await;
        let proxy = Proxy::before(database.address()).await;
        let db = database.open_at(&proxy.in_place_of(database.address())).await;
        let worker = world.worker_over(&db);
        let cutting = async {
            let mut cuts = tokio::time::interval(Duration::from_millis(200));
            for _ in 0..20 {
                cuts.tick().await;
                proxy.cut();
            }
        };
        tokio::pin!(cutting);
        // There is always a sync under way, until the last cut.
        loop {
            let run = world.start_sync().await;
            let last = tokio::select! {
                () = &mut cutting => true,
                _ = world.ended(run) => false,
            };
            assert_whole(&world, &world.ended(run).await).await;
            if last {
                break;
            }
        }
        worker.stop().await;
    });
}

#[test]
fn f15_commits_whose_answer_is_lost_count_once() {
    on_postgres(async |database: &TestDatabase| {
        let world = World::seeded(database, 25).await;
        let proxy = Proxy::before(database.address()).await;
        let seed = Seed::of_this_run();
        let db = database.open_at(&proxy.in_place_of(database.address())).await;
        let worker = world.worker_over(&db);
        proxy.lose_commits();
        let run = world.start_sync().await;
        // Claims, records, steps and ends are met, each with a commit that took effect or did not.
        proxy.wait_for_lost_commits(3 + seed.pick(0..6)).await;
        proxy.heal();
        assert_whole(&world, &world.ended(run).await).await;
        worker.stop().await;
    });
}

#[test]
fn f16_a_half_open_connection_is_noticed_and_its_worker_works_again() {
    on_postgres(async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let proxy = Proxy::before(database.address()).await;
        let child = worker_at(&world, database, &proxy.in_place_of(database.address())).await;
        let run = held_sync(&world).await;
        proxy.fall_silent();
        let other = world.worker();
        let row = world.reached(run, |row| row.attempt == 2).await;
        assert_eq!(row.status, Status::Running, "another worker took it up");
        world.simulator.release();
        assert_whole(&world, &world.ended(run).await).await;
        other.stop().await;
        // What fell silent stays silent: the worker has to give its connections up by itself.
        proxy.heal();
        let next = world.start_sync_of(&["scopeTags"]).await;
        assert_eq!(world.ended(next).await.outcome, Outcome::Succeeded);
        assert!(terminate(child).await.success());
    });
}

#[test]
fn f17_a_database_that_crashes_under_load_and_recovers_loses_nothing() {
    testkit::run_on_own_postgres(async |database, server| {
        let (world, seed) = (World::seeded(database, 60).await, Seed::of_this_run());
        world.simulator.set_latency(Duration::from_millis(20));
        let child = worker(&world, database).await;
        for _ in 0..2 {
            let run = world.start_sync().await;
            world.simulator.reset_stats();
            world.simulator.wait_for_requests(seed.pick(2..12)).await;
            assert_eq!(world.run(run).await.status, Status::Running, "it is met in the middle of its work");
            // Somebody starts while it crashes, and clicks again until there is an answer.
            let ((), other) = tokio::join!(server.crash_and_recover(), retried_start(&world));
            let active = "select count(*) from operation_runs where status <> 'completed'";
            until(async || database.number(active).await == 0).await;
            assert_whole(&world, &world.run(run).await).await;
            assert_eq!(world.run(other).await.outcome, Outcome::Succeeded);
        }
        assert!(terminate(child).await.success(), "the crash ended no process");
    });
}

/// A person clicks again after an error.
async fn retried_start(world: &World) -> RunId {
    let scope = loop {
        match world.db.authorise(world.owner, world.tenants[0].id).await {
            Ok(scope) => break scope,
            Err(error) => assert!(is_of_the_database(&error), "{error:?}"),
        }
    };
    let selection = app::inventory::Selection::of(&["scopeTags"]).unwrap();
    loop {
        match app::inventory::start_sync(&world.db, &scope, &selection, Default::default()).await {
            Ok(started) => return started.run(),
            Err(error) => assert!(is_of_the_database(&error), "{error:?}"),
        }
    }
}

#[test]
fn f18_an_outage_is_waited_out_and_costs_one_attempt() {
    on_postgres(async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let proxy = Proxy::before(database.address()).await;
        let child = worker_at(&world, database, &proxy.in_place_of(database.address())).await;
        let run = held_sync(&world).await;
        proxy.refuse();
        // By the database's clock ten minutes pass: what counts is how old everything looks afterwards.
        database.execute("update operation_runs set lease_expires_at = lease_expires_at - 600000").await;
        database.execute("update nodes set seen_at = seen_at - 600000").await;
        world.simulator.release();
        is_running_as(database, &format!("lease_expires_at < {}", now(database))).await;
        proxy.heal();
        let row = world.ended(run).await;
        assert_whole(&world, &row).await;
        assert_eq!(row.attempt, 2);
        assert!(terminate(child).await.success(), "the outage ended no process");
    });
}
