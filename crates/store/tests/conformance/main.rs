//! What the store promises, proved on both databases: every test runs on SQLite and on PostgreSQL.
//!
//! PostgreSQL is found through `TENANTATLAS_TEST_POSTGRES`, the address of a server on which databases may be made;
//! `scripts/test` starts one and sets it. Without it those tests fail: a database that was not tested is not supported.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test, also those that a macro names")]

mod authorizations;
mod backups;
mod budgets;
mod copy;
mod cutter;
mod definitions;
mod dependencies;
mod dispatch;
mod exclusions;
mod harness;
mod imports;
mod inventory;
mod ledger;
mod people;
mod place;
mod probes;
mod runs;
mod scheduling;
mod search;
mod signals;
mod views;
