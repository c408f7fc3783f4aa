//! How long a start takes: at a steady pace, and as fast as it goes.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::Failure;
use crate::ledger::handlers::NO_OP;
use crate::ledger::rows::{Row, by};
use crate::ledger::world::World;
use crate::numbers::Times;

/// Starts before anything is counted, so that connections and statements are ready.
const WARM: u32 = 200;
/// Callers at the same time when nothing paces them.
const CALLERS: u32 = 32;
/// Starts of each caller.
const EACH: u32 = 200;

/// Both.
pub(crate) async fn measure(world: &World, seconds: u32) -> Result<Vec<Row>, Failure> {
    for _ in 0..WARM {
        world.start(&NO_OP, json!({})).await?;
    }
    let engine = world.db.engine();
    let (per_second, at_most_ms) = by(engine, (200, 12.0), (500, 8.0));
    let paced = paced(world, per_second, seconds).await?;
    let mut rows = vec![Row::p99(format!("start at {per_second}/s"), paced, at_most_ms)];
    let (times, rate) = unpaced(world).await?;
    rows.push(Row::times(format!("start, {CALLERS} callers at once"), times));
    rows.push(Row::rate(format!("starts, {CALLERS} callers at once"), rate, None));
    Ok(rows)
}

/// Starts come when they are due, whether or not earlier ones were answered: a slow answer is not hidden by asking
/// later. A time counts from the moment the start was handed over.
async fn paced(world: &World, per_second: u32, seconds: u32) -> Result<Times, Failure> {
    let gap = Duration::from_secs(1) / per_second;
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..per_second * seconds {
        sleep_until(begin + gap * number).await;
        let (world, handed) = (world.clone(), Instant::now());
        tasks.spawn(async move { world.start(&NO_OP, json!({})).await.map(|_| handed.elapsed()) });
    }
    Ok(Times::of(tasks.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?))
}

async fn unpaced(world: &World) -> Result<(Times, f64), Failure> {
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..CALLERS {
        let world = world.clone();
        tasks.spawn(async move {
            let mut times = Vec::new();
            for _ in 0..EACH {
                let handed = Instant::now();
                world.start(&NO_OP, json!({})).await?;
                times.push(handed.elapsed());
            }
            Ok::<_, Failure>(times)
        });
    }
    let times: Vec<Vec<Duration>> = tasks.join_all().await.into_iter().collect::<Result<_, _>>()?;
    let rate = f64::from(CALLERS * EACH) / begin.elapsed().as_secs_f64();
    Ok((Times::of(times.concat()), rate))
}
