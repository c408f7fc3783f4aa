//! What a restore is going to do, as data: a plan that a person reads and confirms, and that a run then keeps to.

mod plan;

pub use plan::{Action, Method, Plan, PlanItem, Purpose, Slot, Step, Why};
