//! The web pages, the JSON API and the server. Pages read the database and render; what takes time is queued. This
//! crate opens no connection out, and its state holds nothing that could.

mod api;
mod assets;
mod auth;
mod errors;
mod extract;
mod fields;
mod frame;
mod gate;
mod headers;
mod health;
pub mod kit;
mod live;
mod pages;
pub mod routes;
mod server;
mod state;

pub use api::openapi;
pub use server::{router, serve};
pub use state::WebState;
