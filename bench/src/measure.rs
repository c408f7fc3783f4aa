//! Wall time and peak memory of one program.
//!
//! The peak of a program that has ended is known only to its parent, as the largest of all its children: so each
//! program gets a small parent of its own, which is this program again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use clap::Args;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

use crate::Failure;

/// `measure`
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where the result is written.
    #[arg(long)]
    result: PathBuf,
    /// The command and its arguments.
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

/// What one program took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Taken {
    /// From start to end, in seconds.
    pub(crate) seconds: f64,
    /// Time of processors, its own and the kernel's for it, in seconds.
    pub(crate) processor_seconds: f64,
    /// Largest resident set, in bytes.
    pub(crate) peak_bytes: u64,
    /// Its exit code; -1 when a signal ended it.
    pub(crate) code: i32,
    /// What it printed, both streams.
    #[serde(skip)]
    pub(crate) printed: String,
}

/// The small parent.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match watch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("measure: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn watch(arguments: &Arguments) -> Result<(), Failure> {
    let (program, rest) = arguments.command.split_first().ok_or("no command")?;
    let began = tokio::time::Instant::now();
    let status = Command::new(program).args(rest).stdin(Stdio::null()).status()?;
    let seconds = began.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let peak_kib = usage.max_rss();
    let processor = usage.user_time() + usage.system_time();
    let taken = Taken {
        seconds,
        processor_seconds: processor.num_microseconds() as f64 / 1e6,
        peak_bytes: u64::try_from(peak_kib)? * 1024,
        code: status.code().unwrap_or(-1),
        printed: String::new(),
    };
    Ok(std::fs::write(&arguments.result, serde_json::to_vec(&taken)?)?)
}

/// Runs the program to its end and says what it took.
pub(crate) async fn measured(
    program: &Path,
    arguments: &[OsString],
    environment: &[(&str, OsString)],
    longest: Duration,
) -> Result<Taken, Failure> {
    let folder = tempfile::tempdir()?;
    let result = folder.path().join("taken.json");
    let mut command = tokio::process::Command::new(std::env::current_exe()?);
    command.arg("measure").arg("--result").arg(&result).arg("--").arg(program).args(arguments);
    command.envs(environment.iter().cloned()).kill_on_drop(true);
    let output = tokio::time::timeout(longest, command.output())
        .await
        .map_err(|_| format!("{} did not end within {longest:?}", program.display()))??;
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let taken = std::fs::read(&result).map_err(|_| format!("{} did not run: {printed}", program.display()))?;
    Ok(Taken { printed, ..serde_json::from_slice(&taken)? })
}
