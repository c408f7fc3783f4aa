//! The plan of a restore: made by a preview, let pass, confirmed, taken up by a run.

use model::AppError;
use model::access::Capability;
use model::ids::RestoreId;

use super::draft::changed_meanwhile;
use super::{Restores, plan_place};
use crate::db::sql::{id, optional_id, sql};
use crate::ledger::hold_in;
use crate::{Lease, StoreError, audit, blobs};

/// A plan, ready to be kept.
#[derive(Debug, Clone)]
pub struct NewPlan {
    /// The revision of the draft that it was made of.
    pub revision: i64,
    /// Its bytes.
    pub body: Vec<u8>,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub hash: String,
    /// Whether something in it keeps it from being executed.
    pub blocked: bool,
}

impl Restores<'_> {
    /// Keeps the plan of a preview under its lease, unless the draft has moved on: then it is of no use to anybody, and
    /// nothing is kept. Says which.
    pub async fn set_plan(&self, lease: &Lease, restore: RestoreId, plan: &NewPlan) -> Result<bool, StoreError> {
        let mut tx = self.0.db.begin("restores.set_plan").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let body = blobs::pack(self.0.db, &plan_place(self.0.tenant(), restore), &plan.body);
        let update = sql!(
            "update restores set plan = $3, plan_bytes = $4, plan_hash = $5, plan_blocked = $6, plan_revision = $7, \
             plan_at = $8, plan_run = $9, approved_hash = null, approved_by_name = null, approved_at = null, \
             confirmed_hash = null, confirmed_by = null, confirmed_by_name = null, confirmed_at = null, reason = null \
             where id = $1 and tenant_id = $2 and state = 'draft' and revision = $7",
            id(restore),
            self.0.tenant_arg(),
            body,
            plan.body.len(),
            &plan.hash,
            plan.blocked,
            plan.revision,
            held.now,
            id(lease.run),
        );
        let kept = tx.execute(update).await? > 0;
        tx.commit().await?;
        Ok(kept)
    }

    /// The plan's bytes.
    pub async fn plan(&self, restore: RestoreId) -> Result<Vec<u8>, AppError> {
        let statement = sql!(
            "select plan, plan_bytes from restores where id = $1 and tenant_id = $2 and plan is not null",
            id(restore),
            self.0.tenant_arg()
        );
        let rows = self.0.db.fetch("restores", statement).await?;
        let row = rows.first().ok_or_else(AppError::not_found)?;
        let body: Vec<u8> = row.get("plan")?;
        Ok(blobs::unpack(self.0.db, &plan_place(self.0.tenant(), restore), &body, row.count("plan_bytes")?)?)
    }

    /// A second person lets the plan of that hash pass. Audited.
    pub async fn approve(&self, restore: RestoreId, hash: &str) -> Result<(), AppError> {
        self.0.scope.require(Capability::RestoreExecute)?;
        let mut tx = self.0.db.begin("restores.approve").await?;
        self.hold_draft(&mut tx, restore, None).await?;
        let at = audit::now(&mut tx).await?;
        let update = sql!(
            "update restores set approved_hash = $2, approved_by_name = $3, approved_at = $4 \
             where id = $1 and plan_hash = $2 and plan_revision = revision",
            id(restore),
            hash,
            &self.0.scope.actor().name,
            at,
        );
        if tx.execute(update).await? == 0 {
            return Err(changed_meanwhile());
        }
        self.audited(&mut tx, at, restore, "restore.approve", Some(format!("plan {hash}"))).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Somebody confirms the plan of that hash, with their reason. Audited.
    pub async fn confirm(&self, restore: RestoreId, hash: &str, reason: &str) -> Result<(), AppError> {
        self.0.scope.require(Capability::RestoreExecute)?;
        let mut tx = self.0.db.begin("restores.confirm").await?;
        self.hold_draft(&mut tx, restore, None).await?;
        let at = audit::now(&mut tx).await?;
        let actor = self.0.scope.actor();
        let update = sql!(
            "update restores set confirmed_hash = $2, confirmed_by = $3, confirmed_by_name = $4, confirmed_at = $5, \
             reason = $6 where id = $1 and plan_hash = $2 and plan_revision = revision and not plan_blocked",
            id(restore),
            hash,
            optional_id(actor.user),
            &actor.name,
            at,
            reason,
        );
        if tx.execute(update).await? == 0 {
            return Err(changed_meanwhile());
        }
        self.audited(&mut tx, at, restore, "restore.confirm", Some(format!("plan {hash}: {reason}"))).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The run takes the confirmed plan up, once and for ever. Refused when another run did, or when what was confirmed is
    /// not what stands there.
    pub async fn take_up(&self, lease: &Lease, restore: RestoreId) -> Result<bool, StoreError> {
        let mut tx = self.0.db.begin("restores.take_up").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let update = sql!(
            "update restores set state = 'executed', run_id = $3, changed_at = $4 \
             where id = $1 and tenant_id = $2 and (run_id = $3 or (state = 'draft' and confirmed_hash = plan_hash \
             and plan_revision = revision and not plan_blocked))",
            id(restore),
            self.0.tenant_arg(),
            id(lease.run),
            held.now,
        );
        let taken = tx.execute(update).await? > 0;
        tx.commit().await?;
        Ok(taken)
    }
}
