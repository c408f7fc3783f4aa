//! The engine of operation runs as worker processes, beside the job queues that people would take instead, on one
//! PostgreSQL in one run; and what only shows with processes: rescue after a kill, lost wake-ups, a noisy tenant.

mod clock;
mod latency;
mod noisy;
mod ours;
mod peers;
pub(crate) mod postgres;
mod process;
mod rescue;
mod shown;
mod throughput;
pub(crate) mod worker;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;
use store::Engine;
use tokio::signal::unix::{SignalKind, signal};

use crate::ledger::{Measured, database::Database, name, rows::Row, shown as rows_shown};
use crate::machine::{self, Machine};
use crate::{Failure, report, runs};
use peers::Peers;
use postgres::Server;
use throughput::{Cell, Job};

/// `engine`
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only these parts.
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = Part::ALL)]
    only: Vec<Part>,
    /// Address of a PostgreSQL where databases may be made; default: one is started for this run.
    #[arg(long)]
    postgres: Option<String>,
    /// Start PostgreSQL with fsync on, as it would run for a customer.
    #[arg(long, conflicts_with = "postgres")]
    fsync: bool,
    /// Without the peers.
    #[arg(long)]
    ours_only: bool,
    /// Leave SQLite out.
    #[arg(long)]
    postgres_only: bool,
    /// Where the peers are installed, to keep them between runs.
    #[arg(long)]
    environment: Option<PathBuf>,
    /// Jobs that wait when the workers start.
    #[arg(long, default_value_t = 20_000)]
    jobs: usize,
    /// What each job does.
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = [Job::NoOp, Job::Item, Job::Nap])]
    work: Vec<Job>,
    /// Worker processes.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 4])]
    workers: Vec<usize>,
    /// Runs that one of our workers holds at a time.
    #[arg(long, default_value_t = 256)]
    slots: usize,
    /// How often each is measured; the median by rate is shown.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Seconds after which a queue that is not empty is measured by what it did until then.
    #[arg(long, default_value_t = 60)]
    longest: u64,
    /// Jobs whose way from commit to handler is measured.
    #[arg(long, default_value_t = 300)]
    samples: usize,
    /// Workers that are killed.
    #[arg(long, default_value_t = 50)]
    kills: usize,
    /// Queued runs of the noisy tenant.
    #[arg(long, default_value_t = 100_000)]
    noise: i64,
    /// Runs in the database for the lists.
    #[arg(long, default_value_t = 1_000_000)]
    list_runs: i64,
    /// Name of the file with the numbers.
    #[arg(long, default_value = "engine.json")]
    report: String,
    /// Measure the lists on PostgreSQL once more, with ten times as many runs.
    #[arg(long)]
    ten_times: bool,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Jobs a second, beside the peers.
    Throughput,
    /// From commit to handler, with and without wake-ups, beside the peers.
    Latency,
    /// From the kill of a worker to the moment its run is taken up.
    Rescue,
    /// A quiet tenant beside a noisy one.
    Noisy,
    /// Pages and exact numbers of very many runs.
    Lists,
}

impl Part {
    const ALL: [Self; 5] = [Self::Throughput, Self::Latency, Self::Rescue, Self::Noisy, Self::Lists];
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    load_after: f64,
    peers: Vec<String>,
    cells: Vec<Cell>,
    databases: Vec<Measured>,
}

/// Measures what was asked for; an interrupted run also ends the PostgreSQL that it started.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut ended = signal(SignalKind::terminate())?;
    tokio::select! {
        done = measure(&arguments) => done,
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
        _ = ended.recv() => Err("ended from outside".into()),
    }
}

async fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let machine = Machine::now();
    println!("{}", machine.describe());
    let server = match &arguments.postgres {
        Some(address) => Server::at(address),
        None => Server::start(arguments.fsync)?,
    };
    let beside = arguments.wants(Part::Throughput) || arguments.wants(Part::Latency);
    let peers =
        if beside && !arguments.ours_only { Peers::install(arguments.environment.clone())? } else { Peers::none() };
    let mut cells = Vec::new();
    if arguments.wants(Part::Throughput) {
        cells = throughput::measure(arguments, &server, &peers).await?;
        shown::table(&cells);
    }
    let mut databases = Vec::new();
    for engine in arguments.engines() {
        let rows = rows(arguments, engine, &server, &peers).await?;
        let database = Database::create(engine, server.of(engine)).await?;
        databases.push(Measured { engine: name(engine), version: database.version().await?, rows });
        database.remove().await?;
    }
    rows_shown::table(&databases);
    databases.iter().for_each(|database| println!("{}", database.version));
    let peers = peers.versions();
    report::write(&arguments.report, &Report { machine, load_after: machine::load(), peers, cells, databases })
}

async fn rows(arguments: &Arguments, engine: Engine, server: &Server, peers: &Peers) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let at = server.of(engine);
    if arguments.wants(Part::Latency) {
        rows.extend(latency::measure(arguments, engine, at).await?);
        if engine == Engine::Postgres {
            rows.extend(latency::of_peers(arguments, server, peers).await?);
        }
    }
    if arguments.wants(Part::Rescue) {
        rows.extend(rescue::measure(engine, at, arguments.kills).await?);
    }
    if arguments.wants(Part::Noisy) {
        rows.extend(noisy::measure(engine, at, arguments.noise, arguments.samples).await?);
    }
    if arguments.wants(Part::Lists) {
        let asked = arguments.samples.min(runs::lists::ASKED);
        rows.extend(runs::lists_of(engine, at, arguments.list_runs, asked).await?);
        if arguments.ten_times && engine == Engine::Postgres {
            server.has_room_for(arguments.list_runs * 10)?;
            rows.extend(runs::lists_of(engine, at, arguments.list_runs * 10, asked).await?);
        }
    }
    Ok(rows)
}

impl Arguments {
    fn wants(&self, part: Part) -> bool {
        self.only.contains(&part)
    }

    fn engines(&self) -> Vec<Engine> {
        if self.postgres_only { vec![Engine::Postgres] } else { vec![Engine::Sqlite, Engine::Postgres] }
    }
}
