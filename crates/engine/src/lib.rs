//! Runs: claim, beat, sweep, finish. Knows the ledger and no feature.
//!
//! A worker is an [`Engine`] under a fresh [`model::ids::WorkerId`]. Three loops share it: the **claim** loop takes
//! runs under a fenced lease and hands each to its [`RunType`]; the **beat** thread renews all leases in one
//! statement, on a thread and a connection of its own; the **sweep** loop takes up what dead workers left behind
//! and delivers the outbox. Beside them the node list is kept, and runs past their time are removed. No loop holds
//! state that the ledger does not: a worker may die at any instruction.

mod beat;
mod catalogue;
mod config;
mod context;
mod duty;
mod engine;
mod execute;
mod finish;
mod node;
mod retention;
mod run_type;
mod sweep;

pub use catalogue::Catalogue;
pub use config::EngineConfig;
pub use context::RunCtx;
pub use duty::Duty;
pub use engine::Engine;
pub use node::announce_until;
pub use run_type::{Ending, RunType};
