//! Types that a tenant leaves out of what is observed.

use model::AppError;

use super::Inventory;
use crate::db::sql::sql;
use crate::{StoreError, audit};

/// One type that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The contract's key.
    pub type_key: String,
    /// Why, in the words of who decided it.
    pub reason: String,
    /// Who that was, with the name as it was then.
    pub by_name: String,
    /// When, milliseconds since the Unix epoch.
    pub at: i64,
}

impl Inventory<'_> {
    /// What the tenant leaves out, by key.
    pub async fn exclusions(&self) -> Result<Vec<Exclusion>, StoreError> {
        let statement =
            sql!("select * from excluded_types where tenant_id = $1 order by type_key", self.0.tenant_arg());
        let rows = self.0.db.fetch("excluded_types", statement).await?;
        rows.iter()
            .map(|row| {
                Ok(Exclusion {
                    type_key: row.get("type_key")?,
                    reason: row.get("reason")?,
                    by_name: row.get("excluded_by_name")?,
                    at: row.get("excluded_at")?,
                })
            })
            .collect()
    }

    /// Leaves the type out from now on; of one that is left out already, the reason is changed. The caller has checked
    /// the capability. Audited.
    pub async fn exclude(&self, type_key: &str, reason: &str) -> Result<(), AppError> {
        let mut tx = self.0.db.begin("inventory.exclude").await?;
        let at = audit::now(&mut tx).await?;
        let upsert = sql!(
            "insert into excluded_types (tenant_id, type_key, reason, excluded_by_name, excluded_at) \
             values ($1, $2, $3, $4, $5) on conflict (tenant_id, type_key) do update set reason = excluded.reason, \
             excluded_by_name = excluded.excluded_by_name, excluded_at = excluded.excluded_at",
            self.0.tenant_arg(),
            type_key,
            reason,
            &self.0.scope.actor().name,
            at,
        );
        tx.execute(upsert).await?;
        let entry = self.0.entry("type.exclude", Some(type_key.to_owned()), "succeeded", Some(reason.to_owned()));
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Observes the type again. Its next pass reads every object: nobody listened meanwhile to what tells of changes. Of
    /// a type that is not left out nothing is changed. The caller has checked the capability. Audited.
    pub async fn include(&self, type_key: &str) -> Result<(), AppError> {
        let mut tx = self.0.db.begin("inventory.include").await?;
        let delete =
            sql!("delete from excluded_types where tenant_id = $1 and type_key = $2", self.0.tenant_arg(), type_key);
        if tx.execute(delete).await? == 0 {
            return Ok(());
        }
        let unheard = sql!(
            "update inventory_coverage set whole_at = null where tenant_id = $1 and type_key = $2",
            self.0.tenant_arg(),
            type_key
        );
        tx.execute(unheard).await?;
        let at = audit::now(&mut tx).await?;
        let entry = self.0.entry("type.include", Some(type_key.to_owned()), "succeeded", None);
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }
}
