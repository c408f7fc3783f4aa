//! What belongs to one run: items and timeline.

use model::ids::{RunId, WorkerId};
use model::run::{Failure, ItemOutcome, Reason};
use strum::IntoEnumIterator;

use super::Runs;
use super::row::reason;
use crate::StoreError;
use crate::db::sql::{Arg, Builder, anywhere, id, sql};

/// One item.
#[derive(Debug, Clone)]
pub struct ItemRow {
    /// Position in the run, from 1.
    pub sequence: i64,
    /// Unique in the run.
    pub key: String,
    /// As a person reads it.
    pub label: String,
    /// What it is.
    pub kind: String,
    /// How it ended.
    pub outcome: ItemOutcome,
    /// For programs.
    pub code: Option<String>,
    /// Our own sentence.
    pub message: Option<String>,
    /// More of our own words.
    pub detail: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub started_at: i64,
    /// Milliseconds since the Unix epoch.
    pub ended_at: Option<i64>,
}

/// All parts must fit.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// Empty fits all.
    pub outcomes: Vec<ItemOutcome>,
    /// With this code.
    pub code: Option<String>,
    /// Somewhere in label or key.
    pub text: Option<String>,
}

impl ItemFilter {
    /// Everything that counts as failed.
    pub fn failed() -> Self {
        let outcomes = ItemOutcome::iter().filter(|outcome| outcome.counts_as_failed()).collect();
        Self { outcomes, ..Self::default() }
    }
}

/// How many items, by outcome and by code.
#[derive(Debug, Clone, Default)]
pub struct ItemCounts {
    /// Only outcomes that are there.
    pub outcomes: Vec<(ItemOutcome, u64)>,
    /// Most frequent first.
    pub codes: Vec<(String, u64)>,
}

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
    /// Items after a sequence number, in order.
    pub async fn items(
        &self,
        run: RunId,
        filter: &ItemFilter,
        after_sequence: i64,
        limit: usize,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let mut query = Builder::new("select * from operation_run_items where ");
        query.with(
            "run_id = {} and tenant_id = {} and sequence > {}",
            [id(run).into(), self.0.tenant_arg().into(), after_sequence.into()],
        );
        if !filter.outcomes.is_empty() {
            query.text(" and outcome").one_of(filter.outcomes.iter().map(|outcome| Arg::from(outcome.to_string())));
        }
        if let Some(code) = &filter.code {
            query.with(" and code = {}", [code.into()]);
        }
        if let Some(text) = &filter.text {
            let pattern = anywhere(text.trim());
            query.with(
                r" and (label ilike {} escape '\' or key ilike {} escape '\')",
                [pattern.as_str().into(), pattern.as_str().into()],
            );
        }
        query.with(" order by sequence limit {}", [limit.into()]);
        let rows = self.0.db.fetch("operation_run_items", query.statement()).await?;
        rows.iter()
            .map(|row| {
                Ok(ItemRow {
                    sequence: row.get("sequence")?,
                    key: row.get("key")?,
                    label: row.get("label")?,
                    kind: row.get("kind")?,
                    outcome: row.word("outcome")?,
                    code: row.get("code")?,
                    message: row.get("message")?,
                    detail: row.get("detail")?,
                    started_at: row.get("started_at")?,
                    ended_at: row.get("ended_at")?,
                })
            })
            .collect()
    }

    /// Exact numbers of items.
    pub async fn item_counts(&self, run: RunId) -> Result<ItemCounts, StoreError> {
        let statement = sql!(
            "select outcome, code, count(*) as items from operation_run_items where run_id = $1 and tenant_id = $2 group by outcome, code",
            id(run),
            self.0.tenant_arg(),
        );
        let mut counts = ItemCounts::default();
        for row in self.0.db.fetch("operation_run_items", statement).await? {
            let (outcome, items) = (row.word("outcome")?, row.count("items")?);
            add(&mut counts.outcomes, outcome, items);
            if let Some(code) = row.get::<Option<String>>("code")? {
                add(&mut counts.codes, code, items);
            }
        }
        counts.codes.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
        Ok(counts)
    }

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

fn add<K: PartialEq>(list: &mut Vec<(K, u64)>, key: K, items: u64) {
    match list.iter_mut().find(|(found, _)| *found == key) {
        Some((_, count)) => *count += items,
        None => list.push((key, items)),
    }
}
