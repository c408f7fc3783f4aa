//! Jobs a second: the jobs wait, the workers have started, then all may take jobs at once. From the first handler to the last job that the database knows
//! to be done.

use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;
use store::Engine;
use tokio::time::Instant;

use super::clock::{self, Nanos, between};
use super::peers::{Peer, Peers};
use super::postgres::Server;
use super::process::Worker;
use super::worker::Work;
use super::{Arguments, ours};
use crate::Failure;
use crate::ledger::database::{Database, Raw};
use crate::ledger::name;
use crate::ledger::world::World;
use crate::runs::{queue, settle};

/// Runs that are not done.
const UNDONE: &str = "select count(*) from operation_runs where status in ('queued', 'running')";
/// Shortest time between two looks at what is not done.
const LOOK: Duration = Duration::from_millis(10);
/// A look may take this share of the time, so that a queue where it is dear is not slowed down by it.
const SHARE: u32 = 10;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Job {
    /// Nothing.
    NoOp,
    /// Records one item under the lease: only ours has that.
    Item,
    /// Waits for 1 ms.
    Nap,
}

impl Job {
    fn work(self) -> Work {
        Work { nap_ms: self.nap_ms(), item: self == Self::Item, endless: false }
    }

    fn nap_ms(self) -> u64 {
        u64::from(self == Self::Nap)
    }
}

/// One program with one kind of job.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cell {
    pub(crate) job: Job,
    pub(crate) workers: usize,
    pub(crate) program: &'static str,
    pub(crate) database: &'static str,
    /// Jobs that were done.
    pub(crate) done: usize,
    /// Of so many.
    pub(crate) jobs: usize,
    pub(crate) seconds: f64,
    pub(crate) per_second: f64,
    /// Ours on the same database with the same kind of job, by this.
    pub(crate) ours_by_this: Option<f64>,
}

/// Every kind of job with every number of workers: ours, then each peer.
pub(crate) async fn measure(arguments: &Arguments, server: &Server, peers: &Peers) -> Result<Vec<Cell>, Failure> {
    let mut cells = Vec::new();
    for &job in &arguments.work {
        for &workers in &arguments.workers {
            let case = Case { job, workers, arguments };
            for engine in arguments.engines() {
                cells.push(told(case.median(async || case.ours(engine, server).await).await?));
            }
            let ours = cells.last().map_or(0.0, |cell: &Cell| cell.per_second);
            // No peer keeps items: what it does without is shown beside ours without.
            for peer in peers.iter().filter(|_| job != Job::Item) {
                let cell = case.median(async || case.peer(peer, server).await).await?;
                let ours_by_this = Some(ours / cell.per_second).filter(|ratio| ratio.is_finite());
                cells.push(told(Cell { ours_by_this, ..cell }));
            }
        }
    }
    Ok(cells)
}

fn told(cell: Cell) -> Cell {
    println!(
        "{:?}, {} workers, {}, {}: {:.0} / s",
        cell.job, cell.workers, cell.program, cell.database, cell.per_second
    );
    cell
}

struct Case<'a> {
    job: Job,
    workers: usize,
    arguments: &'a Arguments,
}

impl Case<'_> {
    async fn median(&self, measure: impl AsyncFn() -> Result<Cell, Failure>) -> Result<Cell, Failure> {
        let mut cells = Vec::new();
        for _ in 0..self.arguments.rounds.max(1) {
            cells.push(measure().await?);
        }
        cells.sort_by(|left, right| left.per_second.total_cmp(&right.per_second));
        Ok(cells.swap_remove((cells.len() - 1) / 2))
    }

    async fn ours(&self, engine: Engine, server: &Server) -> Result<Cell, Failure> {
        let database = Database::create(engine, server.of(engine)).await?;
        let world = World::new(&database).await?;
        queue(&world, self.arguments.jobs).await?;
        world.db.close().await;
        let mut raw = database.raw().await?;
        settle(&mut raw).await?;
        let mut workers = Vec::new();
        for _ in 0..self.workers {
            workers.push(ours::ready(&database, self.arguments.slots, &self.job.work()).await?);
        }
        let cell = self.drain(workers, &mut raw, UNDONE, "TenantAtlas", engine).await?;
        drop(raw);
        database.remove().await?;
        Ok(cell)
    }

    async fn peer(&self, peer: &Peer, server: &Server) -> Result<Cell, Failure> {
        let database = Database::create(Engine::Postgres, Some(server.address())).await?;
        peer.fill(database.address(), self.arguments.jobs).await?;
        let mut raw = database.raw().await?;
        settle(&mut raw).await?;
        let mut workers = Vec::new();
        for _ in 0..self.workers {
            workers.push(peer.ready(database.address(), self.job.nap_ms()).await?);
        }
        let cell = self.drain(workers, &mut raw, &peer.undone(), peer.name, Engine::Postgres).await?;
        drop(raw);
        database.remove().await?;
        Ok(cell)
    }

    /// Waits until nothing is left or the time is over, then asks the workers when they began.
    async fn drain(
        &self,
        workers: Vec<Worker>,
        raw: &mut Raw,
        undone: &str,
        program: &'static str,
        engine: Engine,
    ) -> Result<Cell, Failure> {
        let mut working = Vec::new();
        for worker in workers {
            working.push(worker.go().await?);
        }
        let (left, ended) = self.wait(raw, undone).await?;
        let mut first = ended;
        for worker in working {
            let entered = worker.stop().await?.into_iter().map(|(_, at)| at);
            first = entered.min().unwrap_or(ended).min(first);
        }
        let jobs = self.arguments.jobs;
        let (done, seconds) = (jobs.saturating_sub(left), between(first, ended).as_secs_f64());
        let (job, workers, per_second) = (self.job, self.workers, done as f64 / seconds);
        let database = name(engine);
        Ok(Cell { job, workers, program, database, done, jobs, seconds, per_second, ours_by_this: None })
    }

    async fn wait(&self, raw: &mut Raw, undone: &str) -> Result<(usize, Nanos), Failure> {
        let (began, longest) = (Instant::now(), Duration::from_secs(self.arguments.longest));
        loop {
            let look = Instant::now();
            let left = usize::try_from(raw.number(undone.to_owned()).await?)?;
            let now = clock::now()?;
            if left == 0 || began.elapsed() > longest {
                return Ok((left, now));
            }
            tokio::time::sleep(LOOK.max(look.elapsed() * SHARE)).await;
        }
    }
}
