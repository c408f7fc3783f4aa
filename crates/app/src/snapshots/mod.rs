//! Capturing one object on demand.

pub mod capture_run;
mod start_capture;

pub use start_capture::start_capture;
