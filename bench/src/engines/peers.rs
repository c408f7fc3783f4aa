//! The peers: job queues on PostgreSQL, as published, each driven by a small program of `bench/peers`.

use std::path::{Path, PathBuf};
use std::process::Command as Once;

use tokio::process::Command;

use super::process::{Moment, Worker, moments};
use crate::Failure;
use crate::sync::{root, succeeded};

/// The installed peers.
pub(crate) struct Peers {
    peers: Vec<Peer>,
    versions: Vec<String>,
}

/// One of them, in one way to set it up.
pub(crate) struct Peer {
    /// For the table.
    pub(crate) name: &'static str,
    /// Where its jobs are that are not done.
    undone: &'static str,
    /// Whether it needs its batches switched off.
    plain: bool,
    interpreter: PathBuf,
    script: PathBuf,
}

impl Peers {
    /// Not measured.
    pub(crate) fn none() -> Self {
        Self { peers: Vec::new(), versions: vec!["not measured".to_owned()] }
    }

    /// Installs the pinned versions into a folder of the benchmark's own.
    pub(crate) fn install(environment: Option<PathBuf>) -> Result<Self, Failure> {
        let environment = environment.map_or_else(|| crate::report::folder().map(|folder| folder.join("peers")), Ok)?;
        std::fs::create_dir_all(&environment)?;
        let sources = root().join("bench/peers");
        for source in std::fs::read_dir(&sources)? {
            let source = source?;
            std::fs::copy(source.path(), environment.join(source.file_name()))?;
        }
        let quiet = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
        succeeded(Once::new("npm").args(quiet).current_dir(&environment), "Peers on Node.js come from npm")?;
        let python = environment.join("python/bin/python");
        if !python.exists() {
            let venv = ["-m", "venv", "python"];
            succeeded(Once::new("python3").args(venv).current_dir(&environment), "Python needs its venv module")?;
        }
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"];
        succeeded(Once::new(&python).args(pip).current_dir(&environment), "procrastinate comes from PyPI")?;
        let node = environment.join("node_modules/.bin/node");
        let peer = |name, undone, interpreter: &Path, script: &str| {
            let (interpreter, script) = (interpreter.to_owned(), environment.join(script));
            Peer { name, undone, plain: false, interpreter, script }
        };
        let graphile = || peer("graphile-worker, batches", GRAPHILE, &node, "graphile.mjs");
        let peers = vec![
            graphile(),
            Peer { name: "graphile-worker", plain: true, ..graphile() },
            peer("pg-boss", PG_BOSS, &node, "pgboss.mjs"),
            peer("procrastinate", PROCRASTINATE, &python, "procrastinate_peer.py"),
        ];
        Ok(Self { peers, versions: versions(&sources)? })
    }

    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.peers.iter()
    }

    /// Names and versions.
    pub(crate) fn versions(self) -> Vec<String> {
        self.versions
    }
}

const GRAPHILE: &str = "graphile_worker._private_jobs";
const PG_BOSS: &str = "pgboss.job where name = 'bench' and state < 'completed'";
const PROCRASTINATE: &str = "procrastinate_jobs where status in ('todo', 'doing')";

impl Peer {
    /// Makes its tables and queues so many jobs.
    pub(crate) async fn fill(&self, database: &str, jobs: usize) -> Result<(), Failure> {
        moments(self.command(database, &["fill", &jobs.to_string()])).await.map(drop)
    }

    /// One worker process that is ready, whose jobs take so long.
    pub(crate) async fn ready(&self, database: &str, nap_ms: u64) -> Result<Worker, Failure> {
        Worker::ready(self.command(database, &["work", &nap_ms.to_string()])).await
    }

    /// Queues jobs one by one; says when each was committed.
    pub(crate) async fn start(&self, database: &str, jobs: usize, every_ms: u64) -> Result<Vec<Moment>, Failure> {
        moments(self.command(database, &["start", &jobs.to_string(), &every_ms.to_string()])).await
    }

    /// Counts its jobs that are not done.
    pub(crate) fn undone(&self) -> String {
        format!("select count(*) from {}", self.undone)
    }

    fn command(&self, database: &str, words: &[&str]) -> Command {
        let mut command = Command::new(&self.interpreter);
        command.arg(&self.script).args(words).env("PEER_DATABASE", database);
        if self.plain {
            command.env("PEER_PLAIN", "1");
        }
        command
    }
}

/// As they are pinned.
fn versions(sources: &Path) -> Result<Vec<String>, Failure> {
    let package: serde_json::Value = serde_json::from_slice(&std::fs::read(sources.join("package.json"))?)?;
    let pinned = package["dependencies"].as_object().ok_or("package.json pins nothing")?;
    let node = pinned.iter().map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or_default()));
    let python = std::fs::read_to_string(sources.join("requirements.txt"))?;
    Ok(node.chain(python.lines().map(|line| line.replace("==", " "))).collect())
}
