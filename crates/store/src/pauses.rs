//! Pauses: what they cover stays queued, and says who paused it and why.

use model::AppError;
use model::access::Capability;
use model::ids::{PauseId, TenantId};
use model::text::one_line;

use crate::db::sql::{Builder, id, optional_id, sql};
use crate::db::{Row, Tx};
use crate::{Actor, AuditEntry, Db, StoreError, TenantDb, audit};

/// Longest reason, in characters.
const REASON_MAX: usize = 200;
/// Queued runs that open pages hear about when a pause begins or ends.
const TOLD_MAX: i64 = 100;

/// One pause.
#[derive(Debug, Clone)]
pub struct Pause {
    /// Sorts by creation.
    pub id: PauseId,
    /// Absent: every tenant.
    pub tenant: Option<TenantId>,
    /// Absent: every type.
    pub run_type: Option<String>,
    /// In the words of who paused.
    pub reason: String,
    /// Who, with the name as it was then.
    pub paused_by_name: String,
    /// Milliseconds since the Unix epoch.
    pub paused_at: i64,
}

impl Pause {
    /// Whether it covers runs of this type, in a tenant that it covers.
    pub fn covers(&self, run_type: &str) -> bool {
        self.run_type.as_deref().is_none_or(|paused| paused == run_type)
    }

    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            tenant: row.optional_id("tenant_id")?,
            run_type: Some(row.get::<String>("type")?).filter(|name| !name.is_empty()),
            reason: row.get("reason")?,
            paused_by_name: row.get("paused_by_name")?,
            paused_at: row.get("paused_at")?,
        })
    }
}

/// Who pauses or resumes, and where.
struct Act<'a> {
    db: &'a Db,
    tenant: Option<TenantId>,
    actor: &'a Actor,
    address: Option<&'a str>,
}

impl TenantDb<'_> {
    /// The pauses that cover runs of this tenant, its own first.
    pub async fn pauses(&self) -> Result<Vec<Pause>, StoreError> {
        let statement = sql!(
            "select * from run_pauses where tenant_id = $1 or tenant_id is null \
             order by case when tenant_id is null then 1 else 0 end, id",
            self.tenant_arg()
        );
        self.db.fetch("run_pauses", statement).await?.iter().map(Pause::from_row).collect()
    }

    /// Pauses this tenant, or one type in it. Wants the capability to cancel anybody's runs. Audited.
    pub async fn pause(&self, run_type: Option<&str>, reason: &str) -> Result<PauseId, AppError> {
        self.scope.require(Capability::OperationsCancelAny)?;
        self.act().pause(run_type, reason).await
    }

    /// Ends a pause of this tenant. One that covers all tenants is not this tenant's to end.
    pub async fn resume(&self, pause: PauseId) -> Result<(), AppError> {
        self.scope.require(Capability::OperationsCancelAny)?;
        self.act().resume(pause).await
    }

    fn act(&self) -> Act<'_> {
        Act { db: self.db, tenant: Some(self.tenant()), actor: self.scope.actor(), address: self.scope.address() }
    }
}

/// The pauses that cover all tenants.
pub struct Pauses(Db);

impl Db {
    /// The pauses that cover all tenants. The caller has checked that it is a platform administrator or the operator of
    /// the machine.
    pub fn pauses(&self) -> Pauses {
        Pauses(self.clone())
    }
}

impl Pauses {
    /// All of them, oldest first.
    pub async fn list(&self) -> Result<Vec<Pause>, StoreError> {
        let statement = sql!("select * from run_pauses where tenant_id is null order by id");
        self.0.fetch("run_pauses", statement).await?.iter().map(Pause::from_row).collect()
    }

    /// Pauses everything, or one type. Audited.
    pub async fn pause(
        &self,
        run_type: Option<&str>,
        reason: &str,
        actor: &Actor,
        address: Option<&str>,
    ) -> Result<PauseId, AppError> {
        Act { db: &self.0, tenant: None, actor, address }.pause(run_type, reason).await
    }

    /// Ends one. Audited.
    pub async fn resume(&self, pause: PauseId, actor: &Actor, address: Option<&str>) -> Result<(), AppError> {
        Act { db: &self.0, tenant: None, actor, address }.resume(pause).await
    }
}

impl Act<'_> {
    async fn pause(&self, run_type: Option<&str>, reason: &str) -> Result<PauseId, AppError> {
        let reason = checked(reason)?;
        let pause: PauseId = self.db.ambient().id();
        let mut tx = self.db.begin_choice("pauses.pause").await?;
        let at = audit::now(&mut tx).await?;
        let insert = sql!(
            "insert into run_pauses (id, tenant_id, type, reason, paused_by_name, paused_at) \
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            id(pause),
            optional_id(self.tenant),
            run_type.unwrap_or_default(),
            reason,
            &self.actor.name,
            at,
        );
        if tx.execute(insert).await? == 0 {
            return Err(AppError::conflict("pause.exists", "This is paused already")
                .hint("Resume it first if the reason has changed"));
        }
        self.done(tx, at, "pause.create", run_type, Some(reason.to_owned())).await?;
        Ok(pause)
    }

    async fn resume(&self, pause: PauseId) -> Result<(), AppError> {
        let mut tx = self.db.begin("pauses.resume").await?;
        let mut delete = Builder::new("delete from run_pauses where ");
        match self.tenant {
            Some(tenant) => delete.with("id = {} and tenant_id = {}", [id(pause).into(), id(tenant).into()]),
            None => delete.with("id = {} and tenant_id is null", [id(pause).into()]),
        };
        delete.text(" returning *");
        let rows = tx.fetch("run_pauses", delete.statement()).await?;
        let ended = Pause::from_row(rows.first().ok_or_else(AppError::not_found)?)?;
        let at = audit::now(&mut tx).await?;
        self.done(tx, at, "pause.end", ended.run_type.as_deref(), None).await
    }

    /// Records it, tells the pages that show what it covers, and wakes the workers.
    async fn done(
        &self,
        mut tx: Tx,
        at: i64,
        action: &str,
        run_type: Option<&str>,
        detail: Option<String>,
    ) -> Result<(), AppError> {
        let mut told = Builder::new(
            "insert into run_changes (tenant_id, run_id) select tenant_id, id from operation_runs where status = 'queued'",
        );
        if let Some(tenant) = self.tenant {
            told.with(" and tenant_id = {}", [id(tenant).into()]);
        }
        if let Some(run_type) = run_type {
            told.with(" and type = {}", [run_type.into()]);
        }
        told.with(" order by id desc limit {}", [TOLD_MAX.into()]);
        tx.execute(told.statement()).await?;
        let entry = AuditEntry {
            tenant: self.tenant,
            actor: self.actor.clone(),
            address: self.address.map(str::to_owned),
            action: action.to_owned(),
            object: Some(run_type.unwrap_or("all types").to_owned()),
            run: None,
            outcome: "succeeded".into(),
            detail,
        };
        audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        self.db.commit_runs(tx, true).await?;
        Ok(())
    }
}

fn checked(reason: &str) -> Result<&str, AppError> {
    one_line(reason, REASON_MAX).ok_or_else(|| {
        let why = format!("A pause needs a reason of 1 to {REASON_MAX} characters on one line");
        AppError::invalid("pause.reason", why).hint("Everybody whose run waits reads it")
    })
}
