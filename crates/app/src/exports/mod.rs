//! Exports of the operations list: small ones at once, large ones as a run that keeps a file.

pub mod create_run;
mod csv;
mod document;
mod file;
mod pages;
mod start_create;

pub use document::{Coded, Run, RunCounts};
pub use file::{downloadable, file_name, open_file};
pub use pages::{Format, Pages, begin_at_once};
pub use start_create::{AT_ONCE_MAX, start_export};
