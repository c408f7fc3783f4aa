//! What things are: ids, time, roles and capabilities, runs, the contract registry, differences, configuration as files,
//! restore plans, canonical form, searches. No I/O, no async.

pub mod access;
pub mod ambient;
pub mod canonical;
pub mod change;
pub mod cloud;
pub mod diff;
pub mod error;
pub mod exchange;
pub mod ids;
pub mod registry;
pub mod restore;
pub mod run;
pub mod search;
pub mod text;

pub use ambient::Ambient;
pub use error::{AppError, Kind};
