//! Runs the program itself in a test and keeps what it said. The caller names the program, which only its own crate knows.

use std::process::{ExitStatus, Stdio};

pub use nix::sys::signal::Signal;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::{TestDatabase, World};

/// A command that sees nothing of this machine's settings.
pub fn command(program: &str, address: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("TENANTATLAS_DATABASE", address).env("COLUMNS", "100").args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// A command on a test's database.
pub fn on(program: &str, database: &TestDatabase, arguments: &[&str]) -> Command {
    let mut command = command(program, database.address(), arguments);
    command.env("TENANTATLAS_KEY_FILE", database.key_file());
    command
}

/// A command in a test's world: it reaches the simulator.
pub fn within(program: &str, world: &World, database: &TestDatabase, arguments: &[&str]) -> Command {
    let mut command = on(program, database, arguments);
    let url = world.simulator.http_url();
    command.env("TENANTATLAS_CLOUDS", format!("simulator={url},{url}"));
    command
}

/// What a program said, and how it ended.
pub struct Said {
    /// Exit code; -1 after a signal.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// For a snapshot: both streams and the exit code.
    pub fn text(&self) -> String {
        let streams = [("", &self.out), ("--- standard error\n", &self.err)];
        let said: String =
            streams.iter().filter(|(_, text)| !text.is_empty()).map(|(title, text)| format!("{title}{text}")).collect();
        format!("{said}--- exit code {}\n", self.code)
    }
}

/// Runs it to its end.
pub async fn say(mut command: Command) -> Said {
    let output = command.output().await.expect("the program starts");
    said(output.status, output.stdout, output.stderr)
}

/// Runs it to its end with this on its standard input.
pub async fn say_with(mut command: Command, input: &str) -> Said {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it was asked for");
    stdin.write_all(input.as_bytes()).await.expect("the program reads its input");
    drop(stdin);
    let output = child.wait_with_output().await.expect("the program ends");
    said(output.status, output.stdout, output.stderr)
}

fn said(status: ExitStatus, out: Vec<u8>, err: Vec<u8>) -> Said {
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Said { code: status.code().unwrap_or(-1), out: text(out), err: text(err) }
}

/// Starts it as a worker and waits until it says that it is ready.
pub async fn ready(mut worker: Command) -> Child {
    let mut child = worker.stderr(Stdio::null()).spawn().expect("the program starts");
    let line = first_line(&mut child).await;
    assert!(line.contains("is ready"), "{line}");
    child
}

/// The first line that a running program writes.
pub async fn first_line(child: &mut Child) -> String {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let mut lines = BufReader::new(child.stdout.as_mut().expect("it was asked for")).lines();
    lines.next_line().await.expect("the program writes").unwrap_or_default()
}

/// Asks it to stop, as a service manager does, and waits until it has.
pub async fn terminate(mut child: Child) -> ExitStatus {
    signal(&child, Signal::SIGTERM);
    child.wait().await.expect("it ends")
}

/// Makes it stand still, and waits until it does.
pub async fn pause(child: &Child) {
    use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
    signal(child, Signal::SIGSTOP);
    let id = pid(child);
    let stopped = tokio::task::spawn_blocking(move || waitpid(id, Some(WaitPidFlag::WUNTRACED)));
    let stopped = stopped.await.expect("waiting does not panic");
    assert!(matches!(stopped, Ok(WaitStatus::Stopped(..))), "{stopped:?}");
}

/// From now on it gets no more than so many bytes of data beyond what it has.
pub fn limit_memory(child: &Child, more: u64) {
    let status = std::fs::read_to_string(format!("/proc/{}/status", pid(child))).expect("it still runs");
    let size = status.lines().find_map(|line| line.strip_prefix("VmData:")).expect("it has memory");
    let kilobytes: u64 = size.trim().trim_end_matches(" kB").parse().expect("it is a number");
    let limit = format!("--data={0}:{0}", kilobytes * 1024 + more);
    let done = std::process::Command::new("prlimit").args(["--pid", &pid(child).to_string(), &limit]).status();
    assert!(done.is_ok_and(|status| status.success()), "prlimit, of util-linux, limits what is ours");
}

/// Sends a signal to a program that the test started.
pub fn signal(child: &Child, signal: Signal) {
    nix::sys::signal::kill(pid(child), signal).expect("it is ours");
}

fn pid(child: &Child) -> nix::unistd::Pid {
    nix::unistd::Pid::from_raw(i32::try_from(child.id().expect("it still runs")).expect("process ids are small"))
}
