//! A worker as a process of its own, ours or a peer's: it says `ready`, begins to work when it is told `go`, says of each
//! job when its handler began, and ends when its input does.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::clock::Nanos;
use crate::Failure;

/// No program needs longer to start, to do one thing or to stop.
const LONGEST: Duration = Duration::from_secs(60);

/// A job and a moment of it: when its handler began, or when its start was committed.
pub(crate) type Moment = (String, Nanos);

/// A worker that runs.
pub(crate) struct Worker {
    process: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts it and waits until it is ready to work.
    pub(crate) async fn ready(mut command: Command) -> Result<Self, Failure> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn()?;
        let input = process.stdin.take().ok_or("the worker has no input")?;
        let output = process.stdout.take().ok_or("the worker has no output")?;
        let mut worker = Self { process, input, lines: BufReader::new(output).lines() };
        match worker.line().await?.as_deref() {
            Some("ready") => Ok(worker),
            other => Err(format!("a worker did not start: {command:?} said {other:?}").into()),
        }
    }

    /// Lets it work.
    pub(crate) async fn go(mut self) -> Result<Self, Failure> {
        self.input.write_all(b"go\n").await?;
        Ok(self)
    }

    /// The next job that its handler began.
    pub(crate) async fn next(&mut self) -> Result<Moment, Failure> {
        moment(&self.line().await?.ok_or("the worker has ended")?)
    }

    /// Lets it end and says what it has not said yet.
    pub(crate) async fn stop(self) -> Result<Vec<Moment>, Failure> {
        let Self { mut process, input, mut lines } = self;
        drop(input);
        let rest = timeout(LONGEST, rest(&mut lines)).await.map_err(|_| "a worker did not stop")??;
        process.wait().await?;
        Ok(rest)
    }

    /// Ends it as a power cut would: `kill -9`.
    pub(crate) async fn kill(mut self) -> Result<(), Failure> {
        Ok(self.process.kill().await?)
    }

    async fn line(&mut self) -> Result<Option<String>, Failure> {
        Ok(timeout(LONGEST, self.lines.next_line()).await.map_err(|_| "a worker was silent for too long")??)
    }
}

/// Runs a program to its end and says the moments that it printed.
pub(crate) async fn moments(mut command: Command) -> Result<Vec<Moment>, Failure> {
    command.stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = command.output().await?;
    if !output.status.success() {
        return Err(format!("{command:?} ended with {}", output.status).into());
    }
    String::from_utf8(output.stdout)?.lines().map(moment).collect()
}

async fn rest(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<Vec<Moment>, Failure> {
    let mut rest = Vec::new();
    while let Some(line) = lines.next_line().await? {
        rest.push(moment(&line)?);
    }
    Ok(rest)
}

fn moment(line: &str) -> Result<Moment, Failure> {
    let (job, at) = line.split_once(' ').ok_or_else(|| format!("a worker said {line:?}"))?;
    Ok((job.to_owned(), at.parse()?))
}
