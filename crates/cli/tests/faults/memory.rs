//! A worker may have no more memory.

use testkit::program::limit_memory;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{assert_whole, held_sync, worker_with};

/// The program asks the system for memory when it needs it. Its allocator takes a whole GiB at its start (decision 0033), and
/// a limit on what comes after it would never be felt.
const GROWING: (&str, &str) = ("MIMALLOC_ARENA_EAGER_COMMIT", "0");

on_both_databases!(f43_a_worker_that_gets_no_more_memory_loses_nothing);

async fn f43_a_worker_that_gets_no_more_memory_loses_nothing(database: &TestDatabase) {
    let world = World::seeded(database, 150).await;
    let mut starved = worker_with(&world, database, GROWING).await;
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
