//! Sealing a set with its manifest, and reading that back.

use model::AppError;
use model::ids::BackupSetId;

use super::write::counts;
use super::{BackupStatus, Backups, SealedManifest};
use crate::db::Tx;
use crate::db::sql::{id, sql};
use crate::{Lease, StoreError};

impl Backups<'_> {
    /// Seals the set with its manifest; from here on the database refuses every change to it. Sealing a sealed set again
    /// does nothing.
    pub async fn seal(&self, lease: &Lease, set: BackupSetId, sealed: &SealedManifest) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("backups.seal").await?;
        let held = self.own(&mut tx, lease, set).await?.held;
        self.write_seal(&mut tx, set, sealed, held.now).await?;
        tx.commit().await
    }

    pub(super) async fn write_seal(
        &self,
        tx: &mut Tx,
        set: BackupSetId,
        sealed: &SealedManifest,
        at: i64,
    ) -> Result<(), StoreError> {
        let status = if sealed.complete { BackupStatus::Complete } else { BackupStatus::Partial };
        let packed = zstd::bulk::compress(&sealed.manifest, 3).expect("compression into memory cannot fail");
        let mut body = u64::try_from(sealed.manifest.len()).unwrap_or(0).to_le_bytes().to_vec();
        body.extend(packed);
        let encrypted = self.0.db.keys().encrypt(self.0.db.ambient(), &place(set), &body);
        tx.execute(counts(set)).await?;
        let update = sql!(
            "update backup_sets set status = $2, manifest = $3, manifest_hash = $4, sealed_at = $5, open = $6 \
             where id = $1 and sealed_at is null",
            id(set),
            status.to_string(),
            encrypted,
            &sealed.sha256_hex,
            at,
            false,
        );
        tx.execute(update).await?;
        Ok(())
    }

    /// The sealed manifest's bytes.
    pub async fn manifest(&self, set: BackupSetId) -> Result<Vec<u8>, AppError> {
        let statement = sql!(
            "select manifest from backup_sets where id = $1 and tenant_id = $2 and manifest is not null",
            id(set),
            self.0.tenant_arg(),
        );
        let rows = self.0.db.fetch("backup_sets", statement).await?;
        let stored: Vec<u8> = rows.first().ok_or_else(AppError::not_found)?.get("manifest")?;
        let body = self.0.db.keys().decrypt(&place(set), &stored)?;
        let (length, packed) = body.split_first_chunk::<8>().ok_or(StoreError::Undecryptable)?;
        let capacity = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| StoreError::Undecryptable)?;
        Ok(zstd::bulk::decompress(packed, capacity).map_err(|_| StoreError::Undecryptable)?)
    }
}

fn place(set: BackupSetId) -> String {
    format!("backup_sets/{set}")
}
