//! Items, progress and events, written under a lease.

use std::collections::{HashMap, HashSet};

use model::ids::RunId;
use model::run::{Counts, ItemOutcome, Reason};
use serde_json::Value;

use super::{Held, Lease, Ledger, hold};
use crate::StoreError;
use crate::db::Tx;
use crate::db::sql::{Arg, Builder, id, optional_id, sql};

/// Rows per statement; SQLite allows 32,766 arguments.
const ROWS_MAX: usize = 500;
/// Longest text kept with an item, in characters.
const TEXT_MAX: usize = 2_000;

/// One item's result, or a pending item.
#[derive(Debug, Clone)]
pub struct ItemRecord {
    /// Unique in the run: an ended item of this key is never recorded again.
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
}

fn bounded(text: String) -> String {
    if text.chars().nth(TEXT_MAX).is_none() { text } else { text.chars().take(TEXT_MAX).chain(['…']).collect() }
}

impl Ledger {
    /// Records items and counts in one transaction; those that ended before are skipped. Says how many were written.
    pub async fn record(&self, lease: &Lease, items: Vec<ItemRecord>) -> Result<usize, StoreError> {
        let mut tx = self.0.begin("ledger.record").await?;
        let held = hold(&mut tx, lease).await?;
        let written = record_items(&mut tx, lease, &held, items).await?.len();
        self.0.commit_runs(tx, false).await?;
        Ok(written)
    }

    /// The keys of items that have ended, for an attempt that resumes.
    pub async fn recorded_keys(&self, run: RunId) -> Result<HashSet<String>, StoreError> {
        let statement = sql!("select key from operation_run_items where run_id = $1 and outcome <> 'pending'", id(run));
        self.0.fetch("operation_run_items", statement).await?.iter().map(|row| row.get("key")).collect()
    }

    /// Adds an event of the run type's own to the timeline.
    pub async fn event(&self, lease: &Lease, kind: &str, reason: Option<Reason>) -> Result<(), StoreError> {
        let mut tx = self.0.begin("ledger.event").await?;
        let held = hold(&mut tx, lease).await?;
        add_event(&mut tx, lease, &held, kind, reason).await?;
        self.0.commit_runs(tx, false).await
    }

    /// Says how many items there will be.
    pub async fn set_total(&self, lease: &Lease, total: u64) -> Result<(), StoreError> {
        let mut tx = self.0.begin("ledger.set_total").await?;
        hold(&mut tx, lease).await?;
        tx.execute(sql!("update operation_runs set total = $2 where id = $1", id(lease.run), total)).await?;
        self.0.commit_runs(tx, false).await
    }

    /// Replaces the related ids, such as the backup set that the run has made.
    pub async fn set_context(&self, lease: &Lease, context: &Value) -> Result<(), StoreError> {
        let mut tx = self.0.begin("ledger.set_context").await?;
        hold(&mut tx, lease).await?;
        tx.execute(sql!("update operation_runs set context = $2 where id = $1", id(lease.run), context.to_string()))
            .await?;
        tx.commit().await
    }
}

pub(super) async fn add_event(
    tx: &mut Tx,
    lease: &Lease,
    held: &Held,
    kind: &str,
    reason: Option<Reason>,
) -> Result<(), StoreError> {
    let (code, sentence) = reason.map(|reason| (reason.code, reason.sentence)).unzip();
    let statement = sql!(
        "insert into operation_run_events (run_id, at, kind, attempt, worker, code, sentence) values ($1, $2, $3, $4, $5, $6, $7)",
        id(lease.run),
        held.now,
        kind,
        held.attempt,
        id(lease.worker),
        code,
        sentence,
    );
    tx.execute(statement).await?;
    Ok(())
}

/// The keys among these that have ended (true) or are pending (false).
async fn known_keys(tx: &mut Tx, run: RunId, items: &[ItemRecord]) -> Result<HashMap<String, bool>, StoreError> {
    let mut known = HashMap::new();
    for chunk in items.chunks(ROWS_MAX) {
        let mut query = Builder::new("select key, outcome from operation_run_items where ");
        query.with("run_id = {} and key", [id(run).into()]);
        query.one_of(chunk.iter().map(|item| Arg::from(&item.key)));
        for row in tx.fetch("operation_run_items", query.statement()).await? {
            known.insert(row.get("key")?, row.word::<ItemOutcome>("outcome")? != ItemOutcome::Pending);
        }
    }
    Ok(known)
}

/// Writes the items that have not ended before, adds to the counts, and says which keys were written.
pub(crate) async fn record_items(
    tx: &mut Tx,
    lease: &Lease,
    held: &Held,
    items: Vec<ItemRecord>,
) -> Result<HashSet<String>, StoreError> {
    // The first batch of a run meets nothing that was there before.
    let known = if held.next_sequence > 1 { known_keys(tx, lease.run, &items).await? } else { HashMap::new() };
    let (mut written, mut counts) = (HashSet::new(), Counts::default());
    let (mut inserts, mut endings) = (Vec::new(), Vec::new());
    for item in items {
        let pending = item.outcome == ItemOutcome::Pending;
        let before = known.get(&item.key).copied();
        if before == Some(true) || (before.is_some() && pending) || !written.insert(item.key.clone()) {
            continue;
        }
        counts.add(item.outcome);
        if before.is_some() { endings.push(item) } else { inserts.push(item) }
    }
    let next_sequence = held.next_sequence + i64::try_from(inserts.len()).unwrap_or(i64::MAX);
    insert_items(tx, lease, held, inserts).await?;
    for item in endings {
        end_pending(tx, lease, held, item).await?;
    }
    add_counts(tx, lease, &counts, next_sequence).await?;
    Ok(written)
}

async fn insert_items(tx: &mut Tx, lease: &Lease, held: &Held, items: Vec<ItemRecord>) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(items.len());
    for (sequence, item) in (held.next_sequence..).zip(items) {
        let ended_at = (item.outcome != ItemOutcome::Pending).then_some(held.now);
        rows.push(vec![
            id(lease.run).into(),
            sequence.into(),
            optional_id(held.tenant),
            item.key.into(),
            item.label.into(),
            item.kind.into(),
            item.outcome.to_string().into(),
            item.code.into(),
            item.message.map(bounded).into(),
            item.detail.map(bounded).into(),
            held.now.into(),
            ended_at.into(),
        ]);
    }
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(ROWS_MAX));
        let mut insert = Builder::new(
            "insert into operation_run_items \
             (run_id, sequence, tenant_id, key, label, kind, outcome, code, message, detail, started_at, ended_at) ",
        );
        insert.rows(std::mem::replace(&mut rows, rest));
        tx.execute(insert.statement()).await?;
    }
    Ok(())
}

async fn end_pending(tx: &mut Tx, lease: &Lease, held: &Held, item: ItemRecord) -> Result<(), StoreError> {
    let statement = sql!(
        "update operation_run_items set outcome = $3, code = $4, message = $5, detail = $6, ended_at = $7 \
         where run_id = $1 and key = $2 and outcome = 'pending'",
        id(lease.run),
        item.key,
        item.outcome.to_string(),
        item.code,
        item.message.map(bounded),
        item.detail.map(bounded),
        held.now,
    );
    tx.execute(statement).await?;
    Ok(())
}

async fn add_counts(tx: &mut Tx, lease: &Lease, counts: &Counts, next_sequence: i64) -> Result<(), StoreError> {
    let statement = sql!(
        "update operation_runs set processed = processed + $2, succeeded = succeeded + $3, failed = failed + $4, \
         skipped = skipped + $5, next_sequence = $6 where id = $1",
        id(lease.run),
        counts.processed,
        counts.succeeded,
        counts.failed,
        counts.skipped,
        next_sequence,
    );
    tx.execute(statement).await?;
    Ok(())
}
