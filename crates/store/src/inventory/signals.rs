//! What lets a sync leave an object unread: what its row said when it was last read, and when that was.

use std::collections::HashMap;

use model::run::ItemOutcome;

use super::Inventory;
use super::turn::one_at_a_time;
use crate::db::sql::{Arg, Builder, id, sql};
use crate::keys::ContentHasher;
use crate::ledger::{hold_in, record_items};
use crate::{ItemRecord, Lease, StoreError};

/// Objects per transaction.
const BATCH_MAX: usize = 1_000;

/// The signals of one type. Only objects that are there and complete have one.
pub struct Signals {
    hasher: ContentHasher,
    rows: HashMap<String, (Vec<u8>, i64)>,
}

impl Signals {
    /// When the object was last read (milliseconds since the Unix epoch), if its row said the same then.
    pub fn read_at(&self, external_id: &str, row: &str) -> Option<i64> {
        let (hash, read_at) = self.rows.get(external_id)?;
        (self.hasher.hash(row.as_bytes())[..] == hash[..]).then_some(*read_at)
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// An object that was seen and left unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenObject {
    /// The item's key, unique in the run.
    pub key: String,
    /// The item's label.
    pub label: String,
    /// Graph's id.
    pub external_id: String,
}

impl Inventory<'_> {
    /// What is known of the objects of a type.
    pub async fn signals(&self, type_key: &str) -> Result<Signals, StoreError> {
        let statement = sql!(
            "select external_id, row_hash, read_at from inventory_objects where tenant_id = $1 and type_key = $2 \
             and complete and missing_since is null and row_hash is not null and read_at is not null",
            self.0.tenant_arg(),
            type_key,
        );
        let rows = self.0.db.fetch("inventory_objects", statement).await?;
        let pair = |row: &crate::db::Row| Ok((row.get("external_id")?, (row.get("row_hash")?, row.get("read_at")?)));
        let rows = rows.iter().map(pair).collect::<Result<_, StoreError>>()?;
        Ok(Signals { hasher: self.0.db.keys().hasher(self.0.tenant()), rows })
    }

    /// Records objects of one type that are as they were: seen by this run, with an item each, and no new content.
    pub async fn record_unchanged(
        &self,
        lease: &Lease,
        type_key: &str,
        kind: &str,
        objects: Vec<SeenObject>,
    ) -> Result<(), StoreError> {
        for batch in objects.chunks(BATCH_MAX) {
            let mut tx = self.0.db.begin("inventory.record_unchanged").await?;
            one_at_a_time(&mut tx, self.0.tenant(), [type_key]).await?;
            let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
            let items = batch.iter().map(|object| item(kind, object)).collect();
            let written = record_items(&mut tx, lease, &held, items).await?;
            let seen: Vec<_> = batch.iter().filter(|object| written.contains(&object.key)).collect();
            if !seen.is_empty() {
                let mut update = Builder::new("update inventory_objects set missing_since = null, missing_run = null");
                update.with(", last_seen_at = {}, last_seen_run = {}", [held.now.into(), id(lease.run).into()]);
                update.with(" where tenant_id = {} and type_key = {}", [self.0.tenant_arg().into(), type_key.into()]);
                update.text(" and external_id").one_of(seen.iter().map(|object| Arg::from(&object.external_id)));
                tx.execute(update.statement()).await?;
            }
            self.0.db.commit_runs(tx, false).await?;
        }
        Ok(())
    }
}

fn item(kind: &str, object: &SeenObject) -> ItemRecord {
    ItemRecord {
        key: object.key.clone(),
        label: object.label.clone(),
        kind: kind.to_owned(),
        outcome: ItemOutcome::Succeeded,
        code: None,
        message: None,
        detail: Some("unchanged, not read again".to_owned()),
    }
}
