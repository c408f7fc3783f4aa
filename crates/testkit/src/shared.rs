//! The real input that lives beside the project and not in it.

#![expect(clippy::print_stderr, reason = "a test that could not run has to say so")]

use std::path::PathBuf;

/// The named folder of the shared knowledge (`TENANTATLAS_SHARED`, or `../shared` beside the project). Says loudly
/// when it is not there: the test that needs it then proves nothing.
pub fn folder(name: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let root = std::env::var_os("TENANTATLAS_SHARED").map_or_else(beside, PathBuf::from);
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {} is not there, so nothing was tested. Set TENANTATLAS_SHARED.", folder.display());
    None
}
