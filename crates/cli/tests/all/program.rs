//! Runs `tenantatlas` and keeps what it said.

use testkit::program::ready;
pub(crate) use testkit::program::{Said, first_line, say, say_with, terminate};
use testkit::{TestDatabase, World, program};
use tokio::process::{Child, Command};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tenantatlas");

/// A command that sees nothing of this machine's settings.
pub(crate) fn command(address: &str, arguments: &[&str]) -> Command {
    program::command(PROGRAM, address, arguments)
}

/// A command on a test's database.
pub(crate) fn on(database: &TestDatabase, arguments: &[&str]) -> Command {
    program::on(PROGRAM, database, arguments)
}

/// A command in a test's world: it reaches the simulator.
pub(crate) fn within(world: &World, database: &TestDatabase, arguments: &[&str]) -> Command {
    program::within(PROGRAM, world, database, arguments)
}

/// Starts a worker of its own process and waits until it says that it is ready.
pub(crate) async fn worker(world: &World, database: &TestDatabase) -> Child {
    ready(within(world, database, &["worker"])).await
}
