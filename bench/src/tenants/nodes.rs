//! The product's own worker processes.

use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::Arguments;
use super::world::World;
use crate::Failure;
use crate::sync::programs::Programs;

/// No worker needs longer to start or to stop.
const LONGEST: Duration = Duration::from_secs(60);

/// One worker process.
pub(super) struct Node(Child);

/// Starts them; each has said that it is ready.
pub(super) async fn start(arguments: &Arguments, programs: &Programs, world: &World) -> Result<Vec<Node>, Failure> {
    let mut nodes = Vec::new();
    for _ in 0..arguments.nodes {
        let mut command = Command::new(&programs.tenantatlas);
        // Room for all runs, so that no tenant waits for another.
        let slots = (arguments.tenants * arguments.runs).to_string();
        command.args(["worker", "--slots", &slots]).envs(world.environment());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        nodes.push(ready(command).await?);
    }
    Ok(nodes)
}

async fn ready(mut command: Command) -> Result<Node, Failure> {
    let mut process = command.spawn()?;
    let output = process.stdout.take().ok_or("the worker has no output")?;
    let mut line = String::new();
    timeout(LONGEST, BufReader::new(output).read_line(&mut line)).await.map_err(|_| "a worker did not start")??;
    if line.is_empty() {
        return Err("a worker ended at its start".into());
    }
    Ok(Node(process))
}

/// Stops them in good order.
pub(super) async fn stop(nodes: Vec<Node>) -> Result<(), Failure> {
    for mut node in nodes {
        kill(Pid::from_raw(i32::try_from(node.id()?)?), Signal::SIGTERM)?;
        timeout(LONGEST, node.0.wait()).await.map_err(|_| "a worker did not stop")??;
    }
    Ok(())
}

impl Node {
    fn id(&self) -> Result<u32, Failure> {
        Ok(self.0.id().ok_or("the worker has ended")?)
    }

    /// Its largest resident set until now, in bytes (`VmHWM`, man proc_pid_status).
    pub(super) fn peak_bytes(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("the kernel does not say the peak")?;
        Ok(kib.parse::<u64>()? * 1024)
    }
}
