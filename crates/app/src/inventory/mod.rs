//! What a tenant is configured to do, as last observed.

mod record;
mod selection;
mod start_sync;
pub mod sync_run;

pub use record::{done, recorded};
pub use selection::Selection;
pub use start_sync::start_sync;
