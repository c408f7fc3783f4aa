//! Tenants as a person with several of them sees them.

use std::collections::BTreeMap;

use model::AppError;
use model::access::Role;
use model::ids::{RunId, TenantId, UserId};
use model::run::Outcome;

use crate::db::Row;
use crate::db::sql::{id, sql};
use crate::{Actor, AuditEntry, Db, StoreError, TenantDb, TenantState, audit};

/// A tenant to add.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// As people call it.
    pub display_name: String,
    /// The directory's GUID.
    pub directory_id: String,
    /// Such as contoso.com.
    pub primary_domain: String,
    /// A key of [`model::cloud::Clouds`].
    pub cloud: String,
    /// For grouping: customer, ring, region.
    pub labels: BTreeMap<String, String>,
}

/// One tenant.
#[derive(Debug, Clone)]
pub struct TenantInfo {
    /// Ours, not the directory's.
    pub id: TenantId,
    /// As people call it.
    pub display_name: String,
    /// The directory's GUID.
    pub directory_id: String,
    /// Such as contoso.com.
    pub primary_domain: String,
    /// A key of [`model::cloud::Clouds`].
    pub cloud: String,
    /// Where it stands.
    pub state: TenantState,
    /// For grouping.
    pub labels: BTreeMap<String, String>,
    /// Milliseconds since the Unix epoch.
    pub created_at: i64,
}

impl TenantInfo {
    pub(crate) fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            display_name: row.get("display_name")?,
            directory_id: row.get("directory_id")?,
            primary_domain: row.get("primary_domain")?,
            cloud: row.get("cloud")?,
            state: row.word("state")?,
            labels: row.json("labels")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// A tenant, seen by one of its members.
#[derive(Debug, Clone)]
pub struct TenantCard {
    /// The tenant.
    pub tenant: TenantInfo,
    /// The member's role.
    pub role: Role,
    /// The latest completed inventory sync.
    pub last_sync: Option<LastSync>,
    /// Runs that are queued or running.
    pub active_runs: u64,
}

/// A completed inventory sync.
#[derive(Debug, Clone)]
pub struct LastSync {
    /// The run.
    pub run: RunId,
    /// Milliseconds since the Unix epoch.
    pub completed_at: i64,
    /// How it ended.
    pub outcome: Outcome,
}

/// All tenants.
pub struct Tenants(pub(crate) Db);

impl Db {
    /// All tenants.
    pub fn tenants(&self) -> Tenants {
        Tenants(self.clone())
    }
}

impl Tenants {
    /// Adds one, pending, with the creator as its owner.
    pub async fn create(&self, new: NewTenant, creator: UserId) -> Result<TenantId, AppError> {
        let tenant: TenantId = self.0.ambient().id();
        let mut tx = self.0.begin("tenants.create").await?;
        let at = audit::now(&mut tx).await?;
        let labels = serde_json::to_string(&new.labels).map_err(AppError::internal)?;
        let insert = sql!(
            "insert into tenants (id, display_name, directory_id, primary_domain, cloud, state, labels, created_at) \
             values ($1, $2, $3, $4, $5, 'pending', $6, $7) on conflict (directory_id) do nothing",
            id(tenant),
            &new.display_name,
            new.directory_id.trim().to_lowercase(),
            &new.primary_domain,
            &new.cloud,
            labels,
            at,
        );
        if tx.execute(insert).await? == 0 {
            return Err(AppError::conflict(
                "tenant.exists",
                format!("The directory {} is already here", new.directory_id),
            )
            .hint("Ask an owner of that tenant for a membership"));
        }
        let member = sql!(
            "insert into memberships (tenant_id, user_id, role, created_at) values ($1, $2, 'owner', $3)",
            id(tenant),
            id(creator),
            at,
        );
        tx.execute(member).await?;
        let rows = tx.fetch("users", sql!("select name from users where id = $1", id(creator))).await?;
        let name = rows.first().map(|row| row.get("name")).transpose()?.unwrap_or_default();
        let entry = AuditEntry {
            tenant: Some(tenant),
            actor: Actor { user: Some(creator), name },
            address: None,
            action: "tenant.create".into(),
            object: Some(tenant.to_string()),
            run: None,
            outcome: "succeeded".into(),
            detail: Some(new.display_name),
        };
        audit::append(&mut tx, self.0.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(tenant)
    }

    /// The tenants in which this person is a member, by name.
    pub async fn list_for(&self, user: UserId) -> Result<Vec<TenantCard>, StoreError> {
        let statement = sql!(
            "select t.*, m.role, \
             (select cast(coalesce(sum(c.runs), 0) as bigint) from run_counters c \
              where c.tenant_id = t.id and c.status <> 'completed') as active_runs, \
             s.id as sync_id, s.completed_at as sync_completed_at, s.outcome as sync_outcome \
             from memberships m join tenants t on t.id = m.tenant_id \
             left join operation_runs s on s.id = (select r.id from operation_runs r \
               where r.tenant_id = t.id and r.type = 'inventory.sync' and r.status = 'completed' order by r.id desc limit 1) \
             where m.user_id = $1 order by lower(t.display_name), t.id",
            id(user),
        );
        self.0.fetch("tenants", statement).await?.iter().map(card).collect()
    }

    /// Every tenant, for the operator of the machine; shows no tenant's content.
    pub async fn list_all(&self) -> Result<Vec<TenantInfo>, StoreError> {
        let statement = sql!("select * from tenants order by lower(display_name), id");
        self.0.fetch("tenants", statement).await?.iter().map(TenantInfo::from_row).collect()
    }

    /// By the directory's GUID, for the operator of the machine.
    pub async fn by_directory(&self, directory_id: &str) -> Result<Option<TenantInfo>, StoreError> {
        let statement =
            sql!("select * from tenants where directory_id = $1 order by id", directory_id.trim().to_lowercase());
        self.0.fetch("tenants", statement).await?.first().map(TenantInfo::from_row).transpose()
    }

    /// Moves a tenant to a state, by the system.
    pub async fn set_state(&self, tenant: TenantId, state: TenantState) -> Result<(), StoreError> {
        self.0.execute(sql!("update tenants set state = $1 where id = $2", state.to_string(), id(tenant))).await?;
        Ok(())
    }
}

impl TenantDb<'_> {
    /// A pending tenant whose connection has worked is active. Any other state stays: a suspension is never lifted here.
    pub async fn activate(&self) -> Result<(), AppError> {
        if self.scope.tenant_state() != TenantState::Pending {
            return Ok(());
        }
        let mut tx = self.db.begin("tenant.activate").await?;
        let statement =
            sql!("update tenants set state = 'active' where id = $1 and state = 'pending'", self.tenant_arg());
        if tx.execute(statement).await? > 0 {
            let at = audit::now(&mut tx).await?;
            let entry = self.entry("tenant.activate", None, "succeeded", None);
            audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Moves the tenant to a state, with an audit entry. The caller has checked the capability.
    pub async fn set_state(&self, state: TenantState) -> Result<(), AppError> {
        let mut tx = self.db.begin("tenant.set_state").await?;
        tx.execute(sql!("update tenants set state = $1 where id = $2", state.to_string(), self.tenant_arg())).await?;
        let at = audit::now(&mut tx).await?;
        let entry = self.entry("tenant.set_state", None, "succeeded", Some(state.to_string()));
        audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn card(row: &Row) -> Result<TenantCard, StoreError> {
    let last_sync = match row.optional_id("sync_id")? {
        Some(run) => {
            Some(LastSync { run, completed_at: row.get("sync_completed_at")?, outcome: row.word("sync_outcome")? })
        }
        None => None,
    };
    Ok(TenantCard {
        tenant: TenantInfo::from_row(row)?,
        role: row.word("role")?,
        last_sync,
        active_runs: row.count("active_runs")?,
    })
}
