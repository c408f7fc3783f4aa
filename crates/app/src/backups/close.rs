//! Closing an open set: from here on it is as immutable as any other.

use std::collections::BTreeSet;

use model::AppError;
use model::ids::BackupSetId;
use store::{Db, TenantScope};

use super::manifest::{About, MissingItem, of_items};
use crate::inventory::Excluded;

/// Writes the manifest and seals the set. Wants the capability to create backups; an action on the database alone.
pub async fn close_set(db: &Db, scope: &TenantScope, set: BackupSetId) -> Result<(), AppError> {
    let tenant = db.tenant(scope);
    let row = tenant.backups().get(set).await?;
    let unread: Vec<MissingItem> = serde_json::from_value(row.unread).map_err(AppError::internal)?;
    let directory_id = tenant.info().await?.directory_id;
    let excluded = Excluded::of(db, scope).await?;
    tenant
        .backups()
        .close(set, |items, sealed_at_ms| {
            let unread_types = unread.iter().map(|missing| missing.type_key.clone());
            let wanted = items.iter().filter(|item| !item.foundation).map(|item| item.type_key.clone());
            let types: BTreeSet<String> = wanted.chain(unread_types).collect();
            let about = About {
                set,
                run: row.run,
                directory_id,
                sealed_at_ms,
                types: types.into_iter().collect(),
                excluded: excluded.keys(),
                unread,
            };
            of_items(about, &items).sealed()
        })
        .await
}
