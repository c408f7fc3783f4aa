//! The pages, one folder a noun. They read the database and render; what takes time is queued.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod backups;
pub(crate) mod connection;
pub(crate) mod coverage;
pub(crate) mod engine;
pub(crate) mod entry;
pub(crate) mod form_error;
pub(crate) mod inventory;
pub(crate) mod members;
pub(crate) mod notifications;
pub(crate) mod operations;
pub(crate) mod queue;
pub(crate) mod restores;
pub(crate) mod schedules;
pub(crate) mod tenants;
