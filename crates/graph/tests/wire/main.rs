//! The client against real HTTP: the simulator, and small servers for what a model would never answer.

mod bad_answers;
mod fewest_requests;
mod harness;
mod reading;
mod secrecy;
mod sign_in;
mod throttling;
mod tiny_server;
