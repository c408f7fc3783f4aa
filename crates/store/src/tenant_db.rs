//! One tenant's data, behind its scope.

use model::AppError;
use model::ids::TenantId;

use crate::db::sql::{Wrapped, id, sql};
use crate::{
    Backups, Db, Exports, Groups, Inventory, Probes, Restores, Runs, Schedules, SettingDefinitions, TenantAudit,
    TenantInfo, TenantScope, Uploads, Versions, Views,
};

/// The doors to one tenant's data. Every statement behind them names the tenant.
pub struct TenantDb<'a> {
    pub(crate) db: &'a Db,
    pub(crate) scope: &'a TenantScope,
}

impl<'a> TenantDb<'a> {
    pub(crate) fn new(db: &'a Db, scope: &'a TenantScope) -> Self {
        Self { db, scope }
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.scope.tenant_id()
    }

    /// The tenant as an argument of a statement.
    pub(crate) fn tenant_arg(&self) -> Wrapped<TenantId> {
        id(self.tenant())
    }

    /// The tenant itself.
    pub async fn info(&self) -> Result<TenantInfo, AppError> {
        let rows = self.db.fetch("tenants", sql!("select * from tenants where id = $1", self.tenant_arg())).await?;
        let row = rows.first().ok_or_else(AppError::not_found)?;
        Ok(TenantInfo::from_row(row)?)
    }

    /// Operation runs.
    pub fn runs(&self) -> Runs<'a> {
        Runs(Self::new(self.db, self.scope))
    }

    /// Observed objects.
    pub fn inventory(&self) -> Inventory<'a> {
        Inventory(Self::new(self.db, self.scope))
    }

    /// Observed contents.
    pub fn versions(&self) -> Versions<'a> {
        Versions(Self::new(self.db, self.scope))
    }

    /// Backup schedules.
    pub fn schedules(&self) -> Schedules<'a> {
        Schedules(Self::new(self.db, self.scope))
    }

    /// Change probes.
    pub fn probes(&self) -> Probes<'a> {
        Probes(Self::new(self.db, self.scope))
    }

    /// The cache of directory groups.
    pub fn groups(&self) -> Groups<'a> {
        Groups(Self::new(self.db, self.scope))
    }

    /// What the tenant's service calls settings.
    pub fn definitions(&self) -> SettingDefinitions<'a> {
        SettingDefinitions(Self::new(self.db, self.scope))
    }

    /// Backup sets.
    pub fn backups(&self) -> Backups<'a> {
        Backups(Self::new(self.db, self.scope))
    }

    /// Restores that write to it.
    pub fn restores(&self) -> Restores<'a> {
        Restores(Self::new(self.db, self.scope))
    }

    /// Saved views of the operations list.
    pub fn views(&self) -> Views<'a> {
        Views(Self::new(self.db, self.scope))
    }

    /// Files that runs have made.
    pub fn exports(&self) -> Exports<'a> {
        Exports(Self::new(self.db, self.scope))
    }

    /// What was sent for imports.
    pub fn uploads(&self) -> Uploads<'a> {
        Uploads(Self::new(self.db, self.scope))
    }

    /// The tenant's audit log.
    pub fn audit(&self) -> TenantAudit<'a> {
        TenantAudit(Self::new(self.db, self.scope))
    }
}
