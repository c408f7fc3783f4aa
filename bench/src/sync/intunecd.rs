//! The peer: IntuneCD as published, its three fixed hosts sent to the simulator by `tests/intunecd/sitecustomize.py`.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clap::Args;
use model::registry::Registry;
use serde_json::Value;

use super::judge::judge;
use super::programs::root;
use super::result::Result;
use super::simulator::Simulator;
use crate::Failure;
use crate::measure::{Taken, measured};

/// No measurement takes this long.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Where it is found.
const HINT: &str = "IntuneCD comes from the Python package index";
/// How IntuneCD marks a line that tells of trouble.
const COMPLAINTS: [&str; 5] = ["[ERROR]", "[WARNING]", "Traceback", "Request failed", "Resource not found"];

/// Whether it is measured as well.
#[derive(Debug, Args)]
pub(crate) struct Beside {
    /// Only our side.
    #[arg(long)]
    ours_only: bool,
    /// Where IntuneCD's own environment is made, to keep it between runs.
    #[arg(long)]
    environment: Option<PathBuf>,
}

impl Beside {
    /// IntuneCD, unless only our side is measured.
    pub(crate) fn installed(&self) -> std::result::Result<Option<IntuneCd>, Failure> {
        if self.ours_only { Ok(None) } else { IntuneCd::install(self.environment.clone()).map(Some) }
    }
}

/// An installed IntuneCD.
pub(crate) struct IntuneCd {
    /// The folder of its programs.
    programs: PathBuf,
    /// Name and version, as installed.
    pub(crate) version: String,
}

impl IntuneCd {
    /// Makes a virtual environment and installs the version that the compatibility test names.
    fn install(environment: Option<PathBuf>) -> std::result::Result<Self, Failure> {
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
        Ok(Self { programs: environment.join("bin"), version })
    }

    /// One full backup. `--append-id` keeps policies of one name apart; it changes file names and no request.
    pub(crate) async fn measure(&self, simulator: &Simulator) -> std::result::Result<Result, Failure> {
        let folder = tempfile::tempdir_in(crate::report::folder()?)?;
        let taken = self.back_up(simulator, "anytoken", folder.path()).await?;
        let stats = simulator.stats().await?;
        let result = Result {
            seconds: taken.seconds,
            parts: BTreeMap::from([("backup", taken.seconds)]),
            processor: BTreeMap::from([("backup", taken.processor_seconds)]),
            replay: None,
            peak_bytes: taken.peak_bytes,
            round_trips: 0,
            logical_requests: 0,
            throttled: 0,
            collections: BTreeMap::new(),
            kept: kept(folder.path(), simulator).await?,
            later: Vec::new(),
            complaints: complaints(&taken),
        };
        Ok(result.with(stats))
    }

    /// Backs up the tenant of that token into a folder, each file with its object's id at the end of its name.
    pub(crate) async fn back_up(
        &self,
        simulator: &Simulator,
        token: &str,
        folder: &Path,
    ) -> std::result::Result<Taken, Failure> {
        let options = ["-m", "1", "-o", "json", "--append-id", "-t", token, "-p"].map(OsString::from);
        self.call("IntuneCD-startbackup", simulator, options, folder).await
    }

    /// Brings what the folder holds, and its assignments, into the tenant of that token.
    pub(crate) async fn update(
        &self,
        simulator: &Simulator,
        token: &str,
        folder: &Path,
    ) -> std::result::Result<Taken, Failure> {
        let options = ["-m", "1", "-u", "-t", token, "-p"].map(OsString::from);
        self.call("IntuneCD-startupdate", simulator, options, folder).await
    }

    async fn call<const N: usize>(
        &self,
        program: &str,
        simulator: &Simulator,
        options: [OsString; N],
        folder: &Path,
    ) -> std::result::Result<Taken, Failure> {
        let mut arguments = options.to_vec();
        arguments.push(folder.into());
        let environment = [
            ("TENANTATLAS_SIMULATOR_URL", OsString::from(&simulator.address)),
            ("PYTHONPATH", root().join("tests/intunecd").into()),
        ];
        let taken = measured(&self.programs.join(program), &arguments, &environment, LONGEST).await?;
        if taken.code == 0 {
            Ok(taken)
        } else {
            Err(format!("{program} ended with {}: {}", taken.code, taken.printed).into())
        }
    }
}

/// Lines in which it speaks of trouble.
pub(crate) fn complaints(taken: &Taken) -> usize {
    let complains = |line: &&str| COMPLAINTS.iter().any(|mark| line.contains(mark));
    taken.printed.lines().filter(complains).count()
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
        if let Some(id) = id_in_name(&path).filter(|_| path.extension().is_some_and(|ending| ending == "json")) {
            copies.entry(id).or_default().push(serde_json::from_slice(&std::fs::read(&path)?)?);
        }
    }
    Ok(())
}

/// The id that `--append-id` put at the end of a file's name.
pub(crate) fn id_in_name(path: &Path) -> Option<String> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    stem.rsplit_once("__").map(|(_, id)| id.to_owned())
}
