//! A worker process is killed in the middle of a sync, as a machine that loses power kills it. Another worker takes
//! the run up within ten seconds and ends it right. `TENANTATLAS_CRASH_ROUNDS=20` repeats that as often.

use std::time::Duration;

use model::run::{Outcome, Status};
use store::NotificationKind;
use testkit::{TestDatabase, World, invariants, on_both_databases};
use tokio::time::Instant;

use crate::program::{terminate, worker};

on_both_databases!(a_killed_workers_run_is_taken_up_within_ten_seconds_and_ends_right);

/// The promise of `spec/runs.md`.
const RESCUE: Duration = Duration::from_secs(10);
/// Time per request, so that a sync of some seconds can be met in its middle.
const LATENCY: Duration = Duration::from_millis(40);

fn rounds() -> u64 {
    let text = std::env::var("TENANTATLAS_CRASH_ROUNDS").unwrap_or_else(|_| "2".to_owned());
    text.parse().expect("TENANTATLAS_CRASH_ROUNDS is a number")
}

async fn a_killed_workers_run_is_taken_up_within_ten_seconds_and_ends_right(database: &TestDatabase) {
    let world = World::seeded(database, 400).await;
    let expected = crate::stories::observable(&world);
    world.simulator.set_latency(LATENCY);
    for round in 0..rounds() {
        // Each round meets the sync at another place, from its first pages to its last parts.
        let taken = kill_and_rescue(&world, database, 3 + round * 5 % 14).await;
        println!("{:?} round {round}: taken up after {taken:?}", database.engine());
        assert_eq!(world.objects().await.len(), expected);
        assert_eq!(world.versions().await, expected, "a crash makes no version");
    }
}

/// The time from the kill to the next attempt.
async fn kill_and_rescue(world: &World, database: &TestDatabase, requests: u64) -> Duration {
    world.simulator.reset_stats();
    let mut first = worker(world, database).await;
    let run = world.start_sync().await;
    world.simulator.wait_for_requests(requests).await;
    let second = worker(world, database).await;
    first.kill().await.expect("it still runs");
    let killed = Instant::now();
    let row = world.run(run).await;
    assert_eq!(
        (row.status, row.attempt),
        (Status::Running, 1),
        "it was met in the middle of its work, at {} items",
        row.counts.processed
    );
    world.reached(run, |row| row.attempt == 2).await;
    let taken = killed.elapsed();
    assert!(taken < RESCUE, "taken up only after {taken:?}");
    let row = world.ended(run).await;
    invariants::check_rescued(database.engine(), database.address(), 10_000).await;
    assert!(terminate(second).await.success(), "a worker that is asked to stop ends well");

    assert_eq!((row.outcome, row.attempt), (Outcome::Succeeded, 2), "{:?}", row.reason);
    assert_eq!((row.counts.succeeded, row.counts.failed), (crate::stories::observable(world) as u64, 0));
    assert_eq!(world.items(run).await.len() as u64, row.counts.processed, "each object is one item");
    let cards = world.db.notifications(world.owner).list(100).await.unwrap();
    let mine: Vec<_> = cards.iter().filter(|card| card.run == run).collect();
    assert_eq!(mine.len(), 1);
    assert_eq!((mine[0].kind, mine[0].outcome), (NotificationKind::Terminal, Outcome::Succeeded));
    taken
}
