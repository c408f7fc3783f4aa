//! A run as programs read it: the API and the JSON of an export.

use model::run::{Counts, Failure, Reason};
use serde::Serialize;
use serde_json::Value;
use store::RunRow;
use utoipa::ToSchema;

/// A code with its sentence.
#[derive(Debug, Serialize, ToSchema)]
pub struct Coded {
    /// Stable and dotted.
    code: String,
    /// Our own words.
    message: String,
    /// How often, where that is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

impl From<Reason> for Coded {
    fn from(reason: Reason) -> Self {
        Self { code: reason.code, message: reason.sentence, count: None }
    }
}

impl From<Failure> for Coded {
    fn from(failure: Failure) -> Self {
        Self { code: failure.code, message: failure.message, count: Some(failure.count) }
    }
}

/// How many items, and how they ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunCounts {
    /// Absent while it is not known.
    total: Option<u64>,
    /// Ended in any way.
    processed: u64,
    /// Good.
    succeeded: u64,
    /// Failed, incomplete, conflict or unknown.
    failed: u64,
    /// Left alone on purpose.
    skipped: u64,
}

impl From<Counts> for RunCounts {
    fn from(counts: Counts) -> Self {
        Self {
            total: counts.total,
            processed: counts.processed,
            succeeded: counts.succeeded,
            failed: counts.failed,
            skipped: counts.skipped,
        }
    }
}

/// One run. Times are milliseconds since the Unix epoch.
#[derive(Debug, Serialize, ToSchema)]
pub struct Run {
    /// `run_…`
    id: String,
    /// `resource.action`
    #[serde(rename = "type")]
    run_type: String,
    /// Verb and object.
    label: String,
    /// What it is about.
    target: String,
    /// `queued`, `running` or `completed`.
    status: String,
    /// `pending` until it is completed.
    outcome: String,
    /// The name of who started it, as it was then.
    initiator: String,
    /// What it was asked to do.
    inputs: Value,
    /// The run that asked for it.
    parent: Option<String>,
    /// Items.
    counts: RunCounts,
    /// Kinds of failures.
    failures: Vec<Coded>,
    /// Why it waits, or why it ended so.
    reason: Option<Coded>,
    /// Attempts that have started.
    attempt: i64,
    /// When it was started by its initiator.
    created_at: i64,
    /// First attempt.
    started_at: Option<i64>,
    /// End.
    completed_at: Option<i64>,
    /// When somebody asked it to stop.
    cancel_requested_at: Option<i64>,
    /// Since when its worker has not been heard of.
    not_responding_since: Option<i64>,
}

impl From<RunRow> for Run {
    fn from(row: RunRow) -> Self {
        let not_responding_since = row.not_responding_since();
        Self {
            id: row.id.to_string(),
            run_type: row.run_type,
            label: row.label,
            target: row.target,
            status: row.status.to_string(),
            outcome: row.outcome.to_string(),
            initiator: row.initiator_name,
            inputs: row.inputs,
            parent: row.parent.map(|run| run.to_string()),
            counts: row.counts.into(),
            failures: row.failures.into_iter().map(Coded::from).collect(),
            reason: row.reason.map(Coded::from),
            attempt: row.attempt,
            created_at: row.created_at,
            started_at: row.started_at,
            completed_at: row.completed_at,
            cancel_requested_at: row.cancel_requested_at,
            not_responding_since,
        }
    }
}
