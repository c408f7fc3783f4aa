//! Capturing objects on demand: one, or many as one run.

pub mod capture_many_run;
pub mod capture_run;
mod start_capture;
mod start_capture_many;

pub use start_capture::start_capture;
pub use start_capture_many::{Chosen, start_capture_many};
