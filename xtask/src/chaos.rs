//! `cargo xtask chaos`: the storm of the fault tests, for as long as somebody wants, with a seed of their choice.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::UNIX_EPOCH;

use clap::Args;

use crate::report;

/// What follows the storm: calm, the account, and a slow machine.
const AFTERWARDS_SECONDS: u64 = 600;

#[derive(Args)]
pub(crate) struct Chaos {
    /// How long the storms last together
    #[arg(long, default_value_t = 2)]
    minutes: u64,
    /// Repeats the choices of an earlier storm; a new one each time without it
    #[arg(long)]
    seed: Option<u64>,
    /// Only this database: sqlite or postgres
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    database: Option<String>,
}

/// Runs the storms one after the other; one that fails does not keep the next from running.
pub(crate) fn run(root: &Path, chaos: &Chaos) -> ExitCode {
    let seed = chaos.seed.unwrap_or_else(anything);
    let databases: Vec<&str> = chaos.database.as_deref().map_or(vec!["sqlite", "postgres"], |one| vec![one]);
    let seconds = chaos.minutes * 60 / databases.len() as u64;
    let evidence = root.join("target/chaos");
    let mut failed = Vec::new();
    for database in databases {
        report::step(&format!("chaos on {database} for {seconds} s, seed {seed}"));
        if !storm(root, database, seconds, seed, &evidence) {
            failed.push(database);
        }
    }
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    let places = evidence.display();
    report::step(&format!("chaos failed on {}: repeat it with --seed {seed}; see {places}", failed.join(" and ")));
    ExitCode::FAILURE
}

fn storm(root: &Path, database: &str, seconds: u64, seed: u64, evidence: &Path) -> bool {
    let test = format!("chaos::a_storm_of_faults_loses_doubles_and_strands_nothing_on_{database}");
    let status = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--locked", "--package", "tenantatlas", "--test", "faults", "--"])
        .args(["--exact", &test, "--nocapture"])
        .env("TENANTATLAS_CHAOS_SECONDS", seconds.to_string())
        .env("TENANTATLAS_TEST_SECONDS", (seconds + AFTERWARDS_SECONDS).to_string())
        .env("TENANTATLAS_SEED", seed.to_string())
        .env("TENANTATLAS_EVIDENCE", evidence)
        .current_dir(root)
        .status();
    status.is_ok_and(|status| status.success())
}

/// A seed that nobody chose, and that is told so that it can be chosen again.
fn anything() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "nothing is decided by this but which storm it is")]
    let now = std::time::SystemTime::now();
    now.duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs())
}
