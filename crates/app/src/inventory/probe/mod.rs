//! Change probes: what the audit logs name is read soon after it changed, and is known by who changed it (spec 032).

mod find;
mod logs;
pub mod run;
mod schedule;
mod start;

pub use schedule::{FireProbes, choose_probe, fire_probes};
pub use start::start_probe;
