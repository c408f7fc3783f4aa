//! Searching: every text of the tenant is opened and looked at, because none of them stands in the database in the clear.

use std::sync::Arc;

use model::registry::content::SEARCH_RULES;
use model::search::{SearchText, called};

use super::{Inventory, texts};
use crate::db::Row;
use crate::db::sql::{Builder, sql};
use crate::{StoreError, blobs};

/// Objects looked at between two looks at the clock of the runtime: some milliseconds.
const PAGE: usize = 250;

/// The objects that a search found.
#[derive(Debug, Clone)]
pub struct Found(Arc<[String]>);

impl Found {
    /// As `type/id`.
    pub(super) fn keys(&self) -> &[String] {
        &self.0
    }
}

impl Inventory<'_> {
    /// All objects whose name, id or settings have the text, missing ones too.
    pub async fn find(&self, text: &SearchText) -> Result<Found, StoreError> {
        let mut found = Vec::new();
        let mut after: Option<(String, String)> = None;
        loop {
            let rows = self.page_of_texts(after.as_ref()).await?;
            let Some(last) = rows.last() else { return Ok(Found(found.into())) };
            after = Some((last.get("type_key")?, last.get("external_id")?));
            for row in &rows {
                found.extend(self.matching(row, text)?);
            }
        }
    }

    /// How many objects are found by their name only, because a worker has yet to make what their settings are found by.
    pub async fn without_text(&self) -> Result<u64, StoreError> {
        let statement = sql!(
            "select count(*) as objects from inventory_objects where tenant_id = $1 and version_id is not null and text_rules < $2",
            self.0.tenant_arg(),
            SEARCH_RULES,
        );
        self.0.db.fetch("inventory_objects", statement).await?[0].count("objects")
    }

    async fn page_of_texts(&self, after: Option<&(String, String)>) -> Result<Vec<Row>, StoreError> {
        let mut query = Builder::new(
            "select o.type_key, o.external_id, o.name, t.body, t.bytes from inventory_objects o \
             left join inventory_texts t on t.tenant_id = o.tenant_id and t.type_key = o.type_key \
             and t.external_id = o.external_id where ",
        );
        query.with("o.tenant_id = {}", [self.0.tenant_arg().into()]);
        if let Some((type_key, external_id)) = after {
            query.with(" and (o.type_key, o.external_id) > ({}, {})", [type_key.into(), external_id.into()]);
        }
        query.with(" order by o.type_key, o.external_id limit {}", [PAGE.into()]);
        self.0.db.fetch("inventory_objects", query.statement()).await
    }

    /// The object's key, if it has the text.
    fn matching(&self, row: &Row, text: &SearchText) -> Result<Option<String>, StoreError> {
        let (type_key, external_id): (String, String) = (row.get("type_key")?, row.get("external_id")?);
        let name: String = row.get("name")?;
        let lines = match row.get::<Option<Vec<u8>>>("body")? {
            Some(body) => {
                let place = texts::place(self.0.tenant(), &type_key, &external_id);
                blobs::unpack(self.0.db, &place, &body, row.count("bytes")?)?
            }
            None => Vec::new(),
        };
        let lines = std::str::from_utf8(&lines).map_err(|_| StoreError::Undecryptable)?;
        Ok(text.finds(&called(&name, &external_id), lines).then(|| format!("{type_key}/{external_id}")))
    }
}
