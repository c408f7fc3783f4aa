//! The project's own checks: `cargo xtask specs`, `cargo xtask tidy`, `cargo xtask ci`, `cargo xtask chaos`.

mod chaos;
mod ci;
mod report;
mod specs;
mod tidy;
mod tree;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::tree::Tree;

#[derive(Parser)]
#[command(about = "Checks of the TenantAtlas tree")]
struct Arguments {
    #[command(subcommand)]
    check: Check,
}

#[derive(Subcommand)]
enum Check {
    /// Every spec is whole: sections, constitution alignment, no open question once it is implemented
    Specs,
    /// The promises of the architecture hold
    Tidy,
    /// Formatting, clippy, specs and tidy, all of them even if one fails
    Ci,
    /// Storms of faults against real processes, first on SQLite and then on PostgreSQL; fails on anything lost, doubled
    /// or stuck, and keeps the evidence
    Chaos(chaos::Chaos),
}

fn main() -> ExitCode {
    let root = tree::project_root();
    match Arguments::parse().check {
        Check::Specs => report::tell("specs", specs::check(&Tree::read(&root))),
        Check::Tidy => report::tell("tidy", tidy::check(&Tree::read(&root))),
        Check::Ci => ci::run(&root),
        Check::Chaos(chaos) => chaos::run(&root, &chaos),
    }
}
