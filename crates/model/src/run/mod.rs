//! Operation runs: states, outcomes, counts and identity (`spec/runs.md`).

mod counts;
mod definition;
mod identity;
mod state;

pub use counts::Counts;
pub use definition::{Definition, IdentityInputs};
pub use identity::Identity;
pub use state::{Code, Failure, ItemOutcome, Outcome, Reason, Status};
