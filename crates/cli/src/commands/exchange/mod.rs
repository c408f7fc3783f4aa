//! `tenantatlas export …`, `tenantatlas import …`, and the proof of an export without a database.

mod export;
mod folder;
mod git;
mod import;
mod sent;
mod verify;

pub(crate) use export::run as export;
pub(crate) use import::run as import;
pub(crate) use verify::run as verify;
