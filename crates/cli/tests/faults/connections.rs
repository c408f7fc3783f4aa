//! The way to PostgreSQL is harmed, by a proxy of ours. SQLite has no connection to harm.

use std::time::Duration;

use model::run::{Outcome, Status};
use store::Engine;
use testkit::program::terminate;
use testkit::{Proxy, Seed, TestDatabase, World};

use crate::support::{assert_whole, held_sync, worker_at};

fn on_postgres(test: impl AsyncFnOnce(&TestDatabase)) {
    testkit::run(Engine::Postgres, test);
}

#[test]
fn f06_a_heartbeat_that_is_cut_for_less_than_a_lease_loses_nothing() {
    on_postgres(async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let proxy = Proxy::before(database.address()).await;
        let child = worker_at(&world, database, &proxy.in_place_of(database.address())).await;
        // One type, so that the attempt waits for Graph and has nothing to record meanwhile.
        world.simulator.hold("configurationPolicies");
        let run = world.start_sync_of(&["settingsCatalog"]).await;
        world.simulator.wait_for_held(1).await;
        proxy.refuse();
        // Half of the lease is over when less than this is left.
        until(database, "lease_expires_at < (extract(epoch from clock_timestamp()) * 1000)::bigint + 3000").await;
        proxy.heal();
        until(database, "lease_expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint + 3500").await;
        world.simulator.release();
        let row = world.ended(run).await;
        assert_eq!((row.outcome, row.attempt), (Outcome::Succeeded, 1));
        assert!(terminate(child).await.success());
    });
}

/// Waits until a running run is as this condition says.
async fn until(database: &TestDatabase, condition: &str) {
    let query = format!("select count(*) from operation_runs where status = 'running' and {condition}");
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    while database.number(&query).await == 0 {
        looks.tick().await;
    }
}

#[test]
fn f14_connections_dropped_every_200_ms_lose_nothing() {
    on_postgres(async |database: &TestDatabase| {
        let world = World::seeded(database, 40).await;
        let proxy = Proxy::before(database.address()).await;
        let db = database.open_at(&proxy.in_place_of(database.address())).await;
        let worker = world.worker_over(&db);
        let run = world.start_sync().await;
        let mut cuts = tokio::time::interval(Duration::from_millis(200));
        for _ in 0..15 {
            cuts.tick().await;
            proxy.cut();
        }
        assert_whole(&world, &world.ended(run).await).await;
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
        let world = World::seeded(database, 60).await;
        let worker = world.worker();
        let run = held_sync(&world).await;
        world.simulator.release();
        server.crash_and_recover().await;
        let other = retried_start(&world).await;
        let worked = async {
            while database.number("select count(*) from operation_runs where status <> 'completed'").await > 0 {
                tokio::task::yield_now().await;
            }
        };
        worked.await;
        assert_whole(&world, &world.run(run).await).await;
        assert_eq!(world.run(other).await.outcome, Outcome::Succeeded);
        worker.stop().await;
    });
}

/// A person clicks again after an error.
async fn retried_start(world: &World) -> model::ids::RunId {
    let scope = loop {
        match world.db.authorise(world.owner, world.tenants[0].id).await {
            Ok(scope) => break scope,
            Err(error) => assert_eq!(error.code, "database.unreachable", "{error:?}"),
        }
    };
    let selection = app::inventory::Selection::of(&["scopeTags"]).unwrap();
    loop {
        match app::inventory::start_sync(&world.db, &scope, &selection, Default::default()).await {
            Ok(started) => return started.run(),
            Err(error) => assert_eq!(error.code, "database.unreachable", "{error:?}"),
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
        until(database, "lease_expires_at < (extract(epoch from clock_timestamp()) * 1000)::bigint").await;
        proxy.heal();
        let row = world.ended(run).await;
        assert_whole(&world, &row).await;
        assert_eq!(row.attempt, 2);
        assert!(terminate(child).await.success(), "the outage ended no process");
    });
}
