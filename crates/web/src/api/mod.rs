//! The JSON API, version 1. The same functions as the pages, the same codes as their errors.

pub(crate) mod backup_items;
pub(crate) mod backups;
pub(crate) mod bulk;
pub(crate) mod compare;
pub(crate) mod coverage;
pub(crate) mod dependencies;
mod document;
pub(crate) mod exchange;
pub(crate) mod exports;
pub(crate) mod inventory;
pub(crate) mod pauses;
pub(crate) mod probe;
pub(crate) mod restore_mapping;
pub(crate) mod restore_secrets;
pub(crate) mod restore_steps;
pub(crate) mod restores;
pub(crate) mod runs;
pub(crate) mod schedules;
pub(crate) mod session;
pub(crate) mod starts;
pub(crate) mod tenants;
pub(crate) mod views;

pub use document::openapi;

/// Rows of a page when the caller says nothing.
const LIMIT: usize = 50;
/// Most rows of a page.
const LIMIT_MAX: usize = 500;

/// The page size that was asked for, within bounds.
fn limit(asked: &crate::fields::Fields) -> usize {
    asked.get("limit").and_then(|text| text.parse().ok()).unwrap_or(LIMIT).clamp(1, LIMIT_MAX)
}
