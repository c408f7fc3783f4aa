//! The product's own worker processes.

use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::Failure;
use crate::sync::programs::Programs;

/// No worker needs longer to start or to stop.
const LONGEST: Duration = Duration::from_secs(60);

/// One worker process.
pub(crate) struct Node(Child);

/// Where a worker finds the database and the simulator.
pub(crate) type Environment = [(&'static str, OsString); 3];

/// Starts so many, each with so many slots; each has said that it is ready.
pub(crate) async fn start(
    nodes_wanted: usize,
    slots: usize,
    programs: &Programs,
    environment: &Environment,
) -> Result<Vec<Node>, Failure> {
    let mut nodes = Vec::new();
    for _ in 0..nodes_wanted {
        let mut command = Command::new(&programs.tenantatlas);
        command.args(["worker", "--slots", &slots.to_string()]).envs(environment.clone());
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
pub(crate) async fn stop(nodes: Vec<Node>) -> Result<(), Failure> {
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
    pub(crate) fn peak_bytes(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("the kernel does not say the peak")?;
        Ok(kib.parse::<u64>()? * 1024)
    }
}
