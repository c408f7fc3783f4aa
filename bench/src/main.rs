//! The project's measurements: how fast a tenant is read and backed up beside a peer, how many tenants are read at once, how fast one is restored,
//! how fast the ledger is, and how the engine does beside other job queues. Each prints a table and writes the same numbers as JSON to
//! `target/bench`.

#![expect(clippy::print_stdout, reason = "a measurement is there to be printed")]

mod engines;
mod ledger;
mod machine;
mod measure;
mod numbers;
mod report;
mod restore;
mod runs;
mod sync;
mod tenants;

use std::process::ExitCode;

use clap::Parser;

/// What goes wrong here is told to a person and ends the program.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures TenantAtlas on this machine.
#[derive(Debug, Parser)]
#[command(name = "bench", max_term_width = 100)]
enum Bench {
    /// Reads and backs up simulated tenants, beside IntuneCD in the same run.
    Sync(sync::Arguments),
    /// Syncs many simulated tenants at once by several worker processes, within the published limits of each.
    Tenants(tenants::Arguments),
    /// Restores objects with their assignments into an empty tenant, beside what the write limit allows.
    Restore(restore::Arguments),
    /// Measures the ledger of operation runs on SQLite and PostgreSQL.
    Runs(runs::Arguments),
    /// Measures the engine as worker processes, beside other job queues on the same PostgreSQL.
    Engine(engines::Arguments),
    /// One worker process of ours.
    #[command(hide = true)]
    Worker(engines::worker::Arguments),
    /// Runs a command and writes its wall time and peak memory to a file.
    #[command(hide = true)]
    Measure(measure::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Bench::parse() {
        Bench::Sync(arguments) => sync::run(arguments).await,
        Bench::Tenants(arguments) => tenants::run(arguments).await,
        Bench::Restore(arguments) => restore::run(arguments).await,
        Bench::Runs(arguments) => runs::run(arguments).await,
        Bench::Engine(arguments) => engines::run(arguments).await,
        Bench::Worker(arguments) => engines::worker::run(arguments).await,
        Bench::Measure(arguments) => return measure::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("bench: {failure}");
            let mut cause = failure.source();
            while let Some(error) = cause {
                println!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}
