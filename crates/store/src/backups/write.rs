//! Filling a set, and removing one.

use std::collections::HashSet;

use model::ids::{BackupSetId, RunId, ScheduleId};

use super::{Backups, Capture};
use crate::db::Tx;
use crate::db::sql::{Arg, Builder, Statement, id, optional_id, sql};
use crate::ledger::{Held, hold_in, record_items};
use crate::{Lease, StoreError, audit};

/// Rows per statement.
const ROWS_MAX: usize = 500;

/// An unsealed set that a run may write to.
pub(super) struct Own {
    /// The run.
    pub(super) held: Held,
    /// Whether the run made the set; another one adds to a set that was left open.
    made_it: bool,
}

impl Backups<'_> {
    /// The set of this run: made once, found again by a later attempt.
    pub async fn create_set(
        &self,
        lease: &Lease,
        name: &str,
        schedule: Option<ScheduleId>,
    ) -> Result<BackupSetId, StoreError> {
        let mut tx = self.0.db.begin("backups.create_set").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let insert = sql!(
            "insert into backup_sets (id, tenant_id, run_id, name, creator_name, status, created_at, schedule_id) \
             values ($1, $2, $3, $4, $5, 'writing', $6, $7) \
             on conflict (run_id) do nothing",
            id(self.0.db.ambient().id::<BackupSetId>()),
            self.0.tenant_arg(),
            id(lease.run),
            name,
            &self.0.scope.actor().name,
            held.now,
            optional_id(schedule),
        );
        tx.execute(insert).await?;
        let rows = tx.fetch("backup_sets", sql!("select id from backup_sets where run_id = $1", id(lease.run))).await?;
        let set = rows.first().ok_or(StoreError::LeaseLost)?.id("id")?;
        tx.commit().await?;
        Ok(set)
    }

    /// The run may write only to its own set, or to one that was left open.
    pub(super) async fn own(&self, tx: &mut Tx, lease: &Lease, set: BackupSetId) -> Result<Own, StoreError> {
        let held = hold_in(tx, lease, self.0.tenant()).await?;
        let statement = sql!(
            "select run_id from backup_sets where id = $1 and (run_id = $2 or open) and tenant_id = $3 for_update()",
            id(set),
            id(lease.run),
            self.0.tenant_arg()
        );
        let rows = tx.fetch("backup_sets", statement).await?;
        let made_by: RunId = rows.first().ok_or(StoreError::LeaseLost)?.id("run_id")?;
        Ok(Own { held, made_it: made_by == lease.run })
    }

    /// Which of these objects are in the set, and the last position in it.
    async fn taken(
        &self,
        tx: &mut Tx,
        set: BackupSetId,
        captures: &[Capture],
    ) -> Result<(HashSet<(String, String)>, i64), StoreError> {
        let last = sql!("select coalesce(max(sequence), 0) as last from backup_set_items where set_id = $1", id(set));
        let last = tx.fetch("backup_set_items", last).await?[0].get("last")?;
        let mut query = Builder::new("select type_key, external_id from backup_set_items where ");
        query.with("set_id = {} and external_id", [id(set).into()]);
        query.one_of(captures.iter().map(|capture| Arg::from(&capture.external_id)));
        let rows = tx.fetch("backup_set_items", query.statement()).await?;
        let keys = rows.iter().map(|row| Ok((row.get("type_key")?, row.get("external_id")?)));
        Ok((keys.collect::<Result<_, StoreError>>()?, last))
    }

    /// Adds objects to the set together with the run's items for them, in one transaction. What an earlier attempt has
    /// added is left as it is, whatever the inventory says of it now: run and set always tell the same.
    pub async fn add(&self, lease: &Lease, set: BackupSetId, captures: Vec<Capture>) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("backups.add").await?;
        let Own { held, made_it } = self.own(&mut tx, lease, set).await?;
        // What the run that made the set has recorded is just what it has added.
        let (taken, last) = if made_it {
            (HashSet::new(), held.next_sequence - 1)
        } else {
            self.taken(&mut tx, set, &captures).await?
        };
        let records = captures.iter().map(|capture| capture.item.clone()).collect();
        let written = record_items(&mut tx, lease, &held, records).await?;
        let is_new = |capture: &Capture| !taken.contains(&(capture.type_key.clone(), capture.external_id.clone()));
        let added: Vec<_> =
            captures.into_iter().filter(|capture| written.contains(&capture.item.key) && is_new(capture)).collect();
        for (chunk, first) in added.chunks(ROWS_MAX).zip((last + 1..).step_by(ROWS_MAX)) {
            let mut insert = Builder::new(
                "insert into backup_set_items (set_id, sequence, type_key, external_id, name, version_id, sha256, bytes, outcome, code, foundation) ",
            );
            insert.rows((first..).zip(chunk).map(|(sequence, capture)| {
                vec![
                    id(set).into(),
                    sequence.into(),
                    (&capture.type_key).into(),
                    (&capture.external_id).into(),
                    (&capture.item.label).into(),
                    optional_id(capture.version),
                    capture.sha256.as_deref().into(),
                    capture.bytes.and_then(|bytes| i64::try_from(bytes).ok()).into(),
                    capture.item.outcome.to_string().into(),
                    capture.item.code.as_deref().into(),
                    capture.foundation.into(),
                ]
            }));
            tx.execute(insert.statement()).await?;
        }
        if !made_it {
            tx.execute(counts(set)).await?;
        }
        self.0.db.commit_runs(tx, false).await
    }

    /// Removes a sealed set, with a record of who, when and why; the versions in it stay. Wants a run of the tenant.
    pub async fn remove(&self, lease: &Lease, set: BackupSetId, reason: &str) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("backups.remove").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        if !self.delete_in(&mut tx, set, held.now, reason).await? {
            return Ok(());
        }
        let mut entry = self.0.entry("backup.remove", Some(set.to_string()), "succeeded", Some(reason.to_owned()));
        entry.run = Some(lease.run);
        audit::append(&mut tx, self.0.db.ambient(), held.now, vec![entry]).await?;
        tx.commit().await
    }
}

/// Writes the numbers of a set that is not sealed.
pub(super) fn counts(set: BackupSetId) -> Statement {
    sql!(
        "update backup_sets set \
         items = (select count(*) from backup_set_items i where i.set_id = $1 and i.outcome = 'succeeded'), \
         incomplete = (select count(*) from backup_set_items i where i.set_id = $1 and i.outcome in ('incomplete', 'failed')) \
         where id = $1 and sealed_at is null",
        id(set)
    )
}
