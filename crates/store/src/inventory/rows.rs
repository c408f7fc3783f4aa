//! An observed object as a page shows it.

use model::ids::{RunId, VersionId};
use model::run::Outcome;
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::db::Row;

/// A part of an object that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingPart {
    /// `settings`, `assignments`, …
    pub part: String,
    /// For programs.
    pub code: String,
    /// Our own sentence.
    pub message: String,
}

/// The latest complete list of its type did not have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Milliseconds since the Unix epoch.
    pub since: i64,
    /// False when the run that missed it was not wholly successful.
    pub high_confidence: bool,
}

/// Where a page ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryCursor {
    /// The name in lower case.
    pub name_key: String,
    /// The contract's key.
    pub type_key: String,
    /// Graph's id.
    pub external_id: String,
}

/// One object.
#[derive(Debug, Clone)]
pub struct ObjectRow {
    /// The contract's key.
    pub type_key: String,
    /// Graph's id.
    pub external_id: String,
    /// As Graph names it.
    pub name: String,
    /// From the contract or the object.
    pub platform: String,
    /// From the contract.
    pub category: String,
    /// The last complete content; absent when it was never read completely.
    pub version: Option<VersionId>,
    /// Whether the last observation was complete.
    pub complete: bool,
    /// What the last observation lacked.
    pub missing_parts: Vec<MissingPart>,
    /// As Graph says it.
    pub modified_at: Option<String>,
    /// Absent when unknown.
    pub assignments_count: Option<u64>,
    /// Ids of scope tags.
    pub scope_tags: Vec<String>,
    /// Milliseconds since the Unix epoch.
    pub first_seen_at: i64,
    /// Milliseconds since the Unix epoch.
    pub last_seen_at: i64,
    /// The run that saw it last.
    pub last_seen_run: RunId,
    /// When its content changed last.
    pub changed_at: Option<i64>,
    /// Set when it is missing.
    pub missing: Option<Missing>,
    name_key: String,
}

/// One object and what belongs to it.
#[derive(Debug, Clone)]
pub struct ObjectDetail {
    /// The object.
    pub row: ObjectRow,
    /// Ids of groups that it is assigned to or excluded from.
    pub assigned_groups: Vec<String>,
}

impl ObjectRow {
    /// Ask for the objects after this one.
    pub fn cursor(&self) -> InventoryCursor {
        InventoryCursor {
            name_key: self.name_key.clone(),
            type_key: self.type_key.clone(),
            external_id: self.external_id.clone(),
        }
    }

    pub(super) fn from_row(row: &Row) -> Result<Self, StoreError> {
        let missing = match row.get::<Option<i64>>("missing_since")? {
            Some(since) => {
                let outcome: Option<String> = row.get("missing_outcome")?;
                let high_confidence = outcome.is_some_and(|word| word == Outcome::Succeeded.to_string());
                Some(Missing { since, high_confidence })
            }
            None => None,
        };
        Ok(Self {
            type_key: row.get("type_key")?,
            external_id: row.get("external_id")?,
            name: row.get("name")?,
            name_key: row.get("name_key")?,
            platform: row.get("platform")?,
            category: row.get("category")?,
            version: row.optional_id("version_id")?,
            complete: row.get("complete")?,
            missing_parts: row.json("missing_parts")?,
            modified_at: row.get("modified_at")?,
            assignments_count: row.get::<Option<i64>>("assignments_count")?.and_then(|count| u64::try_from(count).ok()),
            scope_tags: row.json("scope_tags")?,
            first_seen_at: row.get("first_seen_at")?,
            last_seen_at: row.get("last_seen_at")?,
            last_seen_run: row.id("last_seen_run")?,
            changed_at: row.get("changed_at")?,
            missing,
        })
    }
}
