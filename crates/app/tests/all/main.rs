//! Every run type through the real HTTP simulator, each test on SQLite and on PostgreSQL. The invariants of
//! `spec/runs.md` are checked after every one of them.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "every function here is part of a test"
)]

mod authors;
mod backups;
mod bad_input;
mod blocked;
mod bulk_cancel;
mod bulk_capture;
mod canary;
mod cancel;
mod captures;
mod changes;
mod connections;
mod corpus;
mod exchange;
mod exports;
mod group_changes;
mod groups;
mod loaded;
mod missing;
mod names;
mod open_sets;
mod partial;
mod policies;
mod probe_schedules;
mod probes;
mod repeats;
mod schedules;
mod searches;
mod shared_budget;
mod support;
mod sync;
mod tokens;
mod unchanged;
mod verify;
