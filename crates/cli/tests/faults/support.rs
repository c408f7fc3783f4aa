//! What several faults need: workers of their own processes, and what a good end is.

use std::time::Duration;

use model::AppError;
use model::ids::RunId;
use model::run::{Outcome, Status};
use store::{RunRow, WorkerInfo};
use testkit::program::{ready, within};
use testkit::{TestDatabase, World};
use tokio::process::Child;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_tenantatlas");

/// A worker of its own process.
pub(crate) async fn worker(world: &World, database: &TestDatabase) -> Child {
    ready(within(PROGRAM, world, database, &["worker"])).await
}

/// A worker of its own process that reaches the database by another address.
pub(crate) async fn worker_at(world: &World, database: &TestDatabase, address: &str) -> Child {
    worker_with(world, database, ("TENANTATLAS_DATABASE", address)).await
}

/// A worker of its own process with a setting of its own in its environment.
pub(crate) async fn worker_with(world: &World, database: &TestDatabase, (name, value): (&str, &str)) -> Child {
    let mut command = within(PROGRAM, world, database, &["worker"]);
    command.env(name, value);
    ready(command).await
}

/// The command that syncs the first tenant and stays until it has ended.
pub(crate) fn sync_command(world: &World, database: &TestDatabase) -> tokio::process::Command {
    within(PROGRAM, world, database, &["sync", "Contoso"])
}

/// A sync that a worker has in hands, held in the middle of its requests.
pub(crate) async fn held_sync(world: &World) -> RunId {
    world.simulator.hold("deviceManagement");
    let run = world.start_sync().await;
    world.simulator.wait_for_held(1).await;
    world.reached(run, |row| row.status == Status::Running).await;
    run
}

/// The run went through with every object, as if nothing had happened.
pub(crate) async fn assert_whole(world: &World, row: &RunRow) {
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?} {:?}", row.reason, row.counts);
    let objects = testkit::observable(&world.simulator, world.directory()).len();
    assert_eq!((row.counts.succeeded, row.counts.failed), (objects as u64, 0));
    assert_eq!(world.versions().await, objects, "a fault makes no version and loses none");
    assert!(world.simulator.journal().is_empty(), "I5: what only reads has no effect, however often it is repeated");
}

/// Makes every lease run out, as time would.
pub(crate) async fn expire_leases(database: &TestDatabase) {
    database.execute("update operation_runs set lease_expires_at = 1 where status = 'running'").await;
}

/// A worker of the test's own hands.
pub(crate) fn info(world: &World) -> WorkerInfo {
    let roles = vec!["worker".into()];
    WorkerInfo { id: world.db.ambient().id(), host: "test".into(), version: "test".into(), roles }
}

/// Waits until a statement of the product waits for a lock on PostgreSQL.
pub(crate) async fn somebody_waits(database: &TestDatabase) {
    let waiting = "select count(*) from pg_locks l join pg_stat_activity a on a.pid = l.pid \
                   where not l.granted and a.application_name = 'tenantatlas' and a.datname = current_database()";
    until(async || database.number(waiting).await > 0).await;
}

/// Waits until it is so, and looks often.
pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    while !is_so().await {
        looks.tick().await;
    }
}

/// What a person may be told while the database comes and goes.
pub(crate) fn is_of_the_database(error: &AppError) -> bool {
    error.code.starts_with("database.") || error.code == "run.start_unknown"
}
