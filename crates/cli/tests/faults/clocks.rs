//! Clocks that are wrong or jump.

use std::sync::Arc;

use model::Ambient;
use model::ambient::{ManualClock, SystemEntropy};
use model::run::Outcome;
use testkit::{Seed, TestDatabase, World, on_both_databases};

use crate::support::{assert_whole, held_sync, worker};

on_both_databases!(
    f22_a_database_clock_that_jumps_strands_no_run,
    f23_a_worker_with_a_wrong_clock_neither_loses_nor_keeps_anything,
);

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What the product compares with the database's clock. Moving all of it is the clock's jump the other way: nothing can
/// tell one from the other.
const TIMES: [&str; 4] = ["lease_expires_at", "available_at", "created_at", "started_at"];

async fn f22_a_database_clock_that_jumps_strands_no_run(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    for (jump, name) in [(DAY_MS, "back"), (-DAY_MS, "forward")] {
        let mut first = worker(&world, database).await;
        let run = held_sync(&world).await;
        first.kill().await.unwrap();
        let queued = world.start_sync_of(&["scopeTags"]).await;
        let moved: Vec<_> = TIMES.iter().map(|time| format!("{time} = {time} + {jump}")).collect();
        let moved = format!("update operation_runs set {} where status <> 'completed'", moved.join(", "));
        database.execute(&moved).await;
        database.execute(&format!("update nodes set seen_at = seen_at + {jump}")).await;
        world.simulator.release();
        let worker = world.worker();
        let row = world.ended(run).await;
        assert_whole(&world, &row).await;
        assert_eq!(row.attempt, 2, "after a jump {name}");
        assert_eq!(world.ended(queued).await.outcome, Outcome::Succeeded, "after a jump {name}");
        worker.stop().await;
    }
}

async fn f23_a_worker_with_a_wrong_clock_neither_loses_nor_keeps_anything(database: &TestDatabase) {
    let (world, seed) = (World::seeded(database, 20).await, Seed::of_this_run());
    for sign in [1, -1] {
        let days = 1 + i64::try_from(seed.pick(0..3_000)).unwrap();
        let clock = ManualClock::at(world.db.ping().await.unwrap() + sign * days * DAY_MS);
        let wrong = database.open_with(Ambient::new(Arc::new(clock), Arc::new(SystemEntropy))).await;
        let worker = world.worker_over(&wrong);
        let run = world.start_sync().await;
        let row = world.ended(run).await;
        assert_whole(&world, &row).await;
        assert_eq!(row.attempt, 1);
        let now = world.db.ping().await.unwrap();
        assert!((now - row.completed_at.unwrap()).abs() < DAY_MS, "times of runs are the database's");
        worker.stop().await;
    }
}
