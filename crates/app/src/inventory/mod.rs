//! What a tenant is configured to do, as last observed.

mod all;
mod coverage;
mod dependencies;
pub(crate) mod exclusions;
mod make_texts;
pub(crate) mod names;
pub mod policy_run;
pub mod probe;
mod query;
mod reading;
mod record;
mod recorder;
mod search;
mod selection;
mod shaping;
pub(crate) mod some;
mod start_policy_sync;
mod start_sync;
pub mod sync_run;
mod told;

pub(crate) use all::all_of_type;
pub use coverage::{Sight, TypeCoverage, coverage};
pub use dependencies::{Branch, DEPTH_MAX, Dependencies, Overview, Standing, Turn, View, dependencies, overview};
pub use exclusions::{Excluded, exclude_type, include_type};
pub use make_texts::MakeTexts;
pub use query::{CHANGED, OBJECT_NAMES, ObjectQuery};
pub use record::{done, item_key, recorded};
pub use search::{Match, matches, matching};
pub use selection::Selection;
pub use start_policy_sync::start_policy_sync;
pub use start_sync::start_sync;
