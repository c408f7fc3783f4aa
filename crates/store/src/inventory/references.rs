//! Which objects an object names. Which ones name it is a filter of the inventory.

use model::registry::content::Reference;

use super::Inventory;
use crate::StoreError;
use crate::db::sql::sql;

/// An object that another one names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedObject {
    /// Its kind and id.
    pub reference: Reference,
    /// Absent when it was never observed, or nothing of its kind is.
    pub name: Option<String>,
    /// Whether the latest complete list did not have it.
    pub missing: bool,
}

impl Inventory<'_> {
    /// What the last complete content of the object names, by kind, name and id.
    pub async fn uses(&self, type_key: &str, external_id: &str) -> Result<Vec<UsedObject>, StoreError> {
        let statement = sql!(
            "select r.kind, r.target_id, coalesce(o.name, g.name) as name, \
             coalesce(o.missing_since, g.missing_since) as missing_since from inventory_references r \
             left join inventory_objects o on o.tenant_id = r.tenant_id and o.type_key = r.kind and o.external_id = r.target_id \
             left join directory_groups g on r.kind = 'groups' and g.tenant_id = r.tenant_id and g.id = r.target_id \
             where r.tenant_id = $1 and r.type_key = $2 and r.external_id = $3 \
             order by r.kind, coalesce(o.name_key, g.name_key), r.target_id",
            self.0.tenant_arg(),
            type_key,
            external_id,
        );
        let rows = self.0.db.fetch("inventory_references", statement).await?;
        rows.iter()
            .map(|row| {
                Ok(UsedObject {
                    reference: Reference { kind: row.get("kind")?, external_id: row.get("target_id")? },
                    name: row.get("name")?,
                    missing: row.get::<Option<i64>>("missing_since")?.is_some(),
                })
            })
            .collect()
    }
}
