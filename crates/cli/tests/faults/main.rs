//! The faults to survive, by their numbers in `docs/faults.md`, which also names those that other tests prove. Choices
//! follow `TENANTATLAS_SEED`; the invariants are checked after every test.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "every function here is part of a test"
)]

mod audit;
mod chaos;
mod clocks;
mod connections;
mod data;
mod disks;
mod effects;
mod handlers;
mod locks;
mod memory;
mod nodes;
mod processes;
mod races;
mod restarts;
mod restores;
mod support;
