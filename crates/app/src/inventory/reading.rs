//! What a pass leaves unread: objects of which nothing tells that they changed (spec 027).

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use engine::RunCtx;
use graph::{GraphError, TenantGraph};
use model::change::{ChangeLog, ToldChange};
use model::registry::content::RowSignals;
use model::registry::{Contract, Unchanged, content};
use serde_json::Value;
use store::{CoverageRow, RowSignal, SeenObject, Signals, StoreError};
use tokio::sync::mpsc;

use super::item_key;

/// A type whose objects were last all read longer ago than this is read as a whole, in milliseconds: so long can a change
/// stay hidden of which no signal tells.
const WHOLE_MS: i64 = 24 * 60 * 60 * 1000;
/// How far Microsoft's clock, by which events are dated, and the database's may be apart, in milliseconds.
const CLOCKS_MS: i64 = 10 * 60 * 1000;
/// The audit log is not asked for what is older, in milliseconds: a type that was read whole before is read whole anyway.
const EVENTS_MS: i64 = 7 * WHOLE_MS;

/// Changes kept of one object: who made the latest is said by name, of the others only how many there are.
const CHANGES_MAX: usize = 20;

/// What one pass knows about its types from before.
pub(super) struct Reading {
    /// A person wants everything read again.
    pub(super) whole: bool,
    /// How many objects the types had.
    seen: HashMap<String, u64>,
    /// When the types were last read as a whole.
    whole_at: HashMap<String, i64>,
    /// Types whose settings could not be named: whoever set that right is not kept waiting for a day.
    unnamed: HashSet<String>,
    /// What the audit log names, and since when; absent when it was not needed or could not be read: then it spares
    /// nobody.
    named: Option<(HashMap<String, Lately>, i64)>,
    now: i64,
}

impl Reading {
    /// Asks the audit log once, for all types that believe it.
    pub(super) async fn of(
        ctx: &RunCtx,
        graph: &TenantGraph,
        contracts: &[&'static Contract],
        whole: bool,
    ) -> Result<Self, StoreError> {
        let coverage = ctx.db.tenant(&ctx.scope).inventory().coverage().await?;
        let wanted = |row: &&CoverageRow| contracts.iter().any(|contract| contract.key == row.type_key);
        let whole_at: HashMap<String, i64> =
            coverage.iter().filter(wanted).filter_map(|row| Some((row.type_key.clone(), row.whole_at?))).collect();
        let refused = |row: &&CoverageRow| row.unnamed_code.as_ref().is_some_and(|code| code != "graph.not_found");
        let unnamed = coverage.iter().filter(wanted).filter(refused).map(|row| row.type_key.clone()).collect();
        let seen = coverage.iter().map(|row| (row.type_key.clone(), row.seen)).collect();
        let mut reading = Self { whole, seen, whole_at, unnamed, named: None, now: ctx.run.database_now_ms };
        if let Some(since) = reading.events_wanted_since(contracts) {
            reading.named = named(graph, since).await.map(|named| (named, since));
        }
        Ok(reading)
    }

    /// The longest list first: its pages come one after another, and what begins last would end last. A list that was never
    /// read is taken for long when we set the size of its pages.
    pub(super) fn longest_first(&self, contracts: &mut [&'static Contract]) {
        let expected = |contract: &Contract| {
            let page = contract.list.top.map_or(0, u64::from);
            self.seen.get(&contract.key).copied().unwrap_or(page)
        };
        contracts.sort_by_key(|contract| Reverse(expected(contract)));
    }

    /// From when on events matter: the oldest time at which one of the types was read as a whole.
    fn events_wanted_since(&self, contracts: &[&'static Contract]) -> Option<i64> {
        let believing = contracts.iter().filter(|contract| contract.unchanged == Some(Unchanged::RowAndAudit));
        let read = believing.filter_map(|contract| self.whole_at.get(&contract.key));
        Some((*read.min()?).max(self.now - EVENTS_MS) - CLOCKS_MS)
    }

    /// Whether all objects of the type have to be read.
    pub(super) fn is_whole(&self, contract: &Contract) -> bool {
        let believed = match contract.unchanged {
            None => return true,
            Some(Unchanged::Row) => true,
            Some(Unchanged::RowAndAudit) => self.named.is_some(),
        };
        let due = self.whole_at.get(&contract.key).is_none_or(|at| self.now - at >= WHOLE_MS);
        self.whole || due || !believed || self.unnamed.contains(&contract.key)
    }

    /// Whether the audit log names the object since then; absent when it was not asked about so long ago.
    fn is_named(&self, external_id: &str, since: i64) -> Option<bool> {
        let (named, _) = self.named.as_ref().filter(|(_, asked_since)| since - CLOCKS_MS >= *asked_since)?;
        Some(named.get(&external_id.to_lowercase()).is_some_and(|named| named.latest >= since - CLOCKS_MS))
    }

    /// What the audit log tells of an object, as far as it was asked: who may have changed it.
    pub(super) fn told(&self, external_id: &str) -> Vec<ToldChange> {
        let named = self.named.as_ref().and_then(|(named, _)| named.get(&external_id.to_lowercase()));
        named.map(|named| named.changes.clone()).unwrap_or_default()
    }

    /// What told of an object that was read.
    pub(super) fn signal(&self, contract: &Contract, object: &mut graph::ObservedObject) -> Option<RowSignal> {
        let row = object.row_signal.take()?.into_bytes();
        let since = self.whole_at.get(&contract.key);
        Some(RowSignal { row, named: since.and_then(|since| self.is_named(&object.external_id, *since)) })
    }

    /// Decides about each row of a list; what it leaves unread goes to the receiver. It ends with the decider.
    pub(super) fn decider<'a>(
        &'a self,
        contract: &'static Contract,
        signals: Signals,
    ) -> (impl Fn(&Value) -> bool + 'a, mpsc::UnboundedReceiver<SeenObject>) {
        let (left, unread) = mpsc::unbounded_channel();
        let rows = RowSignals::of(contract);
        let is_known = move |row: &Value| {
            let Some(external_id) = content::external_id(contract, row) else { return false };
            let read_at = signals.read_at(external_id, &rows.signal(row));
            let untold = |since: i64| match contract.unchanged {
                Some(Unchanged::Row) => true,
                Some(Unchanged::RowAndAudit) => self.is_named(external_id, since) == Some(false),
                None => false,
            };
            read_at.is_some_and(untold) && left.send(seen(contract, external_id, row)).is_ok()
        };
        (is_known, unread)
    }
}

fn seen(contract: &Contract, external_id: &str, row: &Value) -> SeenObject {
    SeenObject {
        key: item_key(&contract.key, external_id),
        label: content::name(contract, row),
        external_id: external_id.to_owned(),
    }
}

/// What the log told of one object.
struct Lately {
    latest: i64,
    /// The latest ones.
    changes: Vec<ToldChange>,
}

/// Without the log nothing is spared, and nothing is wrong: the pass is just as long as the first one.
async fn named(graph: &TenantGraph, since: i64) -> Option<HashMap<String, Lately>> {
    let mut named = HashMap::new();
    let read = graph.changes(ChangeLog::Intune, since, |event| {
        for object in &event.objects {
            let change = ToldChange { object: object.id.to_lowercase(), ..event.told.clone() };
            note(&mut named, change);
        }
        ControlFlow::Continue(())
    });
    let told = |error: &GraphError| tracing::info!(code = error.code, "the audit log could not be read");
    read.await.inspect_err(told).ok()?;
    Some(named)
}

fn note(named: &mut HashMap<String, Lately>, change: ToldChange) {
    let at = change.author.at;
    let lately = named.entry(change.object.clone()).or_insert_with(|| Lately { latest: at, changes: Vec::new() });
    lately.latest = lately.latest.max(at);
    if lately.changes.len() < CHANGES_MAX {
        lately.changes.push(change);
    } else if let Some(oldest) =
        lately.changes.iter_mut().min_by_key(|kept| kept.author.at).filter(|old| old.author.at < at)
    {
        *oldest = change;
    }
}
