//! Sets that their run has left open: what is added by other runs, taken out and closed by hand.

use model::AppError;
use model::access::Capability;
use model::ids::BackupSetId;
use serde_json::Value;

use super::write::counts;
use super::{BackupItem, Backups, SealedManifest};
use crate::db::Tx;
use crate::db::sql::{id, sql};
use crate::{Lease, StoreError, audit};

/// Why nothing is added to a set, or taken out of it, that is not open.
pub fn backup_closed() -> AppError {
    AppError::conflict("backup.closed", "This backup set is closed: it does not change any more")
        .hint("Make another set and leave it open")
}

impl Backups<'_> {
    /// Leaves the set open; `unread` is what its manifest will name as missing, whatever is added.
    pub async fn leave_open(&self, lease: &Lease, set: BackupSetId, unread: &Value) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("backups.leave_open").await?;
        self.own(&mut tx, lease, set).await?;
        let update = sql!(
            "update backup_sets set open = $2, unread = $3 where id = $1 and sealed_at is null",
            id(set),
            true,
            unread.to_string()
        );
        tx.execute(update).await?;
        tx.execute(counts(set)).await?;
        tx.commit().await
    }

    /// Locks an open set for a change by hand.
    async fn hold_open(&self, tx: &mut Tx, set: BackupSetId) -> Result<(), AppError> {
        let statement = sql!(
            "select open from backup_sets where id = $1 and tenant_id = $2 for_update()",
            id(set),
            self.0.tenant_arg()
        );
        let rows = tx.fetch("backup_sets", statement).await?;
        if rows.first().ok_or_else(AppError::not_found)?.get("open")? {
            return Ok(());
        }
        Err(backup_closed())
    }

    /// Takes an object out of an open set. Audited.
    pub async fn take_out(&self, set: BackupSetId, type_key: &str, external_id: &str) -> Result<(), AppError> {
        self.0.scope.require(Capability::BackupsCreate)?;
        let mut tx = self.0.db.begin("backups.take_out").await?;
        self.hold_open(&mut tx, set).await?;
        let delete = sql!(
            "delete from backup_set_items where set_id = $1 and type_key = $2 and external_id = $3",
            id(set),
            type_key,
            external_id
        );
        if tx.execute(delete).await? == 0 {
            return Err(AppError::not_found());
        }
        tx.execute(counts(set)).await?;
        let at = audit::now(&mut tx).await?;
        let what = Some(format!("{type_key}/{external_id}"));
        let entry = self.0.entry("backup.take_out", Some(set.to_string()), "succeeded", what);
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Closes an open set with its manifest, made by `manifest` from the items as they are under the lock. Audited.
    pub async fn close(
        &self,
        set: BackupSetId,
        manifest: impl FnOnce(Vec<BackupItem>, i64) -> SealedManifest,
    ) -> Result<(), AppError> {
        self.0.scope.require(Capability::BackupsCreate)?;
        let mut tx = self.0.db.begin("backups.close").await?;
        self.hold_open(&mut tx, set).await?;
        let statement = sql!("select * from backup_set_items where set_id = $1 order by sequence", id(set));
        let rows = tx.fetch("backup_set_items", statement).await?;
        let items = rows.iter().map(BackupItem::from_row).collect::<Result<Vec<_>, _>>()?;
        let at = audit::now(&mut tx).await?;
        let sealed = manifest(items, at);
        self.write_seal(&mut tx, set, &sealed, at).await?;
        let entry = self.0.entry("backup.close", Some(set.to_string()), "succeeded", None);
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }
}
