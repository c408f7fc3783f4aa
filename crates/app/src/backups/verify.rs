//! Proves that a set still is what its manifest says. Reads the database only, never Graph.

use std::collections::BTreeMap;

use model::AppError;
use model::ids::BackupSetId;
use serde::Serialize;
use store::{BackupSet, BackupStatus, Db, TenantScope};

use super::manifest::{FORMAT, Manifest, ManifestItem, all_items, sha256_hex};

/// What a verification found.
#[derive(Debug, Clone, Serialize)]
pub struct Verification {
    /// Objects that were read and hashed.
    pub items: u64,
    /// Objects that the set names as missing; that is not a problem of the set.
    pub missing: u64,
    /// What is wrong, one sentence each; empty when the set is intact.
    pub problems: Vec<String>,
}

impl Verification {
    /// Whether every object is what the manifest says.
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }
}

/// The manifest of a sealed set; nothing while it is being written.
pub async fn manifest_of(db: &Db, scope: &TenantScope, set: BackupSetId) -> Result<Option<Manifest>, AppError> {
    if db.tenant(scope).backups().get(set).await?.status == BackupStatus::Writing {
        return Ok(None);
    }
    let bytes = db.tenant(scope).backups().manifest(set).await?;
    serde_json::from_slice(&bytes).map(Some).map_err(|_| unreadable())
}

/// Reads, decrypts and hashes everything in the set. Audited, because it reads every object.
pub async fn verify(db: &Db, scope: &TenantScope, set: BackupSetId) -> Result<Verification, AppError> {
    let tenant = db.tenant(scope);
    let row = tenant.backups().get(set).await?;
    if row.status == BackupStatus::Writing {
        return Err(store::backup_not_sealed(row.open));
    }
    let mut found = Verification { items: 0, missing: 0, problems: Vec::new() };
    match tenant.backups().manifest(set).await {
        Ok(bytes) => check_manifest(db, scope, &row, &bytes, &mut found).await?,
        // What cannot be decrypted was changed by somebody without the key.
        Err(error) if error.code == "key.undecryptable" => {
            found.problems.push(format!("The manifest cannot be read back [{}]", error.code))
        }
        Err(error) => return Err(error),
    }
    let outcome = if found.is_intact() { "intact" } else { "not_intact" };
    tenant.audit().record("backup_set.verify", Some(&set.to_string()), outcome, None).await?;
    Ok(found)
}

async fn check_manifest(
    db: &Db,
    scope: &TenantScope,
    row: &BackupSet,
    bytes: &[u8],
    found: &mut Verification,
) -> Result<(), AppError> {
    if Some(sha256_hex(bytes)) != row.manifest_hash {
        found.problems.push("The manifest itself was changed after the set was sealed".into());
    }
    match serde_json::from_slice::<Manifest>(bytes) {
        Ok(manifest) if manifest.format == FORMAT => check_items(db, scope, &manifest, found).await?,
        Ok(manifest) => found
            .problems
            .push(format!("The manifest has format {}, which this version does not know", manifest.format)),
        Err(_) => found.problems.push("The manifest cannot be read".into()),
    }
    Ok(())
}

async fn check_items(
    db: &Db,
    scope: &TenantScope,
    manifest: &Manifest,
    found: &mut Verification,
) -> Result<(), AppError> {
    found.missing = manifest.missing.len() as u64;
    let rows = all_items(db, scope, manifest.set).await?;
    let mut stored: BTreeMap<i64, _> =
        rows.into_iter().filter(|row| row.version.is_some()).map(|row| (row.sequence, row)).collect();
    for item in &manifest.items {
        found.items += 1;
        let Some(row) = stored.remove(&item.sequence) else {
            found.problems.push(format!("“{}” is in the manifest and not in the set", item.name));
            continue;
        };
        let version = row.version.expect("rows without a version were left out");
        match db.tenant(scope).versions().document(version).await {
            Ok(document) => found.problems.extend(difference(item, &document)),
            Err(error) => found.problems.push(format!("“{}” cannot be read back [{}]", item.name, error.code)),
        }
    }
    found.problems.extend(stored.values().map(|row| format!("“{}” is in the set and not in the manifest", row.name)));
    Ok(())
}

fn difference(item: &ManifestItem, document: &[u8]) -> Option<String> {
    (sha256_hex(document) != item.sha256).then(|| format!("“{}” is not what was captured", item.name))
}

fn unreadable() -> AppError {
    AppError::conflict("backup.manifest_unreadable", "The manifest of this backup set cannot be read")
        .hint("Verify the set, and restore the database from its own backup")
}
