//! A small file system in memory, to be filled up or made read-only. Only root can make one.

#![expect(clippy::print_stderr, reason = "a test that is left out has to say so")]

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A mounted tmpfs; unmounted when it is dropped.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// One of so many megabytes. Fails without root, because a test that does not run proves nothing; `TENANTATLAS_NO_TMPFS=1` leaves it out on
    /// purpose and says so.
    pub fn of_megabytes(size: u32) -> Option<Self> {
        if std::env::var("TENANTATLAS_NO_TMPFS").is_ok_and(|value| value == "1") {
            eprintln!("SKIPPED: TENANTATLAS_NO_TMPFS=1, so nothing was tested on a full or read-only disk.");
            return None;
        }
        let disk = Self(TempDir::new().expect("a temporary folder"));
        let mounted = run("mount", &["-t", "tmpfs", "-o", &format!("size={size}m"), "tmpfs", &disk.text()]);
        assert!(
            mounted,
            "this test mounts a small disk, which needs root. Run it as root, or set TENANTATLAS_NO_TMPFS=1 to leave it out"
        );
        Some(disk)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// From now on writing is refused.
    pub fn make_read_only(&self) {
        assert!(run("mount", &["-o", "remount,ro", &self.text()]), "nothing has a file open for writing");
    }

    /// Writing works again.
    pub fn make_writable(&self) {
        assert!(run("mount", &["-o", "remount,rw", &self.text()]), "it was writable before");
    }

    fn text(&self) -> String {
        self.0.path().display().to_string()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run("umount", &["--lazy", &self.text()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).status().is_ok_and(|status| status.success())
}
