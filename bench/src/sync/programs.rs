//! The programs that are measured, built as they are shipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// Where they are.
pub(crate) struct Programs {
    /// The product.
    pub(crate) tenantatlas: PathBuf,
    /// The simulated Graph.
    pub(crate) simulator: PathBuf,
}

impl Programs {
    /// Builds both with the profile of this program and finds them beside it.
    pub(crate) fn build() -> Result<Self, Failure> {
        let own = std::env::current_exe()?;
        let folder = own.parent().ok_or("the program is in no folder")?.to_owned();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--locked", "-p", "tenantatlas", "-p", "graph-sim"]).current_dir(root());
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        if let Some(target) = folder.parent() {
            build.env("CARGO_TARGET_DIR", target);
        }
        if !build.status()?.success() {
            return Err("the programs to measure do not build".into());
        }
        Ok(Self { tenantatlas: folder.join("tenantatlas"), simulator: folder.join("graph-sim") })
    }
}

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the project").to_owned()
}
