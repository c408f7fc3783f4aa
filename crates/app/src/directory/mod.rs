//! The directory cache: names of groups, so that assignments can be read. Metadata only, no members.

mod names;
mod reading;
mod record;
mod start_sync;
pub mod sync_run;

pub(crate) use names::GroupNames;
pub use start_sync::start_groups_sync;
