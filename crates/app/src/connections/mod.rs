//! Checking a tenant's connection.

pub mod check_run;
mod permissions;
mod start_check;

pub use permissions::{is_optional, required_permissions};
pub use start_check::start_check;
