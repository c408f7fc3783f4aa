//! What of each type could be seen, and what is missing since.

use model::ids::RunId;

use super::Inventory;
use super::turn::one_at_a_time;
use crate::db::Tx;
use crate::db::sql::{Statement, id, sql};
use crate::ledger::{hold_in, step_in};
use crate::{Lease, StoreError};

/// The latest observation of one type.
#[derive(Debug, Clone)]
pub struct CoverageRow {
    /// The contract's key.
    pub type_key: String,
    /// The run that observed it.
    pub run: RunId,
    /// Milliseconds since the Unix epoch.
    pub at: i64,
    /// Whether every page of the list was read.
    pub list_complete: bool,
    /// Why not.
    pub code: Option<String>,
    /// Objects in the list.
    pub seen: u64,
    /// Objects of which something could not be read.
    pub incomplete: u64,
    /// When the type was last read completely.
    pub complete_at: Option<i64>,
    /// When the pass began that last read all its objects, with none left unread because nothing told of a change: each
    /// was read then or later.
    pub whole_at: Option<i64>,
    /// Settings that its objects set and whose definitions could not be read.
    pub unnamed: u64,
    /// Why not.
    pub unnamed_code: Option<String>,
}

/// How old the inventory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// The latest observation of any type.
    pub at: i64,
    /// Whether the latest observation of every type was complete.
    pub complete: bool,
}

/// What became of a type that a run observed.
#[derive(Debug, Clone)]
pub struct ObservedType<'a> {
    /// The contract's key.
    pub type_key: &'a str,
    /// Why not every page of the list was read; absent when it was.
    pub code: Option<&'a str>,
    /// Objects in the list.
    pub seen: u64,
    /// No object was left unread.
    pub whole: bool,
    /// The run's step that is finished with it.
    pub step: Option<String>,
}

impl Inventory<'_> {
    /// The run has observed these types, all in one transaction. What it did not see since the run began is missing, but
    /// only when the whole list was read: nothing is missing on the strength of a failed page. Seeing is told by time and
    /// not by run, so that an object which another run captured meanwhile is not missed.
    pub async fn finish_types(&self, lease: &Lease, types: &[ObservedType<'_>]) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("inventory.finish_types").await?;
        one_at_a_time(&mut tx, self.0.tenant(), types.iter().map(|one| one.type_key)).await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        for one in types {
            self.finish_type(&mut tx, lease, held.now, one).await?;
        }
        tx.commit().await
    }

    async fn finish_type(
        &self,
        tx: &mut Tx,
        lease: &Lease,
        now: i64,
        observed: &ObservedType<'_>,
    ) -> Result<(), StoreError> {
        let list_complete = observed.code.is_none();
        let upsert = sql!(
            "insert into inventory_coverage (tenant_id, type_key, run_id, at, list_complete, code, seen, incomplete, complete_at, whole_at) \
             select $1, $2, $3, $4, $5, $6, $7, n.incomplete, case when $5 and n.incomplete = 0 then $4 end, \
             case when $5 and $8 then (select started_at from operation_runs where id = $3) end from \
             (select count(*) as incomplete from inventory_objects o where o.tenant_id = $1 and o.type_key = $2 and not o.complete \
              and o.last_seen_at >= (select started_at from operation_runs where id = $3)) as n where true \
             on conflict (tenant_id, type_key) do update set run_id = excluded.run_id, at = excluded.at, \
             list_complete = excluded.list_complete, code = excluded.code, seen = excluded.seen, incomplete = excluded.incomplete, \
             complete_at = coalesce(excluded.complete_at, inventory_coverage.complete_at), \
             whole_at = coalesce(excluded.whole_at, inventory_coverage.whole_at)",
            self.0.tenant_arg(),
            observed.type_key,
            id(lease.run),
            now,
            list_complete,
            observed.code,
            observed.seen,
            observed.whole,
        );
        tx.execute(upsert).await?;
        if list_complete {
            let missing = sql!(
                "update inventory_objects set missing_since = coalesce(missing_since, $4), missing_run = $3 \
                 where tenant_id = $1 and type_key = $2 \
                 and last_seen_at < (select started_at from operation_runs where id = $3)",
                self.0.tenant_arg(),
                observed.type_key,
                id(lease.run),
                now,
            );
            tx.execute(missing).await?;
        }
        match &observed.step {
            Some(step) => step_in(tx, lease, now, step).await,
            None => Ok(()),
        }
    }

    /// Of how many settings of the type the definitions could not be read, and why.
    pub async fn note_unnamed(
        &self,
        lease: &Lease,
        type_key: &str,
        unnamed: usize,
        code: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("inventory.note_unnamed").await?;
        hold_in(&mut tx, lease, self.0.tenant()).await?;
        let update = sql!(
            "update inventory_coverage set unnamed = $3, unnamed_code = $4 where tenant_id = $1 and type_key = $2",
            self.0.tenant_arg(),
            type_key,
            unnamed,
            code,
        );
        tx.execute(update).await?;
        tx.commit().await
    }

    /// Every type that was ever observed, by key.
    pub async fn coverage(&self) -> Result<Vec<CoverageRow>, StoreError> {
        let statement =
            sql!("select * from inventory_coverage where tenant_id = $1 order by type_key", self.0.tenant_arg());
        self.coverage_rows(statement).await
    }

    async fn coverage_rows(&self, statement: Statement) -> Result<Vec<CoverageRow>, StoreError> {
        let rows = self.0.db.fetch("inventory_coverage", statement).await?;
        rows.iter()
            .map(|row| {
                Ok(CoverageRow {
                    type_key: row.get("type_key")?,
                    run: row.id("run_id")?,
                    at: row.get("at")?,
                    list_complete: row.get("list_complete")?,
                    code: row.get("code")?,
                    seen: row.count("seen")?,
                    incomplete: row.count("incomplete")?,
                    complete_at: row.get("complete_at")?,
                    whole_at: row.get("whole_at")?,
                    unnamed: row.count("unnamed")?,
                    unnamed_code: row.get("unnamed_code")?,
                })
            })
            .collect()
    }

    /// Absent before the first observation. Types that are left out do not count.
    pub async fn freshness(&self) -> Result<Option<Freshness>, StoreError> {
        let observed = sql!(
            "select c.* from inventory_coverage c where c.tenant_id = $1 and not exists \
             (select 1 from excluded_types e where e.tenant_id = c.tenant_id and e.type_key = c.type_key)",
            self.0.tenant_arg()
        );
        let coverage = self.coverage_rows(observed).await?;
        let complete = coverage.iter().all(|row| row.list_complete && row.incomplete == 0);
        Ok(coverage.iter().map(|row| row.at).max().map(|at| Freshness { at, complete }))
    }
}
