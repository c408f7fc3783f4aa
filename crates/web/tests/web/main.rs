//! The server as a browser and a program see it, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "every function here is part of a test"
)]

mod bulk;
mod certificates;
mod consent;
mod coverage;
mod delegation;
mod dependencies;
mod engine;
mod entry;
mod exchange;
mod facets;
mod items;
mod live;
mod matrix;
mod outbound;
mod preferences;
mod probes;
mod problems;
mod routes;
mod schedules;
mod searches;
mod starts;
mod support;
mod surfaces;
mod things;
mod views;
