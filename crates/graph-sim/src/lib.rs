//! A simulated Microsoft Graph and sign-in service, as a library and as the program `graph-sim`.
//!
//! It is a model, not a set of canned replies: tenants hold objects, and reads, writes, pages, batches, limits and
//! faults work on them. It listens on loopback only and is never part of a production path.

mod approvals;
mod assertion;
mod audit;
mod certificate;
mod changes;
mod clock;
mod collections;
mod config;
mod content;
mod control;
mod errors;
mod exchanges;
mod faults;
mod folder;
mod graph;
mod harm;
mod http;
mod journal;
mod moments;
mod paging;
mod path;
mod query;
mod random;
mod render;
mod rules;
mod schema;
mod server;
mod sign_in;
mod simulator;
mod store;
mod throttle;
mod token;
mod trace;
mod world;

pub use certificate::TestKey;
pub use config::{Content, SimulatorConfig, StartError, TenantSpec, Throttling};
pub use exchanges::Exchange;
pub use faults::{Fault, FaultKind, FaultMatch, Place};
pub use journal::{Effect, LoadReport, Placed, Stats, TenantStats, Unplaced};
pub use simulator::Simulator;
pub use trace::Asked;
