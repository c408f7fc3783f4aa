//! Making what objects are found by where it is not there: rows of an older version, and what older rules made.

use std::collections::BTreeSet;

use model::ids::{TenantId, VersionId};
use model::registry::content::{Definitions, Reference, SEARCH_RULES, Searched, definition_ids, searched_with};
use model::registry::{Contract, Registry};
use serde_json::Value;

use super::Inventory;
use super::texts::{self, Lines, Text};
use super::turn::one_at_a_time;
use crate::db::sql::{Arg, Builder, id, sql};
use crate::db::{Row, Tx};
use crate::{Db, StoreError, blobs, definitions};

/// An object whose text is to be made, with what it says now.
struct Waiting {
    type_key: String,
    external_id: String,
    version: VersionId,
    lines: Lines,
    references: Vec<Reference>,
}

impl Inventory<'_> {
    /// Makes the texts of up to `limit` objects of this tenant; says how many objects were looked at.
    pub async fn make_texts(&self, limit: usize) -> Result<usize, StoreError> {
        self.0.db.make_texts_of(self.0.tenant(), limit).await
    }
}

/// An object with its document.
struct Opened {
    type_key: String,
    external_id: String,
    version: VersionId,
    content: Option<(&'static Contract, Value)>,
}

impl Opened {
    /// The settings that it sets.
    fn names(&self) -> BTreeSet<&str> {
        self.content.as_ref().map(|(contract, document)| definition_ids(contract, document)).unwrap_or_default()
    }

    fn waiting(self, db: &Db, tenant: TenantId, known: &Definitions) -> Waiting {
        let searched = self.content.map(|(contract, document)| searched_with(contract, &document, known));
        let Searched { lines, references } = searched.unwrap_or_default();
        let (type_key, external_id, version) = (self.type_key, self.external_id, self.version);
        let lines = Lines::pack(db, tenant, (&type_key, &external_id), &lines);
        Waiting { type_key, external_id, version, lines, references }
    }
}

impl Db {
    /// Makes the texts of up to `limit` objects of one tenant; says how many objects were looked at. Any number of workers
    /// may do it at once. For all tenants, so it has no scope: nothing of a tenant leaves it.
    pub async fn make_texts(&self, limit: usize) -> Result<usize, StoreError> {
        let next = sql!(
            "select tenant_id from inventory_objects where version_id is not null and text_rules < $1 limit 1",
            SEARCH_RULES,
        );
        let rows = self.fetch("inventory_objects", next).await?;
        let Some(tenant) = rows.first().map(|row| row.id::<TenantId>("tenant_id")).transpose()? else { return Ok(0) };
        self.make_texts_of(tenant, limit).await
    }

    async fn make_texts_of(&self, tenant: TenantId, limit: usize) -> Result<usize, StoreError> {
        let statement = sql!(
            "select o.type_key, o.external_id, o.version_id, b.hash, b.body, b.bytes from inventory_objects o \
             join versions v on v.id = o.version_id join blobs b on b.tenant_id = v.tenant_id and b.hash = v.blob_hash \
             where o.tenant_id = $1 and o.version_id is not null and o.text_rules < $2 limit $3",
            id(tenant),
            SEARCH_RULES,
            limit,
        );
        let rows = self.fetch("inventory_objects", statement).await?;
        let opened = rows.iter().map(|row| self.opened(tenant, row)).collect::<Result<Vec<_>, _>>()?;
        let named = opened.iter().flat_map(Opened::names).collect::<BTreeSet<_>>();
        let known = definitions::names(self, tenant, named).await?;
        let waiting: Vec<_> = opened.into_iter().map(|opened| opened.waiting(self, tenant, &known)).collect();
        self.write_texts(tenant, &waiting).await?;
        Ok(waiting.len())
    }

    /// A document that cannot be opened, or whose type this version does not know, is found by its name.
    fn opened(&self, tenant: TenantId, row: &Row) -> Result<Opened, StoreError> {
        let type_key: String = row.get("type_key")?;
        let (hash, body): (Vec<u8>, Vec<u8>) = (row.get("hash")?, row.get("body")?);
        let version: VersionId = row.id("version_id")?;
        let document = blobs::open(self, tenant, &hash, &body, row.count("bytes")?).ok();
        let document = document.and_then(|document| serde_json::from_slice(&document).ok());
        if document.is_none() {
            tracing::warn!(%tenant, %version, "a version cannot be opened, so its settings are not found");
        }
        let content = Registry::embedded().get(&type_key).zip(document);
        Ok(Opened { type_key, external_id: row.get("external_id")?, version, content })
    }

    /// In one transaction, like the recording of a version, and only where that version is still the last one.
    async fn write_texts(&self, tenant: TenantId, waiting: &[Waiting]) -> Result<(), StoreError> {
        let mut tx = self.begin("inventory.make_texts").await?;
        one_at_a_time(&mut tx, tenant, waiting.iter().map(|each| each.type_key.as_str())).await?;
        let current = current(&mut tx, tenant, waiting).await?;
        let still: Vec<&Waiting> = waiting.iter().filter(|each| current.contains(&each.version)).collect();
        if still.is_empty() {
            return tx.commit().await;
        }
        let texts: Vec<_> = still
            .iter()
            .map(|each| Text {
                type_key: &each.type_key,
                external_id: &each.external_id,
                lines: &each.lines,
                references: &each.references,
                known_before: true,
            })
            .collect();
        texts::store(&mut tx, tenant, &texts).await?;
        let mut update = Builder::new("update inventory_objects set text_rules = ");
        update.with("{} where ", [SEARCH_RULES.into()]);
        these(&mut update, tenant, &still);
        tx.execute(update.statement()).await?;
        tx.commit().await
    }
}

/// The objects, as long as they have these versions. Types and ids are named for the primary key: by versions alone each
/// statement would look through the whole inventory.
fn these(statement: &mut Builder, tenant: TenantId, waiting: &[&Waiting]) {
    let types: BTreeSet<_> = waiting.iter().map(|each| each.type_key.as_str()).collect();
    statement.with("tenant_id = {} and type_key", [id(tenant).into()]).one_of(types.into_iter().map(Arg::from));
    statement.text(" and external_id").one_of(waiting.iter().map(|each| Arg::from(&each.external_id)));
    statement.text(" and version_id").one_of(waiting.iter().map(|each| Arg::from(id(each.version))));
}

async fn current(tx: &mut Tx, tenant: TenantId, waiting: &[Waiting]) -> Result<BTreeSet<VersionId>, StoreError> {
    if waiting.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut query = Builder::new("select version_id from inventory_objects where ");
    these(&mut query, tenant, &waiting.iter().collect::<Vec<_>>());
    query.text(" and text_rules").with(" < {}", [SEARCH_RULES.into()]);
    tx.fetch("inventory_objects", query.statement()).await?.iter().map(|row| row.id("version_id")).collect()
}
