//! The items of one run.

use model::ids::RunId;
use model::run::ItemOutcome;
use strum::IntoEnumIterator;

use super::Runs;
use crate::StoreError;
use crate::db::Row;
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

impl Runs<'_> {
    /// Items after a sequence number, in order.
    pub async fn items(
        &self,
        run: RunId,
        filter: &ItemFilter,
        after_sequence: i64,
        limit: usize,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let mut query = self.fitting("*", run, filter);
        query.with(" and sequence > {} order by sequence limit {}", [after_sequence.into(), limit.into()]);
        let rows = self.0.db.fetch("operation_run_items", query.statement()).await?;
        rows.iter().map(item).collect()
    }

    /// Items behind the first so many of those that fit, in order: any part of a list whose whole nobody reads.
    pub async fn items_at(
        &self,
        run: RunId,
        filter: &ItemFilter,
        offset: u64,
        limit: usize,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let mut query = self.fitting("*", run, filter);
        query.with(
            " order by sequence limit {} offset {}",
            [limit.into(), Arg::from(i64::try_from(offset).unwrap_or(i64::MAX))],
        );
        let rows = self.0.db.fetch("operation_run_items", query.statement()).await?;
        rows.iter().map(item).collect()
    }

    /// How many items fit.
    pub async fn item_count(&self, run: RunId, filter: &ItemFilter) -> Result<u64, StoreError> {
        let query = self.fitting("count(*) as items", run, filter);
        let rows = self.0.db.fetch("operation_run_items", query.statement()).await?;
        rows.first().expect("a count is one row").count("items")
    }

    fn fitting(&self, columns: &'static str, run: RunId, filter: &ItemFilter) -> Builder {
        let mut query = Builder::new("select ");
        query.text(columns).with(
            " from operation_run_items where run_id = {} and tenant_id = {}",
            [id(run).into(), self.0.tenant_arg().into()],
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
        query
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
}

fn item(row: &Row) -> Result<ItemRow, StoreError> {
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
}

fn add<K: PartialEq>(list: &mut Vec<(K, u64)>, key: K, items: u64) {
    match list.iter_mut().find(|(found, _)| *found == key) {
        Some((_, count)) => *count += items,
        None => list.push((key, items)),
    }
}
