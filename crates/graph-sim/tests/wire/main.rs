//! The simulator as a client meets it.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod doors;
mod faults;
mod reads;
mod support;
mod writes;
