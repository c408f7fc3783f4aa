//! The client against real HTTP: the simulator, and small servers for what a model would never answer.

#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing on it, in its helpers as well")]
#![expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]

mod bad_answers;
mod certificates;
mod changes;
mod fewest_requests;
mod harness;
mod lookups;
mod matrix;
mod odd_content;
mod odd_shapes;
mod pages_ahead;
mod people;
mod priorities;
mod reading;
mod real_policies;
mod secrecy;
mod sign_in;
mod throttling;
mod tiny_server;
mod whole_tenant;
mod writing;
