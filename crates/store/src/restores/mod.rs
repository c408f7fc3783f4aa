//! Restores: what a person chose, the plan that was made of it, what was written, and what is remembered of it.
//!
//! What a person chooses is one document here; which shape it has is the feature's business. Each change gives it the next
//! revision, and a plan belongs to the revision that it was made of.

mod decisions;
mod draft;
mod plan;
mod rules;
mod secrets;
mod writes;

pub use decisions::Decision;
pub use draft::restore_not_a_draft;
pub use plan::NewPlan;
pub use secrets::SecretChanges;
pub use writes::{WriteIntent, WriteOutcome, WriteResult, WriteRow};

use model::AppError;
use model::ids::{BackupSetId, RestoreId, RunId, TenantId, UserId};
use serde_json::Value;
use strum::{Display, EnumString, IntoStaticStr};

use crate::db::Row;
use crate::db::sql::{id, sql};
use crate::{StoreError, TenantDb, blobs};

/// Where a restore stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RestoreState {
    /// A person is at it.
    Draft,
    /// A run has taken it up; it does not change any more.
    Executed,
    /// Given up.
    Discarded,
}

/// Where the objects come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreSource {
    /// The tenant that they are from; another one's for a promotion.
    pub tenant: TenantId,
    /// The backup set, when it is one.
    pub set: Option<BackupSetId>,
    /// The run whose writes are taken back, when it is one.
    pub run: Option<RunId>,
}

/// One restore.
#[derive(Debug, Clone)]
pub struct Restore {
    /// Sorts by creation.
    pub id: RestoreId,
    /// As a person reads it.
    pub title: String,
    /// Where the objects come from.
    pub source: RestoreSource,
    /// Who began it; absent for the operator of the machine.
    pub creator: Option<UserId>,
    /// Their name as it was then.
    pub creator_name: String,
    /// Where it stands.
    pub state: RestoreState,
    /// Grows with each change of the draft.
    pub revision: i64,
    /// What the person chose.
    pub draft: Value,
    /// The plan, without its body.
    pub plan: Option<PlanMark>,
    /// Who let it pass as a second person.
    pub approved: Option<Approved>,
    /// Who confirmed what.
    pub confirmed: Option<Confirmed>,
    /// The run that executed it.
    pub run: Option<RunId>,
    /// Milliseconds since the Unix epoch.
    pub created_at: i64,
    /// Milliseconds since the Unix epoch.
    pub changed_at: i64,
}

/// What is known of a plan without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanMark {
    /// The revision of the draft that it was made of.
    pub revision: i64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub hash: String,
    /// Whether something in it keeps it from being executed.
    pub blocked: bool,
    /// When it was made, milliseconds since the Unix epoch.
    pub at: i64,
    /// The preview that made it.
    pub run: RunId,
}

/// A second person's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// The plan's hash.
    pub hash: String,
    /// Their name as it was then.
    pub by_name: String,
    /// Milliseconds since the Unix epoch.
    pub at: i64,
}

/// What somebody confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The plan's hash.
    pub hash: String,
    /// Their name as it was then.
    pub by_name: String,
    /// Why they do it, in their words.
    pub reason: String,
    /// Milliseconds since the Unix epoch.
    pub at: i64,
}

impl Restore {
    /// Whether the plan is one of what the draft says now.
    pub fn has_current_plan(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.revision == self.revision)
    }

    fn from_row(of: &TenantDb<'_>, row: &Row) -> Result<Self, StoreError> {
        let restore = row.id("id")?;
        let body: Vec<u8> = row.get("draft")?;
        let plain = blobs::unpack(of.db, &draft_place(of.tenant(), restore), &body, row.count("draft_bytes")?)?;
        Ok(Self {
            id: restore,
            title: row.get("title")?,
            source: RestoreSource {
                tenant: row.id("source_tenant")?,
                set: row.optional_id("source_set")?,
                run: row.optional_id("source_run")?,
            },
            creator: row.optional_id("creator_id")?,
            creator_name: row.get("creator_name")?,
            state: row.word("state")?,
            revision: row.get("revision")?,
            draft: serde_json::from_slice(&plain).map_err(|_| StoreError::Undecryptable)?,
            plan: plan_mark(row)?,
            approved: approved(row)?,
            confirmed: confirmed(row)?,
            run: row.optional_id("run_id")?,
            created_at: row.get("created_at")?,
            changed_at: row.get("changed_at")?,
        })
    }
}

fn plan_mark(row: &Row) -> Result<Option<PlanMark>, StoreError> {
    let Some(hash) = row.get::<Option<String>>("plan_hash")? else { return Ok(None) };
    let (revision, at) = (row.get("plan_revision")?, row.get("plan_at")?);
    Ok(Some(PlanMark { revision, hash, blocked: row.get("plan_blocked")?, at, run: row.id("plan_run")? }))
}

fn approved(row: &Row) -> Result<Option<Approved>, StoreError> {
    let Some(hash) = row.get::<Option<String>>("approved_hash")? else { return Ok(None) };
    Ok(Some(Approved { hash, by_name: row.get("approved_by_name")?, at: row.get("approved_at")? }))
}

fn confirmed(row: &Row) -> Result<Option<Confirmed>, StoreError> {
    let Some(hash) = row.get::<Option<String>>("confirmed_hash")? else { return Ok(None) };
    let (by_name, reason) = (row.get("confirmed_by_name")?, row.get("reason")?);
    Ok(Some(Confirmed { hash, by_name, reason, at: row.get("confirmed_at")? }))
}

/// One tenant's restores: those that write to it.
pub struct Restores<'a>(pub(crate) TenantDb<'a>);

impl Restores<'_> {
    /// One restore.
    pub async fn get(&self, restore: RestoreId) -> Result<Restore, AppError> {
        let statement =
            sql!("select * from restores where id = $1 and tenant_id = $2", id(restore), self.0.tenant_arg());
        let rows = self.0.db.fetch("restores", statement).await?;
        Ok(Restore::from_row(&self.0, rows.first().ok_or_else(AppError::not_found)?)?)
    }

    /// The newest ones, and those before one of them.
    pub async fn list(&self, before: Option<RestoreId>, limit: usize) -> Result<Vec<Restore>, StoreError> {
        let statement = match before {
            None => sql!(
                "select * from restores where tenant_id = $1 order by id desc limit $2",
                self.0.tenant_arg(),
                limit
            ),
            Some(before) => sql!(
                "select * from restores where tenant_id = $1 and id < $2 order by id desc limit $3",
                self.0.tenant_arg(),
                id(before),
                limit
            ),
        };
        let rows = self.0.db.fetch("restores", statement).await?;
        rows.iter().map(|row| Restore::from_row(&self.0, row)).collect()
    }

    /// The restore that a run executed.
    pub async fn of_run(&self, run: RunId) -> Result<Option<Restore>, StoreError> {
        let statement =
            sql!("select * from restores where tenant_id = $1 and run_id = $2", self.0.tenant_arg(), id(run));
        let rows = self.0.db.fetch("restores", statement).await?;
        rows.first().map(|row| Restore::from_row(&self.0, row)).transpose()
    }
}

/// Authenticated with the row: a document moved to another restore or tenant does not decrypt.
fn draft_place(tenant: TenantId, restore: RestoreId) -> String {
    format!("restores/{tenant}/{restore}/draft")
}

fn plan_place(tenant: TenantId, restore: RestoreId) -> String {
    format!("restores/{tenant}/{restore}/plan")
}
