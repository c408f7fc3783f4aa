//! Authorisation: the only way to tenant data.

use std::collections::{HashMap, HashSet};

use model::AppError;
use model::access::{Capability, Role};
use model::ids::{TenantId, UserId};
use model::run::Reason;
use strum::{Display, EnumString, IntoStaticStr};

use crate::db::sql::{Builder, id, sql};
use crate::{ClaimedRun, Db, DueProbe, Schedule, StoreError};

/// Where a tenant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TenantState {
    /// Added, not yet observed.
    Pending,
    /// In use.
    Active,
    /// Nothing may be started.
    Suspended,
    /// Kept for its history.
    Archived,
}

impl TenantState {
    /// Whether runs may be started and executed.
    pub fn allows_runs(self) -> bool {
        matches!(self, Self::Pending | Self::Active)
    }
}

/// Who does it, with the name as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Absent for the scheduler, the system and the operator of the machine.
    pub user: Option<UserId>,
    /// As a person reads it.
    pub name: String,
}

/// The right to one tenant's data, made only by authorisation. Deliberately neither `Clone` nor constructible.
#[derive(Debug)]
pub struct TenantScope {
    tenant: TenantId,
    state: TenantState,
    actor: Actor,
    /// Where the actor acts from, as the audit log keeps it.
    address: Option<String>,
    /// Absent for the system itself, which may do what the run it executes may do.
    role: Option<Role>,
}

impl TenantScope {
    /// The tenant.
    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The same right, used from this network address.
    #[must_use]
    pub fn from_address(self, address: Option<String>) -> Self {
        Self { address, ..self }
    }

    /// The network address that the actor acts from; absent when it is not known or not a network's.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// The actor's role; absent for the system.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Where the tenant stood when the scope was made.
    pub fn tenant_state(&self) -> TenantState {
        self.state
    }

    /// Whether the actor holds the capability here.
    pub fn can(&self, capability: Capability) -> bool {
        self.role.is_none_or(|role| role.holds(capability))
    }

    /// Refuses with 403 when the actor lacks the capability.
    pub fn require(&self, capability: Capability) -> Result<(), AppError> {
        if self.can(capability) {
            return Ok(());
        }
        let least = capability.least_role();
        Err(AppError::forbidden(format!("Your role does not include {capability}"))
            .hint(format!("It needs the role {least} or higher: ask an owner of this tenant")))
    }
}

fn not_authorised() -> Reason {
    Reason::new("not_authorised", "The person who started this no longer has the right to it")
}

fn tenant_suspended() -> Reason {
    Reason::new("tenant_suspended", "The tenant is suspended")
}

impl Db {
    /// A member's scope. Somebody who is no member learns nothing, not even that the tenant exists.
    pub async fn authorise(&self, user: UserId, tenant: TenantId) -> Result<TenantScope, AppError> {
        self.membership(user, tenant).await?.ok_or_else(AppError::not_found)
    }

    async fn membership(&self, user: UserId, tenant: TenantId) -> Result<Option<TenantScope>, StoreError> {
        let statement = sql!(
            "select u.name, m.role, t.state from memberships m \
             join users u on u.id = m.user_id join tenants t on t.id = m.tenant_id \
             where m.user_id = $1 and m.tenant_id = $2",
            id(user),
            id(tenant),
        );
        let rows = self.fetch("memberships", statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let actor = Actor { user: Some(user), name: row.get("name")? };
        Ok(Some(TenantScope { tenant, state: row.word("state")?, actor, address: None, role: Some(row.word("role")?) }))
    }

    /// Why the scope's actor may not do this any more, asked anew; nothing when they still may. For long work, before each
    /// write.
    pub async fn still_allowed(
        &self,
        scope: &TenantScope,
        capability: Capability,
    ) -> Result<Option<Reason>, StoreError> {
        let now = match scope.actor.user {
            Some(user) => self.membership(user, scope.tenant).await?,
            None => self.unscoped(scope.tenant, &scope.actor.name).await?,
        };
        Ok(match now {
            Some(now) if !now.can(capability) => Some(not_authorised()),
            Some(now) if !now.state.allows_runs() => Some(tenant_suspended()),
            Some(_) => None,
            None => Some(not_authorised()),
        })
    }

    async fn unscoped(&self, tenant: TenantId, name: &str) -> Result<Option<TenantScope>, StoreError> {
        let rows = self.fetch("tenants", sql!("select state from tenants where id = $1", id(tenant))).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let actor = Actor { user: None, name: name.to_owned() };
        Ok(Some(TenantScope { tenant, state: row.word("state")?, actor, address: None, role: None }))
    }

    /// The scheduler's scope for one schedule: the system's own, named after it.
    pub async fn scope_for_schedule(&self, schedule: &Schedule) -> Result<TenantScope, AppError> {
        let name = format!("Schedule “{}”", schedule.rule.name);
        self.unscoped(schedule.tenant, &name).await?.ok_or_else(AppError::not_found)
    }

    /// The scheduler's scope for one tenant's change probe: the system's own.
    pub async fn scope_for_probe(&self, due: &DueProbe) -> Result<TenantScope, AppError> {
        self.unscoped(due.tenant, "Change probe").await?.ok_or_else(AppError::not_found)
    }

    /// The worker's scopes for runs that it has claimed, each with the capability of its type, in their order: the
    /// initiator must still be a member with the capability, the tenant must not be suspended; otherwise the reason to
    /// end the run as blocked with. A run that no person started gets a scope of the system's own.
    pub async fn scopes_of_runs(
        &self,
        runs: &[(&ClaimedRun, Capability)],
    ) -> Result<Vec<Result<TenantScope, Reason>>, StoreError> {
        let states = self.states(runs.iter().map(|(run, _)| run.tenant));
        let members = self.members(runs.iter().filter_map(|(run, _)| Some((run.tenant, run.initiator?))));
        // Side by side: work waits for both.
        let (states, members) = tokio::try_join!(states, members)?;
        let scope = |run: &ClaimedRun| {
            let state = *states.get(&run.tenant)?;
            let (name, role) = match run.initiator {
                Some(user) => members.get(&(run.tenant, user)).map(|(name, role)| (name.clone(), Some(*role)))?,
                None => (run.initiator_name.clone(), None),
            };
            let actor = Actor { user: run.initiator, name };
            Some(TenantScope { tenant: run.tenant, state, actor, address: None, role })
        };
        let judged = runs.iter().map(|(run, capability)| match scope(run) {
            None => Err(not_authorised()),
            Some(scope) if !scope.state.allows_runs() => Err(tenant_suspended()),
            Some(scope) if !scope.can(*capability) => Err(not_authorised()),
            Some(scope) => Ok(scope),
        });
        Ok(judged.collect())
    }

    async fn states(
        &self,
        tenants: impl Iterator<Item = TenantId>,
    ) -> Result<HashMap<TenantId, TenantState>, StoreError> {
        let tenants: HashSet<_> = tenants.collect();
        let mut query = Builder::new("select id, state from tenants where id");
        query.one_of(tenants.into_iter().map(|tenant| id(tenant).into()));
        let rows = self.fetch("tenants", query.statement()).await?;
        rows.iter().map(|row| Ok((row.id("id")?, row.word("state")?))).collect()
    }

    /// Name and role of those who are members.
    async fn members(
        &self,
        people: impl Iterator<Item = (TenantId, UserId)>,
    ) -> Result<HashMap<(TenantId, UserId), (String, Role)>, StoreError> {
        let (tenants, users): (HashSet<_>, HashSet<_>) = people.unzip();
        if users.is_empty() {
            return Ok(HashMap::new());
        }
        let mut query = Builder::new("select m.tenant_id, m.user_id, u.name, m.role from memberships m ");
        query.text("join users u on u.id = m.user_id where m.user_id");
        query.one_of(users.into_iter().map(|user| id(user).into()));
        query.text(" and m.tenant_id").one_of(tenants.into_iter().map(|tenant| id(tenant).into()));
        let rows = self.fetch("memberships", query.statement()).await?;
        rows.iter()
            .map(|row| Ok(((row.id("tenant_id")?, row.id("user_id")?), (row.get("name")?, row.word("role")?))))
            .collect()
    }

    /// For the command line on the machine that holds the database and its key: whoever runs it holds everything
    /// already. Never for a request.
    pub async fn scope_for_machine_operator_without_membership(
        &self,
        tenant: TenantId,
        name: &str,
    ) -> Result<TenantScope, AppError> {
        self.unscoped(tenant, name).await?.ok_or_else(AppError::not_found)
    }
}
