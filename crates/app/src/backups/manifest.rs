//! The manifest of a backup set: what it holds and the hash of each part, so that it can be verified without Graph.

use model::AppError;
use model::ids::{BackupSetId, RunId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{BackupItem, Db, SealedManifest, TenantScope};

use super::observed::NOT_OBSERVED;
use crate::exchange::SetOrigin;

/// Version of the manifest's shape.
pub const FORMAT: u32 = 1;

/// What a sealed backup set promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// See [`FORMAT`].
    pub format: u32,
    /// The set.
    pub set: BackupSetId,
    /// The run that made it.
    pub run: RunId,
    /// The directory it was taken from (a GUID).
    pub directory_id: String,
    /// When it was sealed, milliseconds since the Unix epoch.
    pub sealed_at_ms: i64,
    /// The selected type keys, sorted.
    pub types: Vec<String>,
    /// Type keys that the tenant excluded, sorted: nobody asked for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<String>,
    /// Every item, by sequence.
    pub items: Vec<ManifestItem>,
    /// What is not in the set although it was asked for.
    pub missing: Vec<MissingItem>,
    /// Where an imported set is from; absent when it was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<SetOrigin>,
}

/// One object in the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestItem {
    /// Position, from 1.
    pub sequence: i64,
    /// The contract's key.
    pub type_key: String,
    /// Graph's id.
    pub external_id: String,
    /// The name when it was captured.
    pub name: String,
    /// SHA-256 of the captured document's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Length of the captured document in bytes.
    pub bytes: u64,
    /// Its type was not selected: it is there because others need it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub foundation: bool,
}

/// One object or whole type that could not be captured, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingItem {
    /// The contract's key.
    pub type_key: String,
    /// Graph's id; absent when the whole type is missing.
    pub external_id: Option<String>,
    /// The object's name, or the type's label.
    pub name: String,
    /// The stable code.
    pub code: String,
}

impl Manifest {
    /// The manifest as the store keeps it.
    pub fn sealed(&self) -> SealedManifest {
        let manifest = self.to_bytes();
        let sha256_hex = sha256_hex(&manifest);
        SealedManifest { manifest, sha256_hex, complete: self.missing.is_empty() }
    }

    /// The bytes that are stored and hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a manifest is plain data")
    }
}

/// SHA-256 as lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Rows read at a time.
const PAGE: usize = 1_000;

/// Every item of a set, by sequence.
pub async fn all_items(db: &Db, scope: &TenantScope, set: BackupSetId) -> Result<Vec<BackupItem>, AppError> {
    let mut items: Vec<BackupItem> = Vec::new();
    loop {
        let after = items.last().map_or(0, |item| item.sequence);
        let page = db.tenant(scope).backups().items(set, None, after, PAGE).await?;
        if page.is_empty() {
            return Ok(items);
        }
        items.extend(page);
    }
}

/// What a manifest says besides its items.
pub(crate) struct About {
    /// The set.
    pub(crate) set: BackupSetId,
    /// The run that made it.
    pub(crate) run: RunId,
    /// The directory it was taken from (a GUID).
    pub(crate) directory_id: String,
    /// When it is sealed, milliseconds since the Unix epoch.
    pub(crate) sealed_at_ms: i64,
    /// The selected type keys, sorted.
    pub(crate) types: Vec<String>,
    /// Type keys that the tenant excluded, sorted.
    pub(crate) excluded: Vec<String>,
    /// Types whose lists were not read.
    pub(crate) unread: Vec<MissingItem>,
}

/// The manifest of what was put into the set.
pub(crate) fn of_items(about: About, rows: &[BackupItem]) -> Manifest {
    let mut missing = about.unread;
    missing.extend(rows.iter().filter(|row| row.version.is_none()).map(missing_item));
    Manifest {
        format: FORMAT,
        set: about.set,
        run: about.run,
        directory_id: about.directory_id,
        sealed_at_ms: about.sealed_at_ms,
        types: about.types,
        excluded: about.excluded,
        items: rows.iter().filter_map(manifest_item).collect(),
        missing,
        origin: None,
    }
}

fn manifest_item(row: &BackupItem) -> Option<ManifestItem> {
    Some(ManifestItem {
        sequence: row.sequence,
        type_key: row.type_key.clone(),
        external_id: row.external_id.clone(),
        name: row.name.clone(),
        sha256: row.sha256.clone()?,
        bytes: row.bytes?,
        foundation: row.foundation,
    })
}

fn missing_item(row: &BackupItem) -> MissingItem {
    MissingItem {
        type_key: row.type_key.clone(),
        external_id: Some(row.external_id.clone()),
        name: row.name.clone(),
        code: row.code.clone().unwrap_or_else(|| NOT_OBSERVED.to_owned()),
    }
}
