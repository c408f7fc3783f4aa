//! What a failed storm leaves for whoever looks into it: the faults with their times, what each process said, the database.

use std::fs::{self, File};
use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use futures::FutureExt as _;
use testkit::{OwnPostgres, Seed, TestDatabase};
use tokio::time::Instant;

/// A folder of one storm. It is removed when the storm ends well.
pub(super) struct Evidence {
    folder: PathBuf,
    story: Mutex<File>,
    begun: Instant,
}

impl Evidence {
    pub(super) fn begin(database: &TestDatabase, seed: &Seed) -> Self {
        let parent =
            std::env::var_os("TENANTATLAS_EVIDENCE").map_or_else(|| env!("CARGO_TARGET_TMPDIR").into(), PathBuf::from);
        let folder = parent.join(format!("chaos-{:?}-{}", database.engine(), seed.number()).to_lowercase());
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let story = Mutex::new(File::create(folder.join("faults.txt")).unwrap());
        Self { folder, story, begun: Instant::now() }
    }

    /// Writes down what happens now.
    pub(super) fn tell(&self, what: &str) {
        let mut story = self.story.lock().unwrap();
        writeln!(story, "{:8.3} {what}", self.begun.elapsed().as_secs_f64()).unwrap();
    }

    /// Where a process of this name writes what it says.
    pub(super) fn log(&self, name: &str) -> Stdio {
        File::options().create(true).append(true).open(self.folder.join(format!("{name}.log"))).unwrap().into()
    }

    /// I9: nothing of this was said by any process.
    pub(super) fn search_for<'a>(&self, secrets: impl Iterator<Item = &'a str>) {
        for secret in secrets {
            for file in fs::read_dir(&self.folder).unwrap().flatten() {
                let said = String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned();
                assert!(!said.contains(secret), "I9: a client secret is in {}", file.path().display());
            }
        }
    }

    pub(super) fn discard(&self) {
        fs::remove_dir_all(&self.folder).unwrap();
    }

    /// Adds the database. Whatever cannot be had any more does not hide why the storm failed.
    pub(super) async fn keep(&self, database: &TestDatabase, server: Option<&OwnPostgres>) {
        eprintln!("the evidence is in {}", self.folder.display());
        let Some(server) = server else { return copy_files(database.folder(), &self.folder) };
        fs::write(self.folder.join("postgres.log"), server.log()).unwrap();
        let dump = async {
            server.revive().await;
            server.dump(database.address(), &self.folder.join("database.sql")).await;
        };
        let _ = AssertUnwindSafe(dump).catch_unwind().await;
    }
}

fn copy_files(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-r").arg(from).arg(to.join("database")).status();
    if !done.is_ok_and(|status| status.success()) {
        eprintln!("the database could not be copied");
    }
}
