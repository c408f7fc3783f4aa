//! `cargo xtask tidy`: the promises of `ARCHITECTURE.md` that a reader of text can check.

mod code;
mod directions;
mod engine;
mod length;
mod machine;
mod manifest;
mod outbound;
mod returning;
mod run_types;
mod sql;

use crate::report::Finding;
use crate::tree::Tree;

/// Every promise, judged on the whole tree.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let checks: &[fn(&Tree) -> Vec<Finding>] = &[
        directions::check,
        engine::check,
        length::check,
        machine::check,
        outbound::check,
        returning::check,
        run_types::check,
        sql::check,
    ];
    checks.iter().flat_map(|check| check(tree)).collect()
}
