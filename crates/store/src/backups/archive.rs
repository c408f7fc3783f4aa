//! Putting sets away, removing them by hand, and what keeps a set from either.

use model::AppError;
use model::ids::{BackupSetId, RunId, ScheduleId};

use super::{BackupStatus, Backups};
use crate::db::sql::{Statement, anywhere, id, sql};
use crate::db::{Row, Tx};
use crate::{StoreError, audit};

/// Something that a set is needed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dependent {
    /// It is the newest complete set of this schedule.
    LastGood {
        /// The schedule.
        schedule: ScheduleId,
        /// Its name.
        name: String,
    },
    /// A run that has not ended made it or works with it.
    ActiveRun {
        /// The run.
        run: RunId,
        /// What it does: "Add policies".
        label: String,
    },
    /// A restore that is not executed yet takes its objects from it, to this or another tenant.
    Restore,
}

impl Backups<'_> {
    /// What keeps this set from being archived or removed; none when nothing does. Whatever else comes to refer to sets in
    /// a table of its own adds a statement here, and is refused wherever these are.
    pub async fn depends(&self, set: BackupSetId) -> Result<Vec<Dependent>, StoreError> {
        let last_good = self.0.db.fetch("backup_schedules", self.last_good(set)).await?;
        let active = self.0.db.fetch("operation_runs", self.active_runs(set)).await?;
        let restores = self.0.db.fetch("restores", restores(set)).await?;
        dependents(&last_good, &active, &restores)
    }

    async fn depends_in(&self, tx: &mut Tx, set: BackupSetId) -> Result<Vec<Dependent>, StoreError> {
        let last_good = tx.fetch("backup_schedules", self.last_good(set)).await?;
        let active = tx.fetch("operation_runs", self.active_runs(set)).await?;
        let restores = tx.fetch("restores", restores(set)).await?;
        dependents(&last_good, &active, &restores)
    }

    fn last_good(&self, set: BackupSetId) -> Statement {
        sql!(
            "select s.id, s.name from backup_sets b join backup_schedules s on s.id = b.schedule_id and s.tenant_id = b.tenant_id \
             where b.tenant_id = $1 and b.id = $2 and b.status = 'complete' and not exists \
             (select 1 from backup_sets n where n.schedule_id = b.schedule_id and n.status = 'complete' and n.id > b.id)",
            self.0.tenant_arg(),
            id(set),
        )
    }

    /// Runs name the sets that they work with in their inputs.
    fn active_runs(&self, set: BackupSetId) -> Statement {
        sql!(
            "select r.id, r.label from operation_runs r where r.tenant_id = $1 and r.status in ('queued', 'running') \
             and (r.inputs like $3 escape '\\' or exists (select 1 from backup_sets b where b.id = $2 and b.run_id = r.id)) \
             order by r.id",
            self.0.tenant_arg(),
            id(set),
            anywhere(&format!("\"{set}\"")),
        )
    }

    /// Puts a sealed set away: it is kept, and no list shows it unless asked to. Refused while something depends on it; one
    /// that is put away stays so. The caller has checked the capability. Audited.
    pub async fn archive(&self, set: BackupSetId) -> Result<(), AppError> {
        let mut tx = self.0.db.begin("backups.archive").await?;
        let row = self.hold(&mut tx, set).await?;
        if row.status == BackupStatus::Writing {
            return Err(backup_not_sealed(row.open));
        }
        refuse_used(&self.depends_in(&mut tx, set).await?)?;
        let at = audit::now(&mut tx).await?;
        let insert = sql!(
            "insert into backup_set_archive (set_id, tenant_id, archived_at, archived_by_name) values ($1, $2, $3, $4) \
             on conflict (set_id) do nothing",
            id(set),
            self.0.tenant_arg(),
            at,
            &self.0.scope.actor().name,
        );
        if tx.execute(insert).await? == 0 {
            return Ok(());
        }
        self.audited(tx, "backup.archive", set, at, None).await
    }

    /// Brings a set back from the archive; one that is not there stays as it is. The caller has checked the capability.
    /// Audited.
    pub async fn unarchive(&self, set: BackupSetId) -> Result<(), AppError> {
        let mut tx = self.0.db.begin("backups.unarchive").await?;
        self.hold(&mut tx, set).await?;
        if tx.execute(sql!("delete from backup_set_archive where set_id = $1", id(set))).await? == 0 {
            return Ok(());
        }
        let at = audit::now(&mut tx).await?;
        self.audited(tx, "backup.unarchive", set, at, None).await
    }

    /// Removes a set by hand; the versions in it stay. `confirmed` is its name, typed again. Refused while something
    /// depends on it. The caller has checked the capability. Audited.
    pub async fn delete(&self, set: BackupSetId, confirmed: &str) -> Result<(), AppError> {
        let mut tx = self.0.db.begin("backups.delete").await?;
        let row = self.hold(&mut tx, set).await?;
        if confirmed.trim() != row.name {
            return Err(AppError::invalid("backup.confirmation", "This is not the name of the backup set")
                .hint("Type the name of the set exactly as it is shown"));
        }
        refuse_used(&self.depends_in(&mut tx, set).await?)?;
        let at = audit::now(&mut tx).await?;
        self.delete_in(&mut tx, set, at, "Removed by hand").await?;
        self.audited(tx, "backup.delete", set, at, Some(row.name)).await
    }

    /// Deletes the set and its items; of a sealed one the record is written without which the database refuses that. Says
    /// whether there was a sealed one.
    pub(super) async fn delete_in(
        &self,
        tx: &mut Tx,
        set: BackupSetId,
        at: i64,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let record = sql!(
            "insert into backup_set_removals (set_id, tenant_id, name, sealed_at, removed_at, removed_by_name, reason) \
             select id, tenant_id, name, sealed_at, $3, $4, $5 from backup_sets \
             where id = $1 and tenant_id = $2 and sealed_at is not null",
            id(set),
            self.0.tenant_arg(),
            at,
            &self.0.scope.actor().name,
            reason,
        );
        let was_sealed = tx.execute(record).await? > 0;
        tx.execute(sql!("delete from backup_set_items where set_id = $1", id(set))).await?;
        tx.execute(sql!("delete from backup_sets where id = $1 and tenant_id = $2", id(set), self.0.tenant_arg()))
            .await?;
        Ok(was_sealed)
    }

    /// Locks the set, whatever becomes of it.
    async fn hold(&self, tx: &mut Tx, set: BackupSetId) -> Result<Held, AppError> {
        let statement = sql!(
            "select name, status, open from backup_sets where id = $1 and tenant_id = $2 for_update()",
            id(set),
            self.0.tenant_arg()
        );
        let rows = tx.fetch("backup_sets", statement).await?;
        let row = rows.first().ok_or_else(AppError::not_found)?;
        Ok(Held { name: row.get("name")?, status: row.word("status")?, open: row.get("open")? })
    }

    async fn audited(
        &self,
        mut tx: Tx,
        action: &str,
        set: BackupSetId,
        at: i64,
        detail: Option<String>,
    ) -> Result<(), AppError> {
        let entry = self.0.entry(action, Some(set.to_string()), "succeeded", detail);
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A set that is locked.
struct Held {
    name: String,
    status: BackupStatus,
    open: bool,
}

/// Whoever may see a set may restore it to a tenant of theirs, so that this asks for any tenant's.
fn restores(set: BackupSetId) -> Statement {
    sql!("select 1 as one from restores where source_set = $1 and state = 'draft' limit 1", id(set))
}

fn dependents(last_good: &[Row], active: &[Row], restores: &[Row]) -> Result<Vec<Dependent>, StoreError> {
    let schedules =
        last_good.iter().map(|row| Ok(Dependent::LastGood { schedule: row.id("id")?, name: row.get("name")? }));
    let runs = active.iter().map(|row| Ok(Dependent::ActiveRun { run: row.id("id")?, label: row.get("label")? }));
    schedules.chain(runs).chain(restores.iter().map(|_| Ok(Dependent::Restore))).collect()
}

fn refuse_used(dependents: &[Dependent]) -> Result<(), AppError> {
    match dependents.first() {
        None => Ok(()),
        Some(Dependent::LastGood { name, .. }) => {
            let why = format!("This is the last good backup of the schedule “{name}”");
            Err(AppError::conflict("backup.last_good", why)
                .hint("Let the schedule make another complete set first, or remove the schedule"))
        }
        Some(Dependent::ActiveRun { run, label }) => {
            let why = format!("The operation “{label}” works with this backup set");
            Err(AppError::conflict("backup.in_use", why).hint(format!("Wait for the end of {run}, or cancel it")))
        }
        Some(Dependent::Restore) => {
            let why = "A restore that is not executed yet takes its objects from this backup set";
            Err(AppError::conflict("backup.in_use", why).hint("Execute that restore first, or discard it"))
        }
    }
}

/// Why nothing is done with a set that is not finished.
pub fn backup_not_sealed(open: bool) -> AppError {
    let hint = if open { "Close it first" } else { "Wait for its run to end" };
    AppError::conflict("backup.not_sealed", "The backup set is still being written").hint(hint)
}
