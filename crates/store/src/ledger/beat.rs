//! Beats: one worker's leases, renewed together.

use std::time::Duration;

use model::ids::{RunId, WorkerId};

use super::{LEASE_MS, Ledger};
use crate::StoreError;
use crate::db::Reserved;
use crate::db::sql::{Builder, id};

/// Longest wait for the answer to a beat: after a dead connection there is time for another beat on a new one before the
/// leases run out.
const ANSWER: Duration = Duration::from_secs(3);

/// A lease that the beat has renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    /// The run.
    pub run: RunId,
    /// Of the claim that was renewed.
    pub fence: i64,
    /// Somebody asked it to stop.
    pub cancel_requested: bool,
}

/// Keeps one worker's leases over a connection of its own, so that no busy handler and no exhausted pool can starve
/// them. Belongs to the runtime that beats with it.
pub struct Heart {
    worker: WorkerId,
    connection: Reserved,
}

impl Ledger {
    /// The heart of this worker; connects with its first beat.
    pub fn heart(&self, worker: WorkerId) -> Heart {
        Heart { worker, connection: self.0.reserve() }
    }
}

impl Heart {
    /// Renews the leases on these runs in one statement. A run that is missing in the answer is lost. A run that the
    /// worker gave up without being able to say so is not among them: its lease runs out, and the sweep takes it up.
    /// Without runs it keeps the connection ready.
    pub async fn beat(&self, runs: &[RunId]) -> Result<Vec<Beat>, StoreError> {
        // The inner select locks in one order, as the end of runs does: two statements that lock many rows in different
        // orders would wait for each other.
        let mut update = Builder::new("update operation_runs set ");
        update.with(
            "lease_expires_at = now_ms() + {} where id in (select id from operation_runs where ",
            [LEASE_MS.into()],
        );
        update.with("lease_owner = {} and status = 'running' and id", [id(self.worker).into()]);
        update.one_of(runs.iter().map(|run| id(*run).into()));
        update.text(" order by id for_update()) returning id, fence, cancel_requested_at");
        let answer = tokio::time::timeout(ANSWER, self.connection.fetch("operation_runs", update.statement())).await;
        let rows = answer.map_err(|elapsed| StoreError::Unreachable(Box::new(elapsed)))??;
        rows.iter()
            .map(|row| {
                let cancel_requested = row.get::<Option<i64>>("cancel_requested_at")?.is_some();
                Ok(Beat { run: row.id("id")?, fence: row.get("fence")?, cancel_requested })
            })
            .collect()
    }

    /// Closes its connection.
    pub async fn stop(self) {
        self.connection.close().await;
    }
}
