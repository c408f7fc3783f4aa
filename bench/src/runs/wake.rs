//! From the commit of a start to the first instruction of its handler, with an idle worker.

use std::time::Duration;

use serde_json::json;
use store::Engine;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::Failure;
use crate::ledger::database::Database;
use crate::ledger::handlers::{NO_OP, worker};
use crate::ledger::rows::{Row, by};
use crate::ledger::world::World;
use crate::numbers::Times;

/// Runs that are started one by one.
pub(crate) const RUNS: usize = 300;
/// Longer than any worker needs.
const LONGEST: Duration = Duration::from_secs(20);

/// Started in the worker's own process, and on PostgreSQL also over another connection.
pub(crate) async fn measure(database: &Database, world: &World, runs: usize) -> Result<Vec<Row>, Failure> {
    let (sender, mut entered) = mpsc::unbounded_channel();
    let (stop, engine) = (CancellationToken::new(), worker(&world.db, 8, sender));
    let token = stop.clone();
    let working = tokio::spawn(async move { engine.run(token).await });
    // What earlier measurements left in the queue is worked off first.
    while tokio::time::timeout(Duration::from_secs(2), entered.recv()).await.is_ok() {}
    let targets = by(world.db.engine(), (2.0, 15.0), (3.0, 20.0));
    let mut rows =
        vec![Row::p50_p99("commit → handler, same process", times(world, runs, &mut entered).await?, targets)];
    if world.db.engine() == Engine::Postgres {
        let other = world.elsewhere(database).await?;
        rows.push(Row::p50_p99(
            "commit → handler, other connection",
            times(&other, runs, &mut entered).await?,
            targets,
        ));
        other.db.close().await;
    }
    stop.cancel();
    working.await??;
    Ok(rows)
}

async fn times(
    world: &World,
    runs: usize,
    entered: &mut mpsc::UnboundedReceiver<(model::ids::RunId, tokio::time::Instant)>,
) -> Result<Times, Failure> {
    let mut times = Vec::new();
    for _ in 0..runs {
        let run = world.start(&NO_OP, json!({})).await?.run();
        let committed = tokio::time::Instant::now();
        let found = tokio::time::timeout(LONGEST, entered.recv()).await.map_err(|_| "a run was never claimed")?;
        let (entered_run, at) = found.ok_or("the worker has ended")?;
        if entered_run != run {
            return Err("another run was claimed than the one that was started".into());
        }
        times.push(at.saturating_duration_since(committed));
        // The worker is idle again before the next start.
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
    Ok(Times::of(times))
}
