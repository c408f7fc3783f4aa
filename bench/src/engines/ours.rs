//! Starting workers of ours over a database.

use tokio::process::Command;

use super::process::Worker;
use super::worker::Work;
use crate::Failure;
use crate::ledger::database::Database;

/// One worker process that is ready.
pub(crate) async fn ready(database: &Database, slots: usize, work: &Work) -> Result<Worker, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    // The address has a password in it: the environment is not shown to everybody on the machine.
    command.arg("worker").env("BENCH_DATABASE", database.address());
    command.arg("--key").arg(database.key_file()).args(["--slots", &slots.to_string()]);
    command.args(["--nap-ms", &work.nap_ms.to_string()]);
    command.args(work.item.then_some("--item")).args(work.endless.then_some("--endless"));
    Worker::ready(command).await
}

/// One worker process that works.
pub(crate) async fn start(database: &Database, slots: usize, work: &Work) -> Result<Worker, Failure> {
    ready(database, slots, work).await?.go().await
}
