//! The web pages, the JSON API and the server. Pages read the database and render; what takes time is queued. This
//! crate opens no connection out. What a person asks Microsoft for in their own name goes through `app::connections`.

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
pub use pages::connection::callback::CALLBACK;
pub use server::{router, serve};
pub use state::WebState;
