//! The peer: IntuneCD as published, its three fixed hosts sent to the simulator by `tests/intunecd/sitecustomize.py`.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use model::registry::Registry;
use serde_json::Value;

use super::judge::judge;
use super::programs::root;
use super::result::Result;
use super::simulator::Simulator;
use crate::Failure;
use crate::measure::measured;

/// No measurement takes this long.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Where it is found.
const HINT: &str = "IntuneCD comes from the Python package index";
/// How IntuneCD marks a line that tells of trouble.
const COMPLAINTS: [&str; 5] = ["[ERROR]", "[WARNING]", "Traceback", "Request failed", "Resource not found"];

/// An installed IntuneCD.
pub(crate) struct IntuneCd {
    command: PathBuf,
    /// Name and version, as installed.
    pub(crate) version: String,
}

impl IntuneCd {
    /// Makes a virtual environment and installs the version that the compatibility test names.
    pub(crate) fn install(environment: Option<PathBuf>) -> std::result::Result<Self, Failure> {
        let environment = match environment {
            Some(environment) => environment,
            None => crate::report::folder()?.join("intunecd"),
        };
        let python = environment.join("bin").join("python");
        if !python.exists() {
            succeeded(Command::new("python3").args(["-m", "venv"]).arg(&environment), HINT)?;
        }
        let wanted = root().join("tests/intunecd/requirements.txt");
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
        succeeded(Command::new(&python).args(pip).arg(&wanted), HINT)?;
        let version = std::fs::read_to_string(wanted)?.trim().to_owned();
        Ok(Self { command: environment.join("bin").join("IntuneCD-startbackup"), version })
    }

    /// One full backup. `--append-id` keeps policies of one name apart; it changes file names and no request.
    pub(crate) async fn measure(&self, simulator: &Simulator) -> std::result::Result<Result, Failure> {
        let folder = tempfile::tempdir_in(crate::report::folder()?)?;
        let mut arguments: Vec<OsString> =
            ["-m", "1", "-o", "json", "-t", "anytoken", "--append-id", "-p"].map(OsString::from).to_vec();
        arguments.push(folder.path().into());
        let environment = [
            ("TENANTATLAS_SIMULATOR_URL", OsString::from(&simulator.address)),
            ("PYTHONPATH", root().join("tests/intunecd").into()),
        ];
        let taken = measured(&self.command, &arguments, &environment, LONGEST).await?;
        if taken.code != 0 {
            return Err(format!("IntuneCD ended with {}: {}", taken.code, taken.printed).into());
        }
        let stats = simulator.stats().await?;
        let complains = |line: &&str| COMPLAINTS.iter().any(|mark| line.contains(mark));
        let result = Result {
            seconds: taken.seconds,
            parts: BTreeMap::from([("backup", taken.seconds)]),
            peak_bytes: taken.peak_bytes,
            round_trips: 0,
            logical_requests: 0,
            throttled: 0,
            collections: BTreeMap::new(),
            kept: kept(folder.path(), simulator).await?,
            later: Vec::new(),
            complaints: taken.printed.lines().filter(complains).count(),
        };
        Ok(result.with(stats))
    }
}

/// Runs a command that installs something; `hint` says where it comes from.
pub(crate) fn succeeded(command: &mut Command, hint: &str) -> std::result::Result<(), Failure> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed. {hint}").into()) }
}

/// Holds the files against what the simulator has, for the collections that we read.
async fn kept(
    folder: &Path,
    simulator: &Simulator,
) -> std::result::Result<BTreeMap<String, super::judge::Verdict>, Failure> {
    let mut copies = HashMap::new();
    read(folder, &mut copies)?;
    let mut kept = BTreeMap::new();
    for contract in Registry::embedded().observed() {
        let objects = simulator.objects(&contract.path).await?;
        kept.insert(contract.path.to_lowercase(), judge(&objects, &copies));
    }
    Ok(kept)
}

/// Every file below the folder, by the id at the end of its name.
fn read(folder: &Path, copies: &mut HashMap<String, Vec<Value>>) -> std::result::Result<(), Failure> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, copies)?;
            continue;
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let id = stem.rsplit_once("__").map(|(_, id)| id.to_owned());
        if let Some(id) = id.filter(|_| path.extension().is_some_and(|ending| ending == "json")) {
            copies.entry(id).or_default().push(serde_json::from_slice(&std::fs::read(&path)?)?);
        }
    }
    Ok(())
}
