//! What changed: a hint for those who wait, and a gapless list for those who show runs.

use model::ids::{RunId, TenantId};
use tokio::sync::watch;

use super::sql::sql;
use super::{Db, Engine};
use crate::StoreError;

/// One run that changed in some way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunChange {
    /// Its tenant; absent for the workspace's own.
    pub tenant: Option<TenantId>,
    /// The run.
    pub run: RunId,
}

/// The runs that changed since a position, each once, and the position to ask from next.
#[derive(Debug, Clone)]
pub struct RunChanges {
    /// Ask from here next time.
    pub seq: i64,
    /// In no particular order.
    pub changes: Vec<RunChange>,
}

impl Db {
    /// Moves after commits that changed runs, here or on another node. A hint only: it may be lost or come too often.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    /// Where a new reader of [`Db::runs_changed_since`] starts.
    pub async fn changes_position(&self) -> Result<i64, StoreError> {
        self.changes_head().await
    }

    /// The runs that changed since `seq`. No change is left out, also when transactions commit out of order.
    pub async fn runs_changed_since(&self, seq: i64) -> Result<RunChanges, StoreError> {
        let head = self.changes_head().await?;
        let rows = self
            .fetch(
                "run_changes",
                sql!("select distinct tenant_id, run_id from run_changes where seq >= $1 and seq < $2", seq, head),
            )
            .await?;
        let changes = rows
            .iter()
            .map(|row| Ok(RunChange { tenant: row.optional_id("tenant_id")?, run: row.id("run_id")? }))
            .collect::<Result<_, StoreError>>()?;
        Ok(RunChanges { seq: head.max(seq), changes })
    }

    /// The first position that is not readable yet.
    async fn changes_head(&self) -> Result<i64, StoreError> {
        let statement = match self.engine() {
            // One writer at a time: the order of numbers is the order of commits.
            Engine::Sqlite => {
                sql!("select coalesce((select seq from sqlite_sequence where name = 'run_changes'), 0) + 1 as head")
            }
            // Every transaction below the oldest open one has ended, and its rows are visible.
            Engine::Postgres => sql!("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as head"),
        };
        self.fetch("run_changes", statement).await?[0].get("head")
    }
}
