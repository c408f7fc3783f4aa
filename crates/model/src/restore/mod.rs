//! What a restore is going to do, as data: a plan that a person reads and confirms, and that a run then keeps to.
//!
//! A wanted object becomes requests in three steps, none of which asks anybody: its references are mapped
//! ([`map_references`]), the object as it is to be is compared with the live one ([`promise`]), and what differs is put
//! into requests in the order in which the service takes them ([`steps`]).

mod assign;
mod create;
mod follow;
mod goal;
mod mapping;
mod markers;
mod masked;
mod order;
mod parts;
mod places;
mod plain;
mod plan;
mod pointer;
mod remove;
mod secrets;
mod steps;
mod templates;
#[cfg(test)]
mod tests;
mod update;
mod why;

pub use goal::{Choice, Promise, promise, promise_brought_back};
pub use mapping::{Mapped, Resolution, map_references};
pub use order::{Cycle, Ordered, in_order, needs};
pub use places::{DIRECTORY, GRAPH, NEW};
pub use plain::own;
pub use plan::{Action, Approval, Method, Plan, PlanItem, Purpose, Reached, Slot, Step, Why};
pub use remove::remove;
pub use secrets::{SecretPlace, SecretSlot, secret_as_sent, secret_places, with_secrets};
pub use steps::{bring_back, steps};
