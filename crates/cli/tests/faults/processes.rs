//! Worker processes that die, stand still and go on.

use model::run::{Outcome, Status};
use testkit::program::{Signal, signal, terminate};
use testkit::{Seed, TestDatabase, World, on_both_databases};

use crate::support::{assert_whole, expire_leases, held_sync, info, sync_command, worker};

on_both_databases!(
    f03_a_start_whose_program_is_killed_is_worked_on_by_another,
    f04_a_kill_between_the_end_and_its_notification_notifies_once,
    f05_a_worker_that_stood_still_past_its_lease_writes_nothing_more,
    f28_a_run_that_kills_its_worker_every_time_ends_and_its_neighbour_is_unharmed,
);

async fn f03_a_start_whose_program_is_killed_is_worked_on_by_another(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    world.simulator.hold("deviceManagement");
    let mut program = sync_command(&world, database).spawn().unwrap();
    world.simulator.wait_for_held(1).await;
    program.kill().await.unwrap();
    world.simulator.release();
    let run = world.start_sync().await;
    assert_eq!(database.number("select count(*) from operation_runs").await, 1, "it is the run that was started");
    expire_leases(database).await;
    assert_whole(&world, &world.worked(run).await).await;
}

async fn f04_a_kill_between_the_end_and_its_notification_notifies_once(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let run = world.start_sync().await;
    let (ledger, hands) = (world.db.ledger(), info(&world));
    let claimed = ledger.claim(&hands, 1, &["inventory.sync"]).await.unwrap().remove(0);
    ledger.finish(&claimed.lease(hands.id), Default::default()).await.unwrap();
    assert!(world.db.notifications(world.owner).list(10).await.unwrap().is_empty(), "nobody delivered it yet");
    let deliver = || async { while world.db.outbox().deliver(10).await.unwrap() > 0 {} };
    futures::future::join_all((0..4).map(|_| deliver())).await;
    let cards = world.db.notifications(world.owner).list(10).await.unwrap();
    assert_eq!(cards.iter().filter(|card| card.run == run).count(), 1);
}

async fn f05_a_worker_that_stood_still_past_its_lease_writes_nothing_more(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let first = worker(&world, database).await;
    let run = held_sync(&world).await;
    signal(&first, Signal::SIGSTOP);
    let second = worker(&world, database).await;
    let row = world.reached(run, |row| row.attempt == 2).await;
    assert_eq!(row.status, Status::Running);
    // Both have their answers now, and both would record them.
    signal(&first, Signal::SIGCONT);
    world.simulator.release();
    let row = world.ended(run).await;
    assert_whole(&world, &row).await;
    assert_eq!(row.attempt, 2);
    assert!(terminate(first).await.success(), "it goes on as a worker");
    assert!(terminate(second).await.success());
    assert_eq!(database.number("select count(*) from operation_run_events where kind = 'finished'").await, 1);
}

async fn f28_a_run_that_kills_its_worker_every_time_ends_and_its_neighbour_is_unharmed(database: &TestDatabase) {
    let world = World::of(database, vec![graph_sim::Content::Seeded { seed: 7, objects: 10 }; 2]).await;
    let seed = Seed::of_this_run();
    world.simulator.hold("configurationPolicies");
    let run = world.start_sync_of(&["settingsCatalog"]).await;
    let neighbour = world.start_sync_of(&["scopeTags"]).await;
    let attempts = 2 + seed.pick(0..2);
    database.execute(&format!("update operation_runs set attempts_max = {attempts}")).await;
    for attempt in 1..=attempts {
        let mut child = worker(&world, database).await;
        world.reached(run, |row| row.attempt == i64::try_from(attempt).unwrap()).await;
        world.ended(neighbour).await;
        child.kill().await.unwrap();
        expire_leases(database).await;
    }
    world.simulator.release();
    let row = world.worked(run).await;
    assert_eq!((row.outcome, row.reason.unwrap().code.as_str()), (Outcome::Failed, "worker_crashed"));
    assert_eq!(world.run(neighbour).await.outcome, Outcome::Succeeded);
}
