//! One tenant with one owner, and how runs are started in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::ids::{TenantId, UserId};
use model::run::Definition;
use serde_json::Value;
use store::limits::TENANT_READS;
use store::{Db, NewRun, NewTenant, NewUser, Started, TenantScope, TenantState};

use super::database::Database;
use crate::Failure;

/// What every measurement of the ledger acts on. Cheap to clone.
#[derive(Clone)]
pub(crate) struct World {
    /// The database.
    pub(crate) db: Db,
    /// Its tenant.
    pub(crate) tenant: TenantId,
    /// The tenant's owner.
    pub(crate) owner: UserId,
    /// The owner's rights.
    pub(crate) scope: Arc<TenantScope>,
}

impl World {
    /// Makes it in an empty database.
    pub(crate) async fn new(database: &Database) -> Result<Self, Failure> {
        let db = database.open().await?;
        let owner = NewUser {
            email: "bench@example.com".into(),
            name: "Bench".into(),
            password_hash: None,
            platform_admin: true,
        };
        let owner = db.people().first_owner(owner).await?;
        let (tenant, scope) = tenant(&db, owner, "Contoso").await?;
        // One tenant stands for many: what is measured is the ledger, not the limit that protects a tenant.
        db.limits().set(&[(TENANT_READS, Some(100_000))], scope.actor(), None).await?;
        Ok(Self { db, tenant, owner, scope })
    }

    /// Another tenant of the same owner, in the same database.
    pub(crate) async fn neighbour(&self) -> Result<Self, Failure> {
        let (tenant, scope) = tenant(&self.db, self.owner, "Fabrikam").await?;
        Ok(Self { tenant, scope, ..self.clone() })
    }

    /// The same over another connection to the same database, as another process has it.
    pub(crate) async fn elsewhere(&self, database: &Database) -> Result<Self, Failure> {
        let db = database.open().await?;
        let scope = Arc::new(db.authorise(self.owner, self.tenant).await?);
        Ok(Self { db, scope, ..self.clone() })
    }

    /// Starts a run as the owner.
    pub(crate) async fn start(&self, definition: &'static Definition, inputs: Value) -> Result<Started, Failure> {
        let run = NewRun::of(definition, "1 thing", inputs);
        Ok(self.db.tenant(&self.scope).runs().start(run).await?)
    }
}

async fn tenant(db: &Db, owner: UserId, name: &str) -> Result<(TenantId, Arc<TenantScope>), Failure> {
    let tenant = NewTenant {
        display_name: name.into(),
        directory_id: db.ambient().uuid().to_string(),
        primary_domain: format!("{}.onmicrosoft.com", name.to_lowercase()),
        cloud: "global".into(),
        labels: BTreeMap::new(),
    };
    let tenant = db.tenants().create(tenant, owner).await?;
    db.tenants().set_state(tenant, TenantState::Active).await?;
    Ok((tenant, Arc::new(db.authorise(owner, tenant).await?)))
}
