//! The ledger of operation runs, on SQLite and PostgreSQL, beside the numbers of the specification.

mod bulk;
pub(crate) mod fill;
mod identical;
mod items;
pub(crate) mod lists;
mod starts;
mod throughput;
pub(crate) mod wake;

use clap::Args;
use serde::Serialize;
use store::Engine;

use crate::ledger::database::Database;
use crate::ledger::rows::Row;
use crate::ledger::world::World;
use crate::ledger::{Measured, name, shown};
use crate::machine::{self, Machine};
use crate::{Failure, report};
pub(crate) use bulk::settle;
pub(crate) use throughput::queue;

/// Where the tests' PostgreSQL is.
const POSTGRES: &str = "TENANTATLAS_TEST_POSTGRES";

/// `runs`
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Address of a PostgreSQL where databases may be made; default: TENANTATLAS_TEST_POSTGRES.
    #[arg(long)]
    postgres: Option<String>,
    /// Leave PostgreSQL out.
    #[arg(long, conflicts_with = "postgres")]
    sqlite_only: bool,
    /// Leave SQLite out.
    #[arg(long, conflicts_with = "sqlite_only")]
    postgres_only: bool,
    /// Runs in the database for the lists.
    #[arg(long, default_value_t = 1_000_000)]
    list_runs: i64,
    /// Seconds of paced starts.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Leave the lists out.
    #[arg(long)]
    no_lists: bool,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    load_after: f64,
    databases: Vec<Measured>,
}

/// Measures both databases.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let machine = Machine::now();
    println!("{}", machine.describe());
    let mut databases = Vec::new();
    for (engine, server) in databases_of(&arguments)? {
        databases.push(measure(&arguments, engine, server.as_deref()).await?);
    }
    shown::table(&databases);
    report::write("runs.json", &Report { machine, load_after: machine::load(), databases })
}

fn databases_of(arguments: &Arguments) -> Result<Vec<(Engine, Option<String>)>, Failure> {
    let mut wanted = Vec::new();
    if !arguments.postgres_only {
        wanted.push((Engine::Sqlite, None));
    }
    if arguments.sqlite_only {
        println!("PostgreSQL is left out, as asked.");
        return Ok(wanted);
    }
    let server = arguments.postgres.clone().or_else(|| std::env::var(POSTGRES).ok());
    let missing = format!("there is no PostgreSQL: give --postgres, set {POSTGRES}, or say --sqlite-only");
    wanted.push((Engine::Postgres, Some(server.ok_or(missing)?)));
    Ok(wanted)
}

/// Starts and throughput on one database; the lists on another, so that neither slows the other down.
async fn measure(arguments: &Arguments, engine: Engine, server: Option<&str>) -> Result<Measured, Failure> {
    let database = Database::create(engine, server).await?;
    let version = database.version().await?;
    println!("{version}");
    let world = World::new(&database).await?;
    let mut rows = starts::measure(&world, arguments.seconds).await?;
    rows.extend(identical::measure(&world).await?);
    rows.extend(wake::measure(&database, &world, wake::RUNS).await?);
    rows.extend(throughput::measure(&world).await?);
    rows.extend(items::measure(&world).await?);
    world.db.close().await;
    database.remove().await?;
    if !arguments.no_lists {
        rows.extend(lists_of(engine, server, arguments.list_runs, lists::ASKED).await?);
    }
    Ok(Measured { engine: name(engine), version, rows })
}

/// The lists of a database with so many runs, and what it takes on disk.
pub(crate) async fn lists_of(
    engine: Engine,
    server: Option<&str>,
    runs: i64,
    asked: usize,
) -> Result<Vec<Row>, Failure> {
    let database = Database::create(engine, server).await?;
    let world = World::new(&database).await?;
    fill::fill(&database, &world, runs).await?;
    let mut rows = vec![Row::bytes(format!("{runs} runs on disk"), database.bytes().await?)];
    rows.extend(lists::measure(&world, runs, asked).await?);
    world.db.close().await;
    database.remove().await?;
    Ok(rows)
}
