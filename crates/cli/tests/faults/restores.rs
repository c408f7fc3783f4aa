//! The database is not the one it was: a backup was restored, or another server took over that had not seen everything.

use app::inventory::{Selection, start_sync};
use futures::future::join_all;
use model::run::{Outcome, Status};
use store::Engine;
use testkit::program::{on, say, terminate};
use testkit::{Proxy, TestDatabase, World, on_both_databases, run_beside};

use crate::support::{PROGRAM, assert_whole, expire_leases, held_sync, info, worker, worker_at};

on_both_databases!(
    f34_a_database_restored_from_last_night_ends_its_runs_once,
    f38_programs_that_migrate_at_once_make_one_schema,
);

async fn f38_programs_that_migrate_at_once_make_one_schema(database: &TestDatabase) {
    let said = join_all((0..6).map(|_| say(on(PROGRAM, database, &["migrate"])))).await;
    for said in said {
        assert_eq!(said.code, 0, "{}", said.text());
    }
    let world = World::seeded(database, 10).await;
    // Once more, while a worker is in the middle of its work.
    let worker = world.worker();
    let run = held_sync(&world).await;
    assert_eq!(say(on(PROGRAM, database, &["migrate"])).await.code, 0);
    world.simulator.release();
    assert_whole(&world, &world.ended(run).await).await;
    worker.stop().await;
}

async fn f34_a_database_restored_from_last_night_ends_its_runs_once(database: &TestDatabase) {
    run_beside(database.engine(), async |restored: &TestDatabase| {
        let mut world = World::seeded(database, 30).await;
        let child = worker(&world, database).await;
        let running = held_sync(&world).await;
        database.copy_to(restored).await;
        // Today, which the backup does not know.
        world.simulator.release();
        world.ended(running).await;
        let today = world.start_sync_of(&["scopeTags"]).await;
        world.ended(today).await;
        assert!(terminate(child).await.success());
        world.db.close().await;

        world.db = restored.open().await;
        assert_eq!(world.run(running).await.status, Status::Running, "its worker is of another time");
        expire_leases(restored).await;
        let row = world.worked(running).await;
        assert_whole(&world, &row).await;
        assert_eq!(row.attempt, 2);
        let again = world.start_sync_of(&["scopeTags"]).await;
        assert!(again != today, "what the backup does not know is started anew");
        assert_eq!(world.worked(again).await.outcome, Outcome::Succeeded);
    })
    .await;
}

#[test]
fn f19_a_failover_to_a_lagging_copy_fences_what_the_copy_has_not_seen() {
    testkit::run(Engine::Postgres, async |database: &TestDatabase| {
        run_beside(Engine::Postgres, async |copy: &TestDatabase| {
            let mut world = World::seeded(database, 40).await;
            let proxy = Proxy::before(database.address()).await;
            world.simulator.hold("deviceManagement");
            let (run, other) = (world.start_sync().await, world.start_sync_of(&["scopeTags"]).await);
            database.copy_to(copy).await;
            // Neither claim is in the copy.
            let (old, new) = (info(&world), info(&world));
            let claimed = world.db.ledger().claim(&old, 2, &["inventory.sync"]).await.unwrap();
            let stale = claimed.iter().find(|claim| claim.id == other).unwrap().lease(old.id);
            database.execute("update operation_runs set lease_expires_at = 1").await;
            world.db.ledger().sweep().await.unwrap();
            let child = worker_at(&world, database, &proxy.in_place_of(database.address())).await;
            world.simulator.wait_for_held(1).await;
            world.db.close().await;
            proxy.refuse();
            database.swap_with(copy).await;

            world.db = database.open().await;
            let taken = world.db.ledger().claim(&new, 2, &["inventory.sync"]).await.unwrap();
            let newer = taken.iter().find(|claim| claim.id == other).unwrap().lease(new.id);
            assert_eq!((newer.run, newer.fence), (stale.run, stale.fence), "the same fence was given twice");
            let late = world.db.ledger().finish(&stale, Default::default()).await;
            assert_eq!(late.unwrap_err().code(), "run.lease_lost");
            expire_leases(database).await;
            proxy.heal();
            // The worker still believes in the run that it held, and takes it up anew.
            world.reached(run, |row| row.attempt == 2).await;
            world.simulator.release();
            assert_whole(&world, &world.ended(run).await).await;
            assert_eq!(world.ended(other).await.outcome, Outcome::Succeeded);
            let scope = world.scope().await;
            start_sync(&world.db, &scope, &Selection::all(), Default::default()).await.unwrap();
            world.drain().await;
            assert!(terminate(child).await.success());
        })
        .await;
    });
}
