//! The audit log: append-only, which the database itself enforces, and a chain for each tenant, which proves it.

mod chain;
mod checkpoint;
mod link;
mod verify;

use model::Ambient;
use model::ids::{AuditId, RunId, TenantId, UserId};

use crate::db::sql::{Arg, Builder, Statement, id, optional_id, sql};
use crate::db::{Row, Tx};
use crate::{Actor, Db, StoreError, TenantDb};

pub use chain::AuditChain;
pub use checkpoint::Checkpoint;
pub use verify::{BadEntry, ChainProblem, ChainReport};

/// What is recorded: who did what to what, from where, and how it ended.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// Absent for what concerns the whole workspace.
    pub tenant: Option<TenantId>,
    /// Who.
    pub actor: Actor,
    /// The network address it came from.
    pub address: Option<String>,
    /// `noun.verb`, stable.
    pub action: String,
    /// What it was done to.
    pub object: Option<String>,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// `succeeded`, `denied`, …
    pub outcome: String,
    /// Our own words; never a secret.
    pub detail: Option<String>,
}

/// A recorded entry.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// Sorts by time.
    pub id: AuditId,
    /// Milliseconds since the Unix epoch.
    pub at: i64,
    /// Absent for the system.
    pub actor_id: Option<UserId>,
    /// The name as it was then.
    pub actor_name: String,
    /// The network address it came from.
    pub address: Option<String>,
    /// `noun.verb`, stable.
    pub action: String,
    /// What it was done to.
    pub object: Option<String>,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// `succeeded`, `denied`, …
    pub outcome: String,
    /// Our own words.
    pub detail: Option<String>,
}

impl AuditRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            at: row.get("at")?,
            actor_id: row.optional_id("actor_id")?,
            actor_name: row.get("actor_name")?,
            address: row.get("address")?,
            action: row.get("action")?,
            object: row.get("object")?,
            run: row.optional_id("run_id")?,
            outcome: row.get("outcome")?,
            detail: row.get("detail")?,
        })
    }
}

/// Several entries in one statement of the caller's transaction, at the database's `at`.
pub(crate) async fn append(
    tx: &mut Tx,
    ambient: &Ambient,
    at: i64,
    entries: Vec<AuditEntry>,
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut insert = Builder::new(
        "insert into audit_entries (id, at, tenant_id, actor_id, actor_name, address, action, object, run_id, outcome, detail) ",
    );
    insert.rows(entries.into_iter().map(|entry| row(ambient, at, entry)));
    tx.execute(insert.statement()).await?;
    Ok(())
}

fn row(ambient: &Ambient, at: i64, entry: AuditEntry) -> Vec<Arg> {
    vec![
        id(ambient.id::<AuditId>()).into(),
        at.into(),
        optional_id(entry.tenant),
        optional_id(entry.actor.user),
        entry.actor.name.into(),
        entry.address.into(),
        entry.action.into(),
        entry.object.into(),
        optional_id(entry.run),
        entry.outcome.into(),
        entry.detail.into(),
    ]
}

/// Writes entries that belong to no tenant, or to a tenant that the actor may not enter (a denial).
pub struct AuditWriter(pub(crate) Db);

impl Db {
    /// The audit log's writing side.
    pub fn audit(&self) -> AuditWriter {
        AuditWriter(self.clone())
    }
}

impl AuditWriter {
    /// Appends one entry.
    pub async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let mut tx = self.0.begin("audit.record").await?;
        let at = now(&mut tx).await?;
        append(&mut tx, self.0.ambient(), at, vec![entry]).await?;
        tx.commit().await
    }
}

/// The chains of all tenants and of the installation.
pub struct AuditChains(Db);

impl Db {
    /// The chains, for whoever links them, and for a caller who has checked that it is a platform administrator. A
    /// member sees its tenant's through [`TenantDb::audit`].
    pub fn audit_chains(&self) -> AuditChains {
        AuditChains(self.clone())
    }
}

/// The database's clock.
pub(crate) async fn now(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch("installation", sql!("select now_ms() as now")).await?[0].get("now")
}

/// One tenant's audit log.
pub struct TenantAudit<'a>(pub(crate) TenantDb<'a>);

impl TenantDb<'_> {
    /// An entry by the scope's actor.
    pub(crate) fn entry(
        &self,
        action: &str,
        object: Option<String>,
        outcome: &str,
        detail: Option<String>,
    ) -> AuditEntry {
        AuditEntry {
            tenant: Some(self.tenant()),
            actor: self.scope.actor().clone(),
            address: self.scope.address().map(str::to_owned),
            action: action.to_owned(),
            object,
            run: None,
            outcome: outcome.to_owned(),
            detail,
        }
    }
}

impl TenantAudit<'_> {
    /// Appends one entry by the scope's actor.
    pub async fn record(
        &self,
        action: &str,
        object: Option<&str>,
        outcome: &str,
        detail: Option<&str>,
    ) -> Result<(), StoreError> {
        let entry = self.0.entry(action, object.map(str::to_owned), outcome, detail.map(str::to_owned));
        self.0.db.audit().record(entry).await
    }

    /// Newest first, those older than `before`.
    pub async fn list(&self, before: Option<AuditId>, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let statement = sql!(
            "select * from audit_entries where tenant_id = $1 and ($2 is null or id < $2) order by id desc limit $3",
            self.0.tenant_arg(),
            optional_id(before),
            limit,
        );
        self.rows(statement).await
    }

    /// Those of one run, oldest first.
    pub async fn of_run(&self, run: RunId) -> Result<Vec<AuditRow>, StoreError> {
        let statement = sql!(
            "select * from audit_entries where tenant_id = $1 and run_id = $2 order by id limit 200",
            self.0.tenant_arg(),
            id(run)
        );
        self.rows(statement).await
    }

    /// The newest checkpoint of the tenant's chain, if there is one yet.
    pub async fn checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        self.0.db.audit_chains().checkpoint(self.chain()).await
    }

    /// Proves the tenant's chain; `since` is a checkpoint of it that was kept elsewhere.
    pub async fn verify(&self, since: Option<&Checkpoint>) -> Result<ChainReport, StoreError> {
        self.0.db.audit_chains().verify(self.chain(), since).await
    }

    /// The tenant's chain.
    pub fn chain(&self) -> AuditChain {
        AuditChain(Some(self.0.tenant()))
    }

    async fn rows(&self, statement: Statement) -> Result<Vec<AuditRow>, StoreError> {
        self.0.db.fetch("audit_entries", statement).await?.iter().map(AuditRow::from_row).collect()
    }
}
