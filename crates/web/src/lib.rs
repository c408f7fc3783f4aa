//! The web: pages, interface and kit.

pub mod assets;
pub mod kit;
