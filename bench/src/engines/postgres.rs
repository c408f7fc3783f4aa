//! The PostgreSQL that all of them use.

use std::path::Path;
use std::process::Command;

use nix::sys::statvfs::statvfs;
use store::Engine;
use tempfile::TempDir;

use crate::Failure;
use crate::sync::root;

/// A run on disk with everything that belongs to it, in bytes, with room for the log of writing it.
const BYTES_OF_A_RUN: u64 = 2_000;

/// A server, with its folder when this program started it.
pub(crate) struct Server {
    address: String,
    folder: Option<TempDir>,
}

impl Server {
    /// One that is there.
    pub(crate) fn at(address: &str) -> Self {
        Self { address: address.to_owned(), folder: None }
    }

    /// One for this run, as the tests have it.
    pub(crate) fn start(fsync: bool) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("tenantatlas-bench.").tempdir()?;
        open_to_its_user(folder.path())?;
        let mut server = Self { address: String::new(), folder: Some(folder) };
        let mut start = server.script("start").ok_or("the server has no folder")?;
        if fsync {
            start.arg("durable");
        }
        let output = start.output()?;
        if !output.status.success() {
            return Err(format!("PostgreSQL does not start: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        server.address = String::from_utf8(output.stdout)?.trim().to_owned();
        if !fsync {
            println!(
                "PostgreSQL runs with fsync off, as for the tests: its commits cost less than on a customer's disk."
            );
        }
        Ok(server)
    }

    /// Its address.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Where databases of this kind are made.
    pub(crate) fn of(&self, engine: Engine) -> Option<&str> {
        (engine == Engine::Postgres).then_some(&self.address)
    }

    /// Fails rather than fill the disk. Of a server elsewhere nothing is known.
    pub(crate) fn has_room_for(&self, runs: i64) -> Result<(), Failure> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let disk = statvfs(folder.path())?;
        let free = disk.blocks_available() * disk.fragment_size();
        let wanted = u64::try_from(runs)? * BYTES_OF_A_RUN;
        if free < wanted {
            let gigabytes = |bytes: u64| bytes / 1_000_000_000;
            let (free, wanted) = (gigabytes(free), gigabytes(wanted));
            return Err(format!("{runs} runs want {wanted} GB, and {} has {free}", folder.path().display()).into());
        }
        Ok(())
    }

    fn script(&self, verb: &str) -> Option<Command> {
        let folder = self.folder.as_ref()?;
        let mut command = Command::new(root().join("scripts/test-postgres"));
        command.arg(verb).arg(folder.path().join("postgres"));
        Some(command)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut stop) = self.script("stop")
            && !stop.status().is_ok_and(|status| status.success())
        {
            println!("the PostgreSQL of this run could not be stopped");
        }
    }
}

/// The database's own user has to pass through it.
fn open_to_its_user(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711))?)
}
