//! A run as a page shows it.

use model::ids::{RunId, UserId};
use model::run::{Counts, Failure, Outcome, Reason, Status};
use serde_json::Value;

use crate::StoreError;
use crate::db::Row;

/// One run.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// Sorts by creation.
    pub id: RunId,
    /// `resource.action`.
    pub run_type: String,
    /// Verb and object: "Sync inventory".
    pub label: String,
    /// What it is about: "13 types".
    pub target: String,
    /// Where it stands.
    pub status: Status,
    /// How it ended.
    pub outcome: Outcome,
    /// Absent when no person started it.
    pub initiator: Option<UserId>,
    /// The name as it was then.
    pub initiator_name: String,
    /// What it is to do.
    pub inputs: Value,
    /// Related ids.
    pub context: Value,
    /// The run it is a part of.
    pub parent: Option<RunId>,
    /// The run whose failed items it tries again.
    pub retry_of: Option<RunId>,
    /// A pure function of the items.
    pub counts: Counts,
    /// Bounded; per-item ones live with the items.
    pub failures: Vec<Failure>,
    /// Why it waits, or why it ended so.
    pub reason: Option<Reason>,
    /// A pause keeps it in the queue; the reason says whose.
    pub paused: bool,
    /// Whether it writes to the tenant.
    pub writes: bool,
    /// Attempts that have started.
    pub attempt: i64,
    /// Attempts that may start.
    pub attempts_max: i64,
    /// Grows with each claim.
    pub fence: i64,
    /// When it may be claimed. This and all times: milliseconds since the Unix epoch, by the database's clock.
    pub available_at: i64,
    /// When it fails for being too slow.
    pub deadline_at: Option<i64>,
    /// When somebody asked it to stop.
    pub cancel_requested_at: Option<i64>,
    /// Set exactly while it runs.
    pub lease_expires_at: Option<i64>,
    /// When it was started by its initiator.
    pub created_at: i64,
    /// First claim.
    pub started_at: Option<i64>,
    /// When it ended.
    pub completed_at: Option<i64>,
    /// Last write by a worker.
    pub last_progress_at: Option<i64>,
    /// The database's clock when this was read.
    pub database_now_ms: i64,
}

impl RunRow {
    /// Since when its worker has missed its beats, before the sweeper acts: half a lease without one is too long.
    pub fn not_responding_since(&self) -> Option<i64> {
        let last_beat = self.lease_expires_at? - crate::ledger::LEASE_MS;
        (self.database_now_ms - last_beat > crate::ledger::LEASE_MS * 2 / 3).then_some(last_beat)
    }

    pub(super) fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            run_type: row.get("type")?,
            label: row.get("label")?,
            target: row.get("target")?,
            status: row.word("status")?,
            outcome: row.word("outcome")?,
            initiator: row.optional_id("initiator_id")?,
            initiator_name: row.get("initiator_name")?,
            inputs: row.json("inputs")?,
            context: row.json("context")?,
            parent: row.optional_id("parent_id")?,
            retry_of: row.optional_id("retry_of_id")?,
            counts: counts(row)?,
            failures: row.json("failures")?,
            reason: reason(row, "reason_code", "reason_sentence")?,
            paused: false,
            writes: row.get("writes")?,
            attempt: row.get("attempt")?,
            attempts_max: row.get("attempts_max")?,
            fence: row.get("fence")?,
            available_at: row.get("available_at")?,
            deadline_at: row.get("deadline_at")?,
            cancel_requested_at: row.get("cancel_requested_at")?,
            lease_expires_at: row.get("lease_expires_at")?,
            created_at: row.get("created_at")?,
            started_at: row.get("started_at")?,
            completed_at: row.get("completed_at")?,
            last_progress_at: row.get("last_progress_at")?,
            database_now_ms: row.get("now")?,
        })
    }
}

fn counts(row: &Row) -> Result<Counts, StoreError> {
    Ok(Counts {
        total: row.get::<Option<i64>>("total")?.and_then(|total| u64::try_from(total).ok()),
        processed: row.count("processed")?,
        succeeded: row.count("succeeded")?,
        failed: row.count("failed")?,
        skipped: row.count("skipped")?,
    })
}

pub(super) fn reason(row: &Row, code: &'static str, sentence: &'static str) -> Result<Option<Reason>, StoreError> {
    let Some(code) = row.get::<Option<String>>(code)? else { return Ok(None) };
    Ok(Some(Reason { code, sentence: row.get::<Option<String>>(sentence)?.unwrap_or_default() }))
}
