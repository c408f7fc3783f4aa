//! Beginning a restore, and changing what it is going to do.

use model::AppError;
use model::access::Capability;
use model::ids::RestoreId;
use serde_json::Value;

use super::{RestoreSource, RestoreState, Restores, draft_place};
use crate::audit;
use crate::db::Tx;
use crate::db::sql::{id, optional_id, sql};

impl Restores<'_> {
    /// Begins one. Audited.
    pub async fn create(&self, title: &str, source: &RestoreSource, draft: &Value) -> Result<RestoreId, AppError> {
        self.0.scope.require(Capability::RestorePreview)?;
        let restore = self.0.db.ambient().id::<RestoreId>();
        let (body, bytes) = self.sealed(&draft_place(self.0.tenant(), restore), draft);
        let mut tx = self.0.db.begin("restores.create").await?;
        let at = audit::now(&mut tx).await?;
        let actor = self.0.scope.actor();
        let insert = sql!(
            "insert into restores (id, tenant_id, created_at, changed_at, creator_id, creator_name, title, source_tenant, \
             source_set, source_run, state, revision, draft, draft_bytes) \
             values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, 'draft', 1, $10, $11)",
            id(restore),
            self.0.tenant_arg(),
            at,
            optional_id(actor.user),
            &actor.name,
            title,
            id(source.tenant),
            optional_id(source.set),
            optional_id(source.run),
            body,
            bytes,
        );
        tx.execute(insert).await?;
        self.audited(&mut tx, at, restore, "restore.create", None).await?;
        tx.commit().await?;
        Ok(restore)
    }

    /// Replaces what was chosen, if nobody else has since `revision`; gives the next revision. A plan that was made before
    /// is of the past then, and so is a second person's word.
    pub async fn change(&self, restore: RestoreId, revision: i64, draft: &Value) -> Result<i64, AppError> {
        let mut tx = self.0.db.begin("restores.change").await?;
        self.change_in(&mut tx, restore, revision, draft).await?;
        tx.commit().await?;
        Ok(revision + 1)
    }

    /// The same inside a transaction; gives the time.
    pub(super) async fn change_in(
        &self,
        tx: &mut Tx,
        restore: RestoreId,
        revision: i64,
        draft: &Value,
    ) -> Result<i64, AppError> {
        self.0.scope.require(Capability::RestorePreview)?;
        let (body, bytes) = self.sealed(&draft_place(self.0.tenant(), restore), draft);
        self.hold_draft(tx, restore, Some(revision)).await?;
        let at = audit::now(tx).await?;
        let update = sql!(
            "update restores set draft = $2, draft_bytes = $3, revision = revision + 1, changed_at = $4, \
             approved_hash = null, approved_by_name = null, approved_at = null where id = $1",
            id(restore),
            body,
            bytes,
            at,
        );
        tx.execute(update).await?;
        Ok(at)
    }

    /// Gives a draft up. Audited.
    pub async fn discard(&self, restore: RestoreId) -> Result<(), AppError> {
        self.0.scope.require(Capability::RestorePreview)?;
        let mut tx = self.0.db.begin("restores.discard").await?;
        self.hold_draft(&mut tx, restore, None).await?;
        let at = audit::now(&mut tx).await?;
        let update = sql!("update restores set state = 'discarded', changed_at = $2 where id = $1", id(restore), at);
        tx.execute(update).await?;
        tx.execute(sql!("delete from restore_secrets where restore_id = $1", id(restore))).await?;
        self.audited(&mut tx, at, restore, "restore.discard", None).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Locks a draft for a change, if it is one and still at that revision.
    pub(super) async fn hold_draft(
        &self,
        tx: &mut Tx,
        restore: RestoreId,
        revision: Option<i64>,
    ) -> Result<(), AppError> {
        let statement = sql!(
            "select state, revision from restores where id = $1 and tenant_id = $2 for_update()",
            id(restore),
            self.0.tenant_arg()
        );
        let rows = tx.fetch("restores", statement).await?;
        let row = rows.first().ok_or_else(AppError::not_found)?;
        if row.word::<RestoreState>("state")? != RestoreState::Draft {
            return Err(restore_not_a_draft());
        }
        match revision {
            Some(revision) if row.get::<i64>("revision")? != revision => Err(changed_meanwhile()),
            _ => Ok(()),
        }
    }

    pub(super) async fn audited(
        &self,
        tx: &mut Tx,
        at: i64,
        restore: RestoreId,
        action: &str,
        detail: Option<String>,
    ) -> Result<(), AppError> {
        let entry = self.0.entry(action, Some(restore.to_string()), "succeeded", detail);
        Ok(audit::append(tx, self.0.db.ambient(), at, vec![entry]).await?)
    }
}

/// Why a restore that is no draft does not change.
pub fn restore_not_a_draft() -> AppError {
    AppError::conflict("restore.not_a_draft", "This restore was executed or given up: it does not change any more")
        .hint("Begin another one from the same source")
}

pub(super) fn changed_meanwhile() -> AppError {
    AppError::conflict("restore.changed_meanwhile", "Somebody changed this restore since you looked at it")
        .hint("Look at it again, then decide")
}
