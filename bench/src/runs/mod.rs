//! The ledger of operation runs, on SQLite and PostgreSQL, beside the numbers of the specification.

mod database;
mod fill;
mod handlers;
mod identical;
mod items;
mod lists;
mod rows;
mod shown;
mod starts;
mod throughput;
mod wake;
mod world;

use clap::Args;
use serde::Serialize;
use store::Engine;

use crate::machine::{self, Machine};
use crate::{Failure, report};
use database::Database;
use rows::Row;
use world::World;

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

/// Everything measured on one database.
#[derive(Serialize)]
pub(crate) struct Measured {
    engine: &'static str,
    version: String,
    rows: Vec<Row>,
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
    rows.extend(wake::measure(&database, &world).await?);
    rows.extend(throughput::measure(&world).await?);
    rows.extend(items::measure(&world).await?);
    world.db.close().await;
    database.remove().await?;
    if !arguments.no_lists {
        let database = Database::create(engine, server).await?;
        let world = World::new(&database).await?;
        fill::fill(&database, &world, arguments.list_runs).await?;
        rows.extend(lists::measure(&world, arguments.list_runs).await?);
        world.db.close().await;
        database.remove().await?;
    }
    Ok(Measured { engine: name(engine), version, rows })
}

fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}
