//! From the commit of a start to the first instruction of its handler, in another process that is idle.

use std::time::Duration;

use serde_json::json;
use store::Engine;
use tokio::time::sleep;

use super::clock::{self, between};
use super::peers::{Peer, Peers};
use super::postgres::Server;
use super::worker::Work;
use super::{Arguments, ours};
use crate::Failure;
use crate::ledger::database::Database;
use crate::ledger::handlers::NO_OP;
use crate::ledger::rows::{Row, by};
use crate::ledger::world::World;
use crate::numbers::Times;
use crate::runs::wake;

/// As a worker of the product has it when nothing else is said.
const SLOTS: usize = 8;
/// Between two starts; no multiple of any polling time.
const EVERY_MS: u64 = 37;
/// Without wake-ups the pause grows by that from start to start and begins anew, so that every phase of the half second
/// between two looks comes up.
const PHASES: usize = 13;
/// Starts without wake-ups: each takes half a second.
const UNWOKEN: usize = 100;
/// A peer says neither that it listens nor that it has nothing to do.
const SETTLE: Duration = Duration::from_secs(2);
/// How long a run waits at most when nothing wakes its worker.
const FLOOR_MS: f64 = 1_000.0;
/// In front of the real one: every wake-up is lost.
const DEAF: &str = "create function public.pg_notify(text, text) returns void language sql as 'select null::void'";

/// Ours: in the worker's own process, then from another process with and without wake-ups.
pub(crate) async fn measure(arguments: &Arguments, engine: Engine, server: Option<&str>) -> Result<Vec<Row>, Failure> {
    let database = Database::create(engine, server).await?;
    let world = World::new(&database).await?;
    let mut rows = wake::measure(&database, &world, arguments.samples).await?;
    if engine == Engine::Postgres {
        let times = elsewhere(&database, &world, arguments.samples, 1).await?;
        rows.push(Row::p50_p99("commit → handler, other process", times, by(engine, (2.0, 15.0), (3.0, 20.0))));
        make_deaf(&database).await?;
    }
    let world = world.elsewhere(&database).await?;
    // The file has no wake-ups between processes.
    let times = elsewhere(&database, &world, arguments.samples.min(UNWOKEN), PHASES).await?;
    rows.push(Row::p99("commit → handler, other process, no wake-ups", times, FLOOR_MS));
    world.db.close().await;
    database.remove().await?;
    Ok(rows)
}

/// The peers, woken by their own means.
pub(crate) async fn of_peers(arguments: &Arguments, server: &Server, peers: &Peers) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for peer in peers.iter() {
        let times = of_peer(peer, server, arguments.samples).await?;
        rows.push(Row::times(format!("commit → handler, {}", peer.name), times));
    }
    Ok(rows)
}

async fn elsewhere(database: &Database, world: &World, samples: usize, phases: usize) -> Result<Times, Failure> {
    let mut worker = ours::start(database, SLOTS, &Work::default()).await?;
    let mut times = Vec::new();
    for number in 0..samples {
        let run = world.start(&NO_OP, json!({})).await?.run().to_string();
        let committed = clock::now()?;
        let (entered, at) = worker.next().await?;
        if entered != run {
            return Err("another run was claimed than the one that was started".into());
        }
        times.push(between(committed, at));
        sleep(Duration::from_millis(EVERY_MS * (number % phases + 1) as u64)).await;
    }
    worker.stop().await?;
    Ok(Times::of(times))
}

async fn of_peer(peer: &Peer, server: &Server, samples: usize) -> Result<Times, Failure> {
    let database = Database::create(Engine::Postgres, Some(server.address())).await?;
    peer.fill(database.address(), 0).await?;
    let worker = peer.ready(database.address(), 0).await?.go().await?;
    // Until it listens.
    sleep(SETTLE).await;
    let started = peer.start(database.address(), samples, EVERY_MS).await?;
    // The last ones are still under way.
    sleep(SETTLE).await;
    let entered: std::collections::HashMap<_, _> = worker.stop().await?.into_iter().collect();
    database.remove().await?;
    let times = started.iter().map(|(job, committed)| entered.get(job).map(|at| between(*committed, *at)));
    Ok(Times::of(times.collect::<Option<Vec<_>>>().ok_or_else(|| format!("{} lost a job", peer.name))?))
}

/// New connections find a function that does nothing where the product asks to wake the others.
async fn make_deaf(database: &Database) -> Result<(), Failure> {
    let mut raw = database.raw().await?;
    raw.execute(DEAF.to_owned()).await?;
    raw.execute(format!("alter database {} set search_path = public, pg_catalog", database.name()?)).await?;
    Ok(())
}
