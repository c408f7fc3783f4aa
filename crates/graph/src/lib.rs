//! The only HTTP to Microsoft: sign-in, requests through small policies, paging, batches, and reading whole
//! configuration types.
//!
//! A request passes budget, auth, limits of concurrency, transport, shape and retry, one file each. No text of the
//! other side ever leaves this crate: errors are sentences of ours.

mod address;
mod auth;
mod batch;
mod budget;
mod certificate;
mod client;
mod config;
mod connection;
mod error;
#[cfg(test)]
mod fuzz;
mod json;
mod observe;
mod paging;
mod person;
mod pipeline;
mod retry;
mod tenant;
mod traffic;
mod transport;
mod write;

pub use auth::{CameBack, PersonToken, SentAway, SignInProof};
pub use budget::{BoardUnreachable, BudgetBoard, Grant, OneProcess, Report, Shared};
pub use certificate::ClientCertificate;
pub use client::Graph;
pub use config::{GraphConfig, Limits, Window};
pub use connection::{Connection, Credential};
pub use error::GraphError;
pub use observe::{Change, Members, MissingPart, ObservedObject, TypeObservation};
pub use person::{FoundGroup, PersonGraph};
pub use tenant::{Organization, TenantGraph};
pub use traffic::Traffic;
pub use write::{ApprovalState, Effect, Write, WriteError, Written};
