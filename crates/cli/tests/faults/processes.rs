//! Worker processes that die, stand still and go on.

use app::inventory::{Selection, start_sync};
use model::run::{Outcome, Status};
use store::{Engine, NotificationKind};
use testkit::program::{Signal, pause, signal, terminate};
use testkit::{Seed, TestDatabase, World, on_both_databases};
use tokio::process::Child;

use crate::support::{assert_whole, expire_leases, held_sync, somebody_waits, sync_command, until, worker};

on_both_databases!(
    f03_a_start_whose_program_is_killed_is_worked_on_by_another,
    f04_a_kill_between_the_end_and_its_notification_notifies_once,
    f05_a_worker_that_stood_still_past_its_lease_writes_nothing_more,
    f05_a_worker_that_stood_still_in_the_middle_of_a_write_loses_nothing,
    f28_a_run_that_kills_its_worker_every_time_ends_and_its_neighbour_is_unharmed,
);

async fn f03_a_start_whose_program_is_killed_is_worked_on_by_another(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    let mut program = sync_command(&world, database).spawn().unwrap();
    // The first instant at which anybody can know of the start is the one after its commit.
    until(async || database.number("select count(*) from operation_runs").await > 0).await;
    program.kill().await.unwrap();
    let run = world.start_sync().await;
    assert_eq!(database.number("select count(*) from operation_runs").await, 1, "it is the run that was started");
    expire_leases(database).await;
    assert_whole(&world, &world.worked(run).await).await;
}

/// While this stands nobody can be notified.
const REFUSE: [&str; 2] = [
    "create trigger fault before insert on notifications begin select raise(abort, 'kept'); end",
    "create function fault() returns trigger as $$ begin raise exception 'kept'; end $$ language plpgsql; \
     create trigger fault before insert on notifications for each row execute function fault()",
];
const ALLOW: [&str; 2] = ["drop trigger fault", "drop trigger fault on notifications; drop function fault()"];

async fn f04_a_kill_between_the_end_and_its_notification_notifies_once(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let engine = usize::from(database.engine() == Engine::Postgres);
    database.execute(REFUSE[engine]).await;
    let mut first = worker(&world, database).await;
    let run = world.start_sync().await;
    assert_eq!(world.ended(run).await.outcome, Outcome::Succeeded, "what cannot be told has ended all the same");
    first.kill().await.unwrap();
    assert!(world.db.notifications(world.owner).list(10).await.unwrap().is_empty(), "nobody delivered it");
    database.execute(ALLOW[engine]).await;
    let workers = [worker(&world, database).await, worker(&world, database).await];
    for worker in workers {
        assert!(terminate(worker).await.success());
    }
    let cards = world.db.notifications(world.owner).list(10).await.unwrap();
    assert_eq!(cards.iter().filter(|card| card.run == run && card.kind == NotificationKind::Terminal).count(), 1);
}

async fn f05_a_worker_that_stood_still_past_its_lease_writes_nothing_more(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let first = worker(&world, database).await;
    let run = held_sync(&world).await;
    pause_outside_a_write(database, &first).await;
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

/// SQLite has one writer at a time: while the test is that writer, the process is none.
async fn pause_outside_a_write(database: &TestDatabase, child: &Child) {
    let writer = match database.engine() {
        Engine::Sqlite => database.hold(&["begin immediate"]).await,
        Engine::Postgres => database.hold(&["begin", "lock table operation_runs in exclusive mode"]).await,
    };
    pause(child).await;
    writer.release().await;
}

async fn f05_a_worker_that_stood_still_in_the_middle_of_a_write_loses_nothing(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let first = worker(&world, database).await;
    let run = held_sync(&world).await;
    let second = worker(&world, database).await;
    match database.engine() {
        Engine::Sqlite => {
            pause_inside_a_write_of_sqlite(&world, database, &first).await;
            // It keeps the only write lock for as long as it stands still. Reading goes on, and a start is not promised.
            assert_eq!(world.run(run).await.status, Status::Running);
            let (scope, selection) = (world.scope().await, Selection::of(&["scopeTags"]).unwrap());
            let refused = start_sync(&world.db, &scope, &selection, Default::default()).await.unwrap_err();
            assert_eq!(refused.code, "database.busy");
        }
        Engine::Postgres => {
            pause_inside_a_write_of_postgres(&world, database, &first).await;
            // The server ends its transaction, and another one takes the run up.
            world.reached(run, |row| row.attempt == 2).await;
        }
    }
    signal(&first, Signal::SIGCONT);
    let row = world.ended(run).await;
    assert_whole(&world, &row).await;
    let next = world.start_sync_of(&["scopeTags"]).await;
    assert_eq!(world.ended(next).await.outcome, Outcome::Succeeded);
    assert!(terminate(first).await.success(), "it goes on as a worker");
    assert!(terminate(second).await.success());
}

/// A trigger makes one write take long, and the process stands still in it.
async fn pause_inside_a_write_of_sqlite(world: &World, database: &TestDatabase, child: &Child) {
    let fill = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300) select i from n";
    database.execute(&format!("create table fault as {fill}")).await;
    let slow = "create trigger slow after insert on operation_run_items when new.sequence = 1 begin \
                select max(a.i * b.i * c.i) from fault a, fault b, fault c; end";
    database.execute(slow).await;
    world.simulator.release();
    loop {
        until(async || !is_free_within(database, 0).await).await;
        pause(child).await;
        // Somebody else's write is over at once; that of a process that stands still is not.
        if !is_free_within(database, 2_000).await {
            return;
        }
        signal(child, Signal::SIGCONT);
    }
}

/// Whether the write lock can be had within so many milliseconds.
async fn is_free_within(database: &TestDatabase, milliseconds: u32) -> bool {
    let patience = format!("pragma busy_timeout = {milliseconds}");
    match database.try_hold(&[&patience, "begin immediate"]).await {
        Ok(holding) => {
            holding.release().await;
            true
        }
        Err(_) => false,
    }
}

/// The write waits for a lock of the test's, and the process stands still when it gets it.
async fn pause_inside_a_write_of_postgres(world: &World, database: &TestDatabase, child: &Child) {
    let holding = database.hold(&["begin", "lock table operation_run_items in exclusive mode"]).await;
    world.simulator.release();
    somebody_waits(database).await;
    pause(child).await;
    holding.release().await;
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
