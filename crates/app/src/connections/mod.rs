//! A tenant's connection: checking it, letting the application in, and people's own sign-in.

mod away;
pub mod check_run;
mod consent;
mod delegation;
mod permissions;
mod start_check;

pub use away::{Answer, Landed, Visitor, take_answer};
pub use consent::ask_consent;
pub use delegation::{Delegation, FoundGroups, SignedInAs, ask_sign_in, search_groups};
pub use graph::FoundGroup;
pub use permissions::{is_optional, required_permissions};
pub use start_check::start_check;
