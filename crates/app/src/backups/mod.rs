//! Backup sets: immutable, with a manifest, verified without Graph.

pub mod add_run;
mod back_up;
mod close;
pub mod create_run;
pub mod manifest;
mod observed;
pub mod schedules;
mod start_add;
mod start_create;
mod verify;

pub use close::close_set;
pub use start_add::{PolicyKey, start_add};
pub(crate) use start_add::{checked_policies, counted_policies};
pub(crate) use start_create::checked_name;
pub use start_create::{NewBackup, start_create};
pub use verify::{Verification, manifest_of, verify};
