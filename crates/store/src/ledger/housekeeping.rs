//! What grows is bounded: old runs, changes that everybody has seen, expired keys, appended counters.

use std::collections::BTreeSet;

use model::run::{Failure, Outcome, Reason, Status};

use super::{End, Ledger, end_runs};
use crate::db::sql::{Arg, Builder, sql};
use crate::db::{Engine, Row};
use crate::nodes::{ALIVE_MS, KEPT_MS};
use crate::{Closing, StoreError};

/// A live view that was away for longer than this starts over.
const CHANGES_KEPT_MS: i64 = 60 * 60 * 1000;
/// Appended differences that are cheap to add up on every page.
const DIFFERENCES_MAX: i64 = 200;
/// Differences folded by one statement: after a long time without any sweep there may be millions of them, and a
/// statement that takes longer than a connection waits for its answer would never get through.
const FOLDED_MAX: i64 = 50_000;
/// Expired keys deleted by one statement, for the same reason.
const EXPIRED_MAX: i64 = 20_000;
/// Runs ended in one transaction.
const UNHANDLED_MAX: i64 = 500;

impl Ledger {
    /// Deletes up to `slice` runs that ended before then, with their items and events; never one that a backup set,
    /// another run or the inventory's missing objects depend on.
    pub async fn purge_completed_runs(&self, older_than_ms: i64, slice: usize) -> Result<u64, StoreError> {
        let statement = sql!(
            "delete from operation_runs where id in (select r.id from operation_runs r \
             where r.status = 'completed' and r.completed_at < $1 \
             and not exists (select 1 from backup_sets b where b.run_id = r.id) \
             and not exists (select 1 from operation_runs c where c.parent_id = r.id) \
             and not exists (select 1 from operation_runs c where c.retry_of_id = r.id) \
             and not exists (select 1 from inventory_objects o where o.missing_run = r.id) \
             and not exists (select 1 from outbox x where x.run_id = r.id) \
             order by r.completed_at limit $2)",
            older_than_ms,
            slice,
        );
        self.0.execute(statement).await
    }

    /// Ends runs that no living worker has known how to execute for as long as their type may take, and forgets nodes
    /// that were not seen for a day. Says how many runs were ended. Without any worker alive nothing is judged.
    pub async fn end_unhandled(&self) -> Result<usize, StoreError> {
        self.0.execute(sql!("delete from nodes where seen_at < now_ms() - $1", KEPT_MS)).await?;
        let nodes = self.0.nodes().list(ALIVE_MS).await?;
        let known: BTreeSet<String> = nodes.into_iter().flat_map(|node| node.types).collect();
        if known.is_empty() {
            return Ok(0);
        }
        let mut tx = self.0.begin("ledger.end_unhandled").await?;
        let mut query = Builder::new(
            "select id, fence from operation_runs where status = 'queued' and available_at < now_ms() - deadline_ms and type",
        );
        query.none_of(known.iter().map(Arg::from));
        query.with(" order by id limit {} skip_locked()", [UNHANDLED_MAX.into()]);
        let rows = tx.fetch("operation_runs", query.statement()).await?;
        let ends = rows.iter().map(unhandled).collect::<Result<Vec<_>, _>>()?;
        if ends.is_empty() {
            return Ok(0);
        }
        let ended = end_runs(&mut tx, self.0.ambient(), ends).await?.len();
        self.0.commit_runs(tx, true).await?;
        Ok(ended)
    }

    /// Makes due what was queued before the database's clock jumped back, and would wait until the clock is there again.
    pub async fn hasten_after_a_jump(&self) -> Result<u64, StoreError> {
        let statement = sql!(
            "update operation_runs set available_at = now_ms() where status = 'queued' \
             and available_at > now_ms() and created_at > now_ms()"
        );
        self.0.execute(statement).await
    }

    /// Part of every sweep.
    pub(super) async fn tidy(&self) -> Result<(), StoreError> {
        let old_changes = sql!(
            "select seq from run_changes where at < now_ms() - $1 and seq = (select min(seq) from run_changes) limit 1",
            CHANGES_KEPT_MS
        );
        if !self.0.fetch("run_changes", old_changes).await?.is_empty() {
            let statement = sql!(
                "delete from run_changes where at < now_ms() - $1 and seq < (select min(seq) + 20000 from run_changes)",
                CHANGES_KEPT_MS
            );
            self.0.execute(statement).await?;
        }
        let expired = sql!("select run_id from idempotency_keys where expires_at <= now_ms() limit 1");
        if !self.0.fetch("idempotency_keys", expired).await?.is_empty() {
            let statement = sql!(
                "delete from idempotency_keys where (tenant_id, actor, key) in (select tenant_id, actor, key \
                 from idempotency_keys where expires_at <= now_ms() order by expires_at limit $1)",
                EXPIRED_MAX
            );
            self.0.execute(statement).await?;
        }
        self.compact().await?;
        Ok(())
    }

    /// Folds appended differences of counters together, a slice at a time (PostgreSQL; SQLite's are kept folded). Says
    /// whether there was a whole slice, so that there may be more.
    pub async fn compact(&self) -> Result<bool, StoreError> {
        if self.0.engine() == Engine::Sqlite {
            return Ok(false);
        }
        let look =
            sql!("select count(*) as differences from (select 1 from run_counters limit $1) as first_ones", FOLDED_MAX);
        let differences: i64 = self.0.fetch("run_counters", look).await?[0].get("differences")?;
        if differences <= DIFFERENCES_MAX {
            return Ok(false);
        }
        let fold = sql!(
            "with gone as (delete from run_counters where ctid in \
             (select ctid from run_counters limit $1 for update skip locked) returning *) \
             insert into run_counters (tenant_id, type, status, outcome, runs) \
             select tenant_id, type, status, outcome, sum(runs)::bigint from gone group by tenant_id, type, status, outcome having sum(runs) <> 0",
            FOLDED_MAX
        );
        self.0.execute(fold).await?;
        Ok(differences == FOLDED_MAX)
    }
}

fn unhandled(row: &Row) -> Result<End, StoreError> {
    let sentence = "No worker knew this kind of operation for as long as it may take";
    let closing = Closing {
        outcome: Some(Outcome::Failed),
        reason: Some(Reason::new("no_handler", sentence)),
        failures: vec![Failure::new("no_handler", sentence)],
    };
    Ok(End { run: row.id("id")?, fence: row.get("fence")?, status: Status::Queued, worker: None, closing })
}
