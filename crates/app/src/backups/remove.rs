//! Putting sets away and removing them by hand.

use model::AppError;
use model::access::Capability;
use model::ids::BackupSetId;
use store::{Db, TenantScope};

/// Puts a set away: kept, and in no list unless asked for. Refused while something depends on it.
pub async fn archive_set(db: &Db, scope: &TenantScope, set: BackupSetId) -> Result<(), AppError> {
    scope.require(Capability::BackupsManage)?;
    db.tenant(scope).backups().archive(set).await
}

/// Brings a set back from the archive.
pub async fn unarchive_set(db: &Db, scope: &TenantScope, set: BackupSetId) -> Result<(), AppError> {
    scope.require(Capability::BackupsManage)?;
    db.tenant(scope).backups().unarchive(set).await
}

/// Removes a set for good; `confirmed` is its name, typed again. Refused while something depends on it.
pub async fn delete_set(db: &Db, scope: &TenantScope, set: BackupSetId, confirmed: &str) -> Result<(), AppError> {
    scope.require(Capability::BackupsManage)?;
    db.tenant(scope).backups().delete(set, confirmed).await
}
