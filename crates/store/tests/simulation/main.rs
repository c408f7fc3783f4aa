//! A deterministic simulation of the engine: seeded schedules of what starters, workers, sweepers and operators do, over
//! the store's real code and statements.
//!
//! **What is real**: all of `store`, on SQLite in memory. **What is played**: time, which stands still between steps;
//! chance, which comes from the schedule's number; workers that crash, stop for longer than their lease and go on with
//! what they believed, gather ends and commit them together; people who start, repeat and cancel.
//!
//! **Interleavings**: SQLite has one writer, so transactions happen one after the other, and a schedule chooses their
//! order. What takes a look before its transaction is also held between the two (`stage.rs`, the gate). Interleavings
//! inside of transactions exist on PostgreSQL only; the conformance suite races those.
//!
//! **What is checked**: each answer against a reference in plain Rust (`reference.rs`, `judge.rs`); then every table
//! against the reference, and the invariants of the rows by themselves (`reader.rs`): I1 to I7 and I12. In one of four the
//! faults then stop, and everything has to end (`play.rs`).
//!
//! A failure prints its seed. `TENANTATLAS_SIM_SEED=<seed>` plays that one again, tells each step and checks after each;
//! `TENANTATLAS_SIM_SCHEDULES` plays another number of them. A bug that was found here is kept as a test of its own in
//! `tests/conformance`.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test")]

mod c_interface;
mod dice;
mod judge;
mod ops;
mod play;
mod plot;
mod reader;
mod reference;
mod stage;
mod workers;

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures::FutureExt as _;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use crate::play::Play;
use crate::stage::Stage;

const SCHEDULES: u64 = 100_000;
/// A stage is left after so many schedules, for its audit log only grows.
const ON_ONE_STAGE: u64 = 1_000;

#[test]
fn every_schedule_keeps_the_invariants_and_ends() {
    if let Some(seed) = number("TENANTATLAS_SIM_SEED") {
        return on_runtime(async { Play::schedule(&Stage::new().await, seed, true).await });
    }
    let schedules = number("TENANTATLAS_SIM_SCHEDULES").unwrap_or(SCHEDULES);
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for processor in processors() {
            let (next, failed) = (&next, &failed);
            scope.spawn(move || {
                stay_on(processor);
                while !failed.load(Ordering::SeqCst) {
                    let first = next.fetch_add(ON_ONE_STAGE, Ordering::SeqCst);
                    if first >= schedules {
                        break;
                    }
                    let last = schedules.min(first + ON_ONE_STAGE);
                    if let Some(seed) = on_runtime(first_failing(first..last, failed)) {
                        failed.store(true, Ordering::SeqCst);
                        println!("schedule {seed} failed: TENANTATLAS_SIM_SEED={seed} plays it again");
                    }
                }
            });
        }
    });
    assert!(!failed.into_inner(), "a schedule failed; its seed is printed above");
}

#[test]
fn no_statement_is_compiled_again_for_its_arguments() {
    let again = on_runtime(async {
        let stage = Stage::new().await;
        for seed in 0..40 {
            Play::schedule(&stage, seed, false).await;
        }
        let of_migrations = |text: &String| text.contains("_sqlx_migrations");
        stage.compiled_again().await.into_iter().filter(|text| !of_migrations(text)).collect::<Vec<_>>()
    });
    assert_eq!(again, Vec::<String>::new());
}

async fn first_failing(seeds: std::ops::Range<u64>, failed: &AtomicBool) -> Option<u64> {
    let stage = Stage::new().await;
    for seed in seeds {
        if failed.load(Ordering::SeqCst) {
            break;
        }
        if AssertUnwindSafe(Play::schedule(&stage, seed, false)).catch_unwind().await.is_err() {
            return Some(seed);
        }
    }
    None
}

/// Those that this process may use.
fn processors() -> Vec<usize> {
    let allowed = sched_getaffinity(Pid::from_raw(0)).unwrap();
    (0..CpuSet::count()).filter(|processor| allowed.is_set(*processor).unwrap()).collect()
}

/// This thread and those that it starts, SQLite's among them: a statement is handed over and back, which costs a quarter
/// less within one processor.
fn stay_on(processor: usize) {
    let mut set = CpuSet::new();
    set.set(processor).unwrap();
    sched_setaffinity(Pid::from_raw(0), &set).unwrap();
}

fn on_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}
