//! What objects are found by, on its way into the database: their lines, and the objects that they name.

use std::collections::BTreeMap;

use model::ids::TenantId;
use model::registry::content::Reference;

use crate::db::Tx;
use crate::db::sql::{Arg, Builder, id};
use crate::{Db, StoreError, blobs};

/// Rows in one statement.
const ROWS_MAX: usize = 500;

/// What one object is found by.
pub(super) struct Text<'a> {
    pub(super) type_key: &'a str,
    pub(super) external_id: &'a str,
    pub(super) lines: &'a Lines,
    pub(super) references: &'a [Reference],
    /// Whether it may have references already.
    pub(super) known_before: bool,
}

/// The lines of an object, packed for its place.
pub(super) struct Lines {
    body: Vec<u8>,
    /// Their length before, in bytes.
    bytes: usize,
}

impl Lines {
    pub(super) fn pack(db: &Db, tenant: TenantId, (type_key, external_id): (&str, &str), lines: &str) -> Self {
        let body = blobs::pack(db, &place(tenant, type_key, external_id), lines.as_bytes());
        Self { body, bytes: lines.len() }
    }
}

/// Authenticated with the text: one moved to another object or tenant does not decrypt.
pub(super) fn place(tenant: TenantId, type_key: &str, external_id: &str) -> String {
    format!("inventory_texts/{tenant}/{type_key}/{external_id}")
}

/// Puts them in the place of what was there. All are objects of the tenant.
pub(super) async fn store(tx: &mut Tx, tenant: TenantId, texts: &[Text<'_>]) -> Result<(), StoreError> {
    if texts.is_empty() {
        return Ok(());
    }
    for chunk in texts.chunks(ROWS_MAX) {
        let mut upsert = Builder::new("insert into inventory_texts (tenant_id, type_key, external_id, body, bytes) ");
        upsert.rows(chunk.iter().map(|text| {
            let key = [id(tenant).into(), text.type_key.into(), text.external_id.into()];
            key.into_iter().chain([text.lines.body.as_slice().into(), text.lines.bytes.into()]).collect()
        }));
        upsert.text(" on conflict (tenant_id, type_key, external_id) do update set body = excluded.body, bytes = excluded.bytes");
        tx.execute(upsert.statement()).await?;
    }
    store_references(tx, tenant, texts).await
}

async fn store_references(tx: &mut Tx, tenant: TenantId, texts: &[Text<'_>]) -> Result<(), StoreError> {
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for text in texts.iter().filter(|text| text.known_before) {
        known.entry(text.type_key).or_default().push(text.external_id);
    }
    for (type_key, objects) in known {
        let mut delete = Builder::new("delete from inventory_references where ");
        delete.with("tenant_id = {} and type_key = {} and external_id", [id(tenant).into(), type_key.into()]);
        delete.one_of(objects.into_iter().map(Arg::from));
        tx.execute(delete.statement()).await?;
    }
    let rows: Vec<Vec<Arg>> = texts
        .iter()
        .flat_map(|text| text.references.iter().map(move |named| (text, named)))
        .map(|(text, named)| {
            let by = [id(tenant).into(), text.type_key.into(), text.external_id.into()];
            by.into_iter().chain([(&named.kind).into(), (&named.external_id).into()]).collect()
        })
        .collect();
    for chunk in rows.chunks(ROWS_MAX) {
        let mut insert =
            Builder::new("insert into inventory_references (tenant_id, type_key, external_id, kind, target_id) ");
        insert.rows(chunk.to_vec());
        insert.text(" on conflict (tenant_id, type_key, external_id, kind, target_id) do nothing");
        tx.execute(insert.statement()).await?;
    }
    Ok(())
}
