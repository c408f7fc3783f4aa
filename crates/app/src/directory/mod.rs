//! The directory cache: names of groups, so that assignments can be read. Metadata only, no members.

mod start_sync;
pub mod sync_run;

pub use start_sync::start_groups_sync;
