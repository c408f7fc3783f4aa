//! What belongs to one run: its timeline, and what its items say together.

use model::ids::{RunId, WorkerId};
use model::run::{Failure, Reason};

use super::Runs;
use super::row::reason;
use crate::StoreError;
use crate::db::sql::{id, sql};

/// Items of one kind that are not complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotComplete {
    /// What each of them is: "Shell script".
    pub kind: String,
    /// The label of the type whose list could not be read; absent when these are objects.
    pub list: Option<String>,
    /// How many.
    pub count: u64,
}

/// One event of the timeline.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Milliseconds since the Unix epoch.
    pub at: i64,
    /// `queued`, `claimed`, `waiting`, `retrying`, `released`, `worker_lost`, `cancel_requested`, `finished`, or the
    /// run type's own.
    pub kind: String,
    /// The attempt it belongs to.
    pub attempt: i64,
    /// Who wrote it.
    pub worker: Option<WorkerId>,
    /// Why.
    pub reason: Option<Reason>,
}

impl Runs<'_> {
    /// The kinds of failure among the items, most frequent first, each with one of its messages.
    pub async fn failure_kinds(&self, run: RunId) -> Result<Vec<Failure>, StoreError> {
        let statement = sql!(
            "select code, min(message) as message, count(*) as items from operation_run_items \
             where run_id = $1 and tenant_id = $2 and code is not null \
             and outcome in ('incomplete', 'failed', 'conflict', 'unknown') group by code order by items desc, code",
            id(run),
            self.0.tenant_arg(),
        );
        let rows = self.0.db.fetch("operation_run_items", statement).await?;
        rows.iter()
            .map(|row| {
                let message = row.get::<Option<String>>("message")?.unwrap_or_default();
                Ok(Failure { code: row.get("code")?, message, count: row.count("items")? })
            })
            .collect()
    }

    /// How many items are not complete, by what they are, most first. A list that was not read stands for itself.
    pub async fn not_complete(&self, run: RunId) -> Result<Vec<NotComplete>, StoreError> {
        let statement = sql!(
            "select kind, list, count(*) as items from (select kind, case when kind = 'Type' then label end as list \
             from operation_run_items where run_id = $1 and tenant_id = $2 \
             and outcome in ('incomplete', 'failed', 'conflict', 'unknown')) as bad \
             group by kind, list order by items desc, kind, list",
            id(run),
            self.0.tenant_arg(),
        );
        let rows = self.0.db.fetch("operation_run_items", statement).await?;
        rows.iter()
            .map(|row| Ok(NotComplete { kind: row.get("kind")?, list: row.get("list")?, count: row.count("items")? }))
            .collect()
    }

    /// Whether the outbox still holds a card of this run. Its delivery is another change of the run.
    pub async fn card_is_due(&self, run: RunId) -> Result<bool, StoreError> {
        let statement = sql!(
            "select o.id from outbox o join operation_runs r on r.id = o.run_id \
             where o.run_id = $1 and r.tenant_id = $2 limit 1",
            id(run),
            self.0.tenant_arg(),
        );
        Ok(!self.0.db.fetch("outbox", statement).await?.is_empty())
    }

    /// The timeline, oldest first.
    pub async fn events(&self, run: RunId) -> Result<Vec<EventRow>, StoreError> {
        let statement = sql!(
            "select e.* from operation_run_events e join operation_runs r on r.id = e.run_id \
             where e.run_id = $1 and r.tenant_id = $2 order by e.id limit 1000",
            id(run),
            self.0.tenant_arg(),
        );
        let rows = self.0.db.fetch("operation_run_events", statement).await?;
        rows.iter()
            .map(|row| {
                Ok(EventRow {
                    at: row.get("at")?,
                    kind: row.get("kind")?,
                    attempt: row.get("attempt")?,
                    worker: row.optional_id("worker")?,
                    reason: reason(row, "code", "sentence")?,
                })
            })
            .collect()
    }
}
