//! Ten thousand people press the same button at the same time.

use serde_json::json;
use store::Started;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Failure;
use crate::ledger::handlers::SAME;
use crate::ledger::rows::{Row, by};
use crate::ledger::world::World;

const STARTS: usize = 10_000;

/// One run comes of it, and everybody is told which.
pub(crate) async fn measure(world: &World) -> Result<Vec<Row>, Failure> {
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..STARTS {
        let world = world.clone();
        tasks.spawn(async move { world.start(&SAME, json!({ "what": "the same" })).await });
    }
    let answers = tasks.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let seconds = begin.elapsed().as_secs_f64();
    let new = answers.iter().filter(|answer| matches!(answer, Started::New(_))).count();
    let first = answers.first().ok_or("nobody was answered")?.run();
    if new != 1 || answers.iter().any(|answer| answer.run() != first) {
        return Err(format!("{STARTS} identical starts made {new} runs").into());
    }
    let at_most = by(world.db.engine(), 6.0, 3.0);
    Ok(vec![Row::seconds(format!("{STARTS} identical starts, one run, all answered"), seconds, Some(at_most))])
}
