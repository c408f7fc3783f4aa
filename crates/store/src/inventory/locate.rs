//! Which objects carry an id, whatever their type.

use super::Inventory;
use crate::StoreError;
use crate::db::sql::{Arg, Builder};

/// Ids in one statement.
const IDS_MAX: usize = 500;

impl Inventory<'_> {
    /// Type key and id of the objects that have one of these ids.
    pub async fn locate(&self, external_ids: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        let mut found = Vec::new();
        for chunk in external_ids.chunks(IDS_MAX) {
            let mut query = Builder::new("select type_key, external_id from inventory_objects where ");
            query.with("tenant_id = {} and external_id", [self.0.tenant_arg().into()]);
            query.one_of(chunk.iter().map(Arg::from));
            for row in self.0.db.fetch("inventory_objects", query.statement()).await? {
                found.push((row.get("type_key")?, row.get("external_id")?));
            }
        }
        Ok(found)
    }
}
