//! Runs a second that do nothing, with everything on: claim, right re-checked, fence, counters, events, audit entries
//! and notifications.

use std::time::Duration;

use model::run::Status;
use serde_json::json;
use store::RunFilter;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Failure;
use crate::ledger::handlers::{NO_OP, worker};
use crate::ledger::rows::{Row, by};
use crate::ledger::world::World;

/// Longer than any ledger needs for them.
const LONGEST: Duration = Duration::from_secs(300);
/// Runs in the queue before the worker starts.
const RUNS: usize = 10_000;
/// Who start them.
const CALLERS: usize = 16;
/// Runs that the worker holds at a time.
const SLOTS: usize = 256;

/// Queues the runs, then lets one worker end them all.
pub(crate) async fn measure(world: &World) -> Result<Vec<Row>, Failure> {
    queue(world, RUNS).await?;
    let before = completed(world).await?;
    let (sender, mut entered) = mpsc::unbounded_channel();
    let (stop, engine) = (CancellationToken::new(), worker(&world.db, SLOTS, sender));
    let token = stop.clone();
    let begin = Instant::now();
    let working = tokio::spawn(async move { engine.run(token).await });
    for _ in 0..RUNS {
        entered.recv().await.ok_or("the worker has ended")?;
    }
    while completed(world).await? < before + RUNS as u64 {
        if begin.elapsed() > LONGEST {
            return Err("the runs have not ended".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = RUNS as f64 / begin.elapsed().as_secs_f64();
    stop.cancel();
    working.await??;
    let target = by(world.db.engine(), 8_000.0, 4_000.0);
    Ok(vec![Row::rate(format!("no-op runs completed, everything on, {SLOTS} slots"), rate, Some(target))])
}

/// Starts so many runs, by several callers.
pub(crate) async fn queue(world: &World, runs: usize) -> Result<(), Failure> {
    let mut tasks = JoinSet::new();
    for caller in 0..CALLERS {
        let world = world.clone();
        tasks.spawn(async move {
            for _ in (caller..runs).step_by(CALLERS) {
                world.start(&NO_OP, json!({})).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn completed(world: &World) -> Result<u64, Failure> {
    let filter = RunFilter { types: vec![NO_OP.run_type.to_owned()], ..RunFilter::default() };
    Ok(world.db.tenant(&world.scope).runs().counts(&filter).await?.status(Status::Completed))
}
