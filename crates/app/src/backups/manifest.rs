//! The manifest of a backup set: what it holds and the hash of each part, so that it can be verified without Graph.

use model::ids::{BackupSetId, RunId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

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
    /// Every item, by sequence.
    pub items: Vec<ManifestItem>,
    /// What is not in the set although it was asked for.
    pub missing: Vec<MissingItem>,
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
    /// The bytes that are stored and hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a manifest is plain data")
    }
}

/// SHA-256 as lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
