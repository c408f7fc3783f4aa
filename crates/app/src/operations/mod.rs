//! What a person does with runs as such: repeating them, and holding the queue.

mod checks;
mod failed;
mod start_repeat;

pub use checks::{checked_limit, checked_type, limit_words};
pub use failed::{FailedKeys, failed_keys};
pub(crate) use start_repeat::ONLY_FAILED_OF;
pub use start_repeat::{Repetition, repetition, start_repeat};
