//! Backup sets: written by one run, then sealed for ever, which the database itself enforces.

mod archive;
mod import;
mod list;
mod open;
mod seal;
mod write;

pub use archive::{Dependent, backup_not_sealed};
pub use import::ImportedObject;
pub use open::backup_closed;

use model::ids::{BackupSetId, RunId, VersionId};
use model::run::ItemOutcome;
use serde_json::Value;
use strum::{Display, EnumString, IntoStaticStr};

use crate::db::Row;
use crate::{ItemRecord, StoreError, TenantDb};

/// Where a set stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum BackupStatus {
    /// Its run is at work, or ended before it was sealed.
    Writing,
    /// Sealed with everything that was asked for.
    Complete,
    /// Sealed without some of it; the manifest says what.
    Partial,
}

/// One set.
#[derive(Debug, Clone)]
pub struct BackupSet {
    /// Sorts by creation.
    pub id: BackupSetId,
    /// The run that made it.
    pub run: RunId,
    /// As a person reads it.
    pub name: String,
    /// Who started it, with the name as it was then.
    pub creator_name: String,
    /// Where it stands.
    pub status: BackupStatus,
    /// Left open by its run: policies are added and taken out until somebody closes it.
    pub open: bool,
    /// What the run that made it could not read, in the words of the manifest; only of an open set.
    pub unread: Value,
    /// Items that are in it.
    pub items: u64,
    /// Items that are not in it although they were asked for.
    pub incomplete: u64,
    /// SHA-256 of the manifest, lower-case hexadecimal.
    pub manifest_hash: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub created_at: i64,
    /// Milliseconds since the Unix epoch.
    pub sealed_at: Option<i64>,
    /// When it was put away and by whom; absent while lists show it.
    pub archived: Option<(i64, String)>,
}

/// A set's manifest, ready to be kept.
#[derive(Debug, Clone)]
pub struct SealedManifest {
    /// Its bytes.
    pub manifest: Vec<u8>,
    /// Of the bytes, lower-case hexadecimal.
    pub sha256_hex: String,
    /// Whether everything that was asked for is in the set.
    pub complete: bool,
}

/// One object on its way into a set, or one that should have been.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The run's item: its label is the object's name, its outcome and code are the set's as well.
    pub item: ItemRecord,
    /// The contract's key.
    pub type_key: String,
    /// Graph's id.
    pub external_id: String,
    /// The captured content; absent when it was not captured.
    pub version: Option<VersionId>,
    /// SHA-256 of the document, lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Length of the document.
    pub bytes: Option<u64>,
    /// Nobody selected its type: it is there because others need it.
    pub foundation: bool,
}

/// One object of a set, or one that should have been.
#[derive(Debug, Clone)]
pub struct BackupItem {
    /// Position in the set, from 1.
    pub sequence: i64,
    /// The contract's key.
    pub type_key: String,
    /// Graph's id.
    pub external_id: String,
    /// The name when it was captured.
    pub name: String,
    /// The captured content; absent when it was not captured.
    pub version: Option<VersionId>,
    /// SHA-256 of the document, lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Length of the document.
    pub bytes: Option<u64>,
    /// Succeeded, incomplete, failed or skipped.
    pub outcome: ItemOutcome,
    /// Why it is not good.
    pub code: Option<String>,
    /// Nobody selected its type: it is there because others need it.
    pub foundation: bool,
}

/// What a set holds of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The set.
    pub set: BackupSetId,
    /// The set's name.
    pub name: String,
    /// When the set was made, milliseconds since the Unix epoch.
    pub created_at: i64,
    /// The content.
    pub version: VersionId,
}

impl Held {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            set: row.id("id")?,
            name: row.get("name")?,
            created_at: row.get("created_at")?,
            version: row.id("version_id")?,
        })
    }
}

impl BackupSet {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            run: row.id("run_id")?,
            name: row.get("name")?,
            creator_name: row.get("creator_name")?,
            status: row.word("status")?,
            open: row.get("open")?,
            unread: row.json("unread")?,
            items: row.count("items")?,
            incomplete: row.count("incomplete")?,
            manifest_hash: row.get("manifest_hash")?,
            created_at: row.get("created_at")?,
            sealed_at: row.get("sealed_at")?,
            archived: row.get::<Option<i64>>("archived_at")?.zip(row.get("archived_by_name")?),
        })
    }
}

impl BackupItem {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            sequence: row.get("sequence")?,
            type_key: row.get("type_key")?,
            external_id: row.get("external_id")?,
            name: row.get("name")?,
            version: row.optional_id("version_id")?,
            sha256: row.get("sha256")?,
            bytes: row.get::<Option<i64>>("bytes")?.and_then(|bytes| u64::try_from(bytes).ok()),
            outcome: row.word("outcome")?,
            code: row.get("code")?,
            foundation: row.get("foundation")?,
        })
    }
}

/// One tenant's backup sets.
pub struct Backups<'a>(pub(crate) TenantDb<'a>);
