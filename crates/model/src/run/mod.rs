//! Operation runs: states, outcomes, counts and identity (`spec/runs.md`).

mod counts;
mod definition;
mod identity;
mod priority;
mod state;

pub use counts::Counts;
pub use definition::{Definition, IdentityInputs, Repeat};
pub use identity::Identity;
pub use priority::Priority;
pub use state::{Code, Failure, ItemOutcome, Outcome, Reason, Status};
