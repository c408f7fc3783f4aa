//! What a person does with runs as such: finding them, cancelling many, repeating them, and holding the queue.

pub mod cancel_many_run;
mod checks;
mod failed;
mod query;
mod start_cancel_many;
mod start_repeat;
mod views;

pub use checks::{checked_limit, checked_type, limit_words};
pub(crate) use failed::failed_items;
pub use failed::{FailedKeys, failed_keys};
pub use query::{ALL_BUT, NAMES, OUTCOMES, RunQuery, SYSTEM, WHEN};
pub use start_cancel_many::{cancellable, start_cancel_many};
pub(crate) use start_repeat::ONLY_FAILED_OF;
pub use start_repeat::{Repetition, repetition, start_repeat};
pub use views::{change_view, checked_opening, create_view, opens_with, query_from, query_of};
