//! From `kill -9` of a worker to the first instruction of its run's handler in another one.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use store::Engine;
use tokio::time::sleep;

use super::clock::{self, Nanos, between};
use super::ours;
use super::process::Worker;
use super::worker::Work;
use crate::Failure;
use crate::ledger::database::Database;
use crate::ledger::handlers::NO_OP;
use crate::ledger::rows::Row;
use crate::ledger::world::World;
use crate::numbers::Times;

/// Workers that die in one round.
const AT_ONCE: usize = 10;
/// They die spread over the time between two beats, so that every phase of a lease comes up.
const BEAT: Duration = Duration::from_secs(2);
/// What the specification allows.
const RESCUE_MS: f64 = 10_000.0;

/// Kills so many workers, a few in each round.
pub(crate) async fn measure(engine: Engine, server: Option<&str>, kills: usize) -> Result<Vec<Row>, Failure> {
    let database = Database::create(engine, server).await?;
    let world = World::new(&database).await?;
    let mut times = Vec::new();
    while times.len() < kills {
        times.extend(round(&database, &world, AT_ONCE.min(kills - times.len())).await?);
    }
    world.db.close().await;
    database.remove().await?;
    Ok(vec![Row::rescue(format!("kill -9 of {kills} workers → run taken up"), Times::of(times), RESCUE_MS)])
}

async fn round(database: &Database, world: &World, victims: usize) -> Result<Vec<Duration>, Failure> {
    let endless = Work { endless: true, ..Work::default() };
    let mut working = Vec::new();
    for _ in 0..victims {
        working.push(ours::start(database, 1, &endless).await?);
    }
    for _ in 0..victims {
        world.start(&NO_OP, json!({})).await?;
    }
    let mut held = Vec::new();
    for mut worker in working {
        let (run, _) = worker.next().await?;
        held.push((run, worker));
    }
    // It finds every run taken, so it can only have those that are taken up.
    let survivor = ours::start(database, victims, &Work::default()).await?;
    taken_up(kill(held).await?, survivor).await
}

async fn kill(held: Vec<(String, Worker)>) -> Result<HashMap<String, Nanos>, Failure> {
    let gap = BEAT / u32::try_from(held.len())?;
    let mut killed = HashMap::new();
    for (run, worker) in held {
        killed.insert(run, clock::now()?);
        worker.kill().await?;
        sleep(gap).await;
    }
    Ok(killed)
}

async fn taken_up(killed: HashMap<String, Nanos>, mut survivor: Worker) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    while times.len() < killed.len() {
        let (run, at) = survivor.next().await?;
        let at_kill = killed.get(&run).ok_or("a run was taken up that nobody lost")?;
        times.push(between(*at_kill, at));
    }
    survivor.stop().await?;
    Ok(times)
}
