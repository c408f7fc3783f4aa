//! What a tenant's service calls the settings that its policies name by id (spec 033).
//!
//! Which settings a tenant uses is told by its policies, which are encrypted. So these rows are encrypted, too, and found
//! by a keyed hash of the id.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::ids::TenantId;
use model::registry::content::{Definition, Definitions};

use crate::db::sql::{Arg, Builder, id};
use crate::db::{Row, Tx};
use crate::inventory::one_at_a_time;
use crate::ledger::hold_in;
use crate::{Db, Lease, StoreError, TenantDb, blobs};

/// Where they are kept.
const TABLE: &str = "setting_definitions";
/// Rows per statement.
const ROWS_MAX: usize = 500;

/// What is known of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDefinition {
    /// Absent when the service had none when it was asked.
    pub definition: Option<Definition>,
    /// When it was asked, milliseconds since the Unix epoch.
    pub read_at: i64,
}

/// One tenant's definitions.
pub struct SettingDefinitions<'a>(pub(crate) TenantDb<'a>);

impl SettingDefinitions<'_> {
    /// What is known of these settings, by id; of the others nothing was read yet.
    pub async fn known<'i>(
        &self,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<HashMap<String, KnownDefinition>, StoreError> {
        known(self.0.db, self.0.tenant(), ids).await
    }

    /// The names of these settings, as far as they are known.
    pub async fn names<'i>(&self, ids: impl IntoIterator<Item = &'i str>) -> Result<Definitions, StoreError> {
        names(self.0.db, self.0.tenant(), ids).await
    }

    /// Records what the service said under a lease. What these objects are found by is to be made again with it:
    /// `users` are ids by the key of their type.
    pub async fn record(
        &self,
        lease: &Lease,
        found: &BTreeMap<String, Option<Definition>>,
        users: &BTreeMap<&str, BTreeSet<&str>>,
    ) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("definitions.record").await?;
        one_at_a_time(&mut tx, self.0.tenant(), users.keys().copied()).await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let rows: Vec<_> = found.iter().collect();
        for chunk in rows.chunks(ROWS_MAX) {
            self.upsert(&mut tx, chunk, held.now).await?;
        }
        for (type_key, objects) in users {
            let objects: Vec<_> = objects.iter().copied().collect();
            for chunk in objects.chunks(ROWS_MAX) {
                let mut update = Builder::new("update inventory_objects set text_rules = 0 where ");
                update.with("tenant_id = {} and type_key = {}", [self.0.tenant_arg().into(), (*type_key).into()]);
                update.text(" and external_id").one_of(chunk.iter().map(|object| Arg::from(*object)));
                tx.execute(update.statement()).await?;
            }
        }
        tx.commit().await
    }

    async fn upsert(&self, tx: &mut Tx, rows: &[(&String, &Option<Definition>)], now: i64) -> Result<(), StoreError> {
        let (db, tenant) = (self.0.db, self.0.tenant());
        let mut upsert = Builder::new("insert into setting_definitions (tenant_id, id_hash, body, bytes, read_at) ");
        upsert.rows(rows.iter().map(|(setting, definition)| {
            let hash = hash(db, tenant, setting);
            let plain = serde_json::to_vec(definition).expect("a definition is plain data");
            let body = blobs::pack(db, &blobs::place(TABLE, tenant, &hash), &plain);
            vec![id(tenant).into(), (&hash).into(), body.into(), plain.len().into(), now.into()]
        }));
        upsert.text(
            " on conflict (tenant_id, id_hash) do update set body = excluded.body, bytes = excluded.bytes, \
             read_at = excluded.read_at",
        );
        tx.execute(upsert.statement()).await?;
        Ok(())
    }
}

/// For workers that make what objects are found by: nothing of a tenant leaves them.
pub(crate) async fn names<'i>(
    db: &Db,
    tenant: TenantId,
    ids: impl IntoIterator<Item = &'i str>,
) -> Result<Definitions, StoreError> {
    let known = known(db, tenant, ids).await?;
    Ok(known.into_iter().filter_map(|(setting, known)| Some((setting, known.definition?))).collect())
}

async fn known<'i>(
    db: &Db,
    tenant: TenantId,
    ids: impl IntoIterator<Item = &'i str>,
) -> Result<HashMap<String, KnownDefinition>, StoreError> {
    let settings: HashMap<[u8; 32], &str> =
        ids.into_iter().map(|setting| (hash(db, tenant, setting), setting)).collect();
    let hashes: Vec<_> = settings.keys().collect();
    let mut found = HashMap::with_capacity(settings.len());
    for chunk in hashes.chunks(ROWS_MAX) {
        let mut query = Builder::new("select id_hash, body, bytes, read_at from setting_definitions where ");
        query.with("tenant_id = {} and id_hash", [id(tenant).into()]);
        query.one_of(chunk.iter().map(|hash| Arg::from(*hash)));
        for row in db.fetch("setting_definitions", query.statement()).await? {
            let hash: Vec<u8> = row.get("id_hash")?;
            let setting = <[u8; 32]>::try_from(hash.as_slice()).ok().and_then(|hash| settings.get(&hash));
            let setting = setting.ok_or(StoreError::Undecryptable)?;
            found.insert((*setting).to_owned(), open(db, tenant, &hash, &row)?);
        }
    }
    Ok(found)
}

fn open(db: &Db, tenant: TenantId, hash: &[u8], row: &Row) -> Result<KnownDefinition, StoreError> {
    let body: Vec<u8> = row.get("body")?;
    let plain = blobs::unpack(db, &blobs::place(TABLE, tenant, hash), &body, row.count("bytes")?)?;
    let definition = serde_json::from_slice(&plain).map_err(|_| StoreError::Undecryptable)?;
    Ok(KnownDefinition { definition, read_at: row.get("read_at")? })
}

/// The hash of the tenant's contents, which another one cannot make; the word keeps it apart from theirs.
fn hash(db: &Db, tenant: TenantId, setting: &str) -> [u8; 32] {
    db.keys().hasher(tenant).hash(format!("setting_definitions/{setting}").as_bytes())
}
