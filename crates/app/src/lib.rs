//! The features. Each folder holds what a person may start (`start_*`), what a worker does (`*_run`) and queries.

pub mod advice;
pub mod audit;
pub mod backups;
mod bulk;
pub mod catalogue;
pub mod comparing;
pub mod connections;
pub mod directory;
pub mod exchange;
mod expiry;
pub mod exports;
pub mod inventory;
pub mod operations;
pub mod people;
pub mod restores;
pub mod services;
pub mod snapshots;
pub mod starting;
pub mod tenants;
