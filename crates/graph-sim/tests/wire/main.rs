//! The simulator as a client meets it.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod actions;
mod approval;
mod audit;
mod copies;
mod delta;
mod doors;
mod evaluate;
mod faults;
mod metadata;
mod people;
mod reads;
mod registry;
mod support;
mod traps;
mod types;
mod writes;
