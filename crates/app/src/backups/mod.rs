//! Backup sets: immutable, with a manifest, verified without Graph.

mod back_up;
pub mod create_run;
pub mod manifest;
pub mod schedules;
mod start_create;
mod verify;

pub use start_create::{NewBackup, start_create};
pub use verify::{Verification, manifest_of, verify};
