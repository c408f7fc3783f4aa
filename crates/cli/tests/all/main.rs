//! The program itself, as a person, a script or a service manager runs it. Texts are kept as plain files in
//! `snapshots/`, with ids and times replaced: read them as the one who has to act on them.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "every function here is part of a test"
)]

mod answers;
mod canary;
mod certificates;
mod copying;
mod crash;
mod demo;
mod disk_full;
mod files;
mod holding;
mod program;
mod run_files;
mod stable;
mod start_errors;
mod stories;
mod surfaces;
mod types;
mod wrong_databases;
