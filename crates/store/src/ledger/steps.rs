//! Steps of a run: finished ones are skipped by the next attempt, and a cursor resumes inside one.

use model::ids::RunId;

use super::{Lease, Ledger, hold};
use crate::StoreError;
use crate::db::Tx;
use crate::db::sql::{id, sql};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Unique in the run.
    pub name: String,
    /// Where to go on inside it.
    pub cursor: Option<String>,
    /// Not to be done again.
    pub done: bool,
}

/// The step is finished, in the transaction that holds the lease.
pub(crate) async fn step_in(tx: &mut Tx, lease: &Lease, now: i64, name: &str) -> Result<(), StoreError> {
    write(tx, lease, now, (name, None, true)).await
}

async fn write(
    tx: &mut Tx,
    lease: &Lease,
    now: i64,
    (name, cursor, done): (&str, Option<&str>, bool),
) -> Result<(), StoreError> {
    let statement = sql!(
        "insert into operation_run_steps (run_id, name, cursor, done, at) values ($1, $2, $3, $4, $5) \
         on conflict (run_id, name) do update set cursor = excluded.cursor, done = excluded.done, at = excluded.at",
        id(lease.run),
        name,
        cursor,
        done,
        now,
    );
    tx.execute(statement).await?;
    Ok(())
}

impl Ledger {
    /// The step is finished.
    pub async fn step_done(&self, lease: &Lease, name: &str, cursor: Option<&str>) -> Result<(), StoreError> {
        self.step(lease, name, cursor, true).await
    }

    /// The step has come this far.
    pub async fn step_cursor(&self, lease: &Lease, name: &str, cursor: &str) -> Result<(), StoreError> {
        self.step(lease, name, Some(cursor), false).await
    }

    async fn step(&self, lease: &Lease, name: &str, cursor: Option<&str>, done: bool) -> Result<(), StoreError> {
        let mut tx = self.0.begin("ledger.step").await?;
        let held = hold(&mut tx, lease).await?;
        write(&mut tx, lease, held.now, (name, cursor, done)).await?;
        tx.commit().await
    }

    /// What earlier attempts have done.
    pub async fn steps(&self, run: RunId) -> Result<Vec<Step>, StoreError> {
        let rows = self
            .0
            .fetch(
                "operation_run_steps",
                sql!("select * from operation_run_steps where run_id = $1 order by at, name", id(run)),
            )
            .await?;
        rows.iter()
            .map(|row| Ok(Step { name: row.get("name")?, cursor: row.get("cursor")?, done: row.get("done")? }))
            .collect()
    }
}
