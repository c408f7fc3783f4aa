//! The server as a browser and a program see it, on both databases.

mod entry;
mod live;
mod matrix;
mod outbound;
mod problems;
mod routes;
mod starts;
mod support;
mod things;
