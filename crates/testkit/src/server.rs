//! A PostgreSQL of a test's own, which may be stopped as a power cut stops it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Started by the same script as the tests' common one: own folder, free port, loopback only. Stopped when dropped.
pub struct OwnPostgres {
    folder: TempDir,
    address: String,
}

impl OwnPostgres {
    /// Starts one; takes a second or two.
    pub(crate) async fn start_in(parent: &Path) -> Self {
        let folder = TempDir::new_in(parent).expect("a temporary folder");
        // The server runs as another user when the test runs as root, and has to pass through.
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), permissions).expect("the folder is the test's own");
        let address = script("start", &[folder.path().join("server")]).await;
        Self { folder, address }
    }

    /// Where it is; stays the same over restarts.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Stops it without a word to anybody, and starts it again.
    pub async fn crash_and_recover(&self) {
        script("crash", &[self.data()]).await;
        script("recover", &[self.data()]).await;
    }

    /// What it wrote into its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data().join("server.log")).unwrap_or_default()
    }

    /// Starts it again if it gave up by itself.
    pub async fn revive(&self) {
        script("revive", &[self.data()]).await;
    }

    /// Writes one of its databases to a file, as statements.
    pub async fn dump(&self, address: &str, file: &Path) {
        script("dump", &[address.into(), file.into()]).await;
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("server")
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        run("stop", &[self.data()]);
    }
}

pub(crate) async fn script(verb: &'static str, arguments: &[PathBuf]) -> String {
    let arguments = arguments.to_vec();
    tokio::task::spawn_blocking(move || run(verb, &arguments)).await.expect("the script is run")
}

fn run(verb: &str, arguments: &[PathBuf]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/test-postgres");
    let output = Command::new(script).arg(verb).args(arguments).output().expect("the script is there");
    assert!(output.status.success(), "test-postgres {verb}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
