//! Everything that needs no database and no browser, as one command.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::tree::Tree;
use crate::{report, specs, tidy};

const FORMAT: &[&str] = &["fmt", "--all", "--check"];
const CLIPPY: &[&str] = &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];

/// Runs all four; one that fails does not hide what the next would say.
pub(crate) fn run(root: &Path) -> ExitCode {
    let tree = Tree::read(root);
    let results = [
        cargo(root, "format", FORMAT),
        cargo(root, "clippy", CLIPPY),
        step("specs", || report::tell("specs", specs::check(&tree))),
        step("tidy", || report::tell("tidy", tidy::check(&tree))),
    ];
    if results.iter().all(|result| *result == ExitCode::SUCCESS) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn step(name: &str, check: impl FnOnce() -> ExitCode) -> ExitCode {
    report::step(name);
    check()
}

fn cargo(root: &Path, name: &str, arguments: &[&str]) -> ExitCode {
    step(name, || {
        let status = Command::new(env!("CARGO")).args(arguments).current_dir(root).status();
        if status.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
}
