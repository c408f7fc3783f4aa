//! A worker may have no more memory.

use testkit::program::{limit_memory, ready, within};
use testkit::{TestDatabase, World, on_both_databases};
use tokio::process::Child;

use crate::support::{PROGRAM, assert_whole, held_sync};

on_both_databases!(f43_a_worker_that_gets_no_more_memory_loses_nothing);

async fn f43_a_worker_that_gets_no_more_memory_loses_nothing(database: &TestDatabase) {
    let world = World::seeded(database, 150).await;
    let mut starved = growing_worker(&world, database).await;
    let run = held_sync(&world).await;
    limit_memory(&starved, 1 << 20);
    world.simulator.release();
    let status = starved.wait().await.unwrap();
    assert!(!status.success(), "it cannot go on");
    let other = world.worker();
    let row = world.ended(run).await;
    assert_whole(&world, &row).await;
    other.stop().await;
}

/// A worker that asks the system for memory when it needs it. Our allocator takes a whole GiB at its start (decision 0033), and a limit on what
/// comes after it would never be felt.
async fn growing_worker(world: &World, database: &TestDatabase) -> Child {
    let mut command = within(PROGRAM, world, database, &["worker"]);
    command.env("MIMALLOC_ARENA_EAGER_COMMIT", "0");
    ready(command).await
}
