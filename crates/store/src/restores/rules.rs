//! What a tenant demands of its restores.

use model::AppError;
use model::access::Capability;

use super::Restores;
use crate::db::sql::sql;
use crate::{StoreError, audit};

impl Restores<'_> {
    /// Whether somebody other than who made the plan has to let it pass.
    pub async fn second_person(&self) -> Result<bool, StoreError> {
        let statement = sql!("select second_person from restore_rules where tenant_id = $1", self.0.tenant_arg());
        let rows = self.0.db.fetch("restore_rules", statement).await?;
        rows.first().map_or(Ok(false), |row| row.get("second_person"))
    }

    /// Demands it or not; who may decide about members may decide this. Audited.
    pub async fn demand_second_person(&self, demanded: bool) -> Result<(), AppError> {
        self.0.scope.require(Capability::MembersManage)?;
        let mut tx = self.0.db.begin("restores.rules").await?;
        let at = audit::now(&mut tx).await?;
        let upsert = sql!(
            "insert into restore_rules (tenant_id, second_person, chosen_by_name, chosen_at) values ($1, $2, $3, $4) \
             on conflict (tenant_id) do update set second_person = excluded.second_person, \
             chosen_by_name = excluded.chosen_by_name, chosen_at = excluded.chosen_at",
            self.0.tenant_arg(),
            demanded,
            &self.0.scope.actor().name,
            at,
        );
        tx.execute(upsert).await?;
        let detail = if demanded { "a second person is demanded" } else { "no second person is demanded" };
        let entry = self.0.entry("restore.rules", None, "succeeded", Some(detail.to_owned()));
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }
}
