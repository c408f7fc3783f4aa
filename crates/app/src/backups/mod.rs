//! Backup sets: immutable, with a manifest, verified without Graph.

pub mod create_run;
pub mod manifest;
mod start_create;
mod verify;

pub use start_create::{NewBackup, start_create};
pub use verify::{Verification, manifest_of, verify};
