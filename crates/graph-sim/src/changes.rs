//! What changed among the groups, and in which order: what a delta query tells.
//!
//! Nobody reports changes here. The groups are compared with what they were when somebody last asked, so that every way
//! of changing one counts, and several changes between two questions are one, as the service has it.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::store::Store;

const GROUPS: &str = "groups";

/// The changes of one tenant, each at a place in the order.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    known: HashMap<String, Known>,
    removed: BTreeMap<u64, Removed>,
    /// The place of the latest change.
    last: u64,
    /// Tokens for places before this one have expired.
    oldest: u64,
    revision: Option<u64>,
}

#[derive(Debug)]
struct Known {
    object: Value,
    /// When each property was last changed.
    changed: HashMap<String, u64>,
}

#[derive(Debug)]
struct Removed {
    id: String,
    /// `changed` while it can be restored, else `deleted`.
    reason: &'static str,
}

/// One change.
pub(crate) enum Change<'a> {
    /// The group is there, like this.
    There(&'a Value),
    /// The group is gone, for this reason.
    Gone(&'a str, &'static str),
}

impl Changes {
    /// Compares with the store, unless nothing was written since.
    pub(crate) fn catch_up(&mut self, store: &Store) {
        if self.revision.replace(store.revision()) == Some(store.revision()) {
            return;
        }
        let mut before = std::mem::take(&mut self.known);
        let all = store.collection(GROUPS).into_iter().flat_map(|groups| groups.after(0));
        for (_, group) in all {
            let id = group["id"].as_str().unwrap_or_default().to_owned();
            let known = match before.remove(&id) {
                Some(known) if known.object == *group => known,
                known => self.changed(known, group),
            };
            self.known.insert(id, known);
        }
        // What was first there goes first, so that the order does not depend on a hash.
        let mut gone: Vec<_> = before.into_iter().collect();
        gone.sort_by(|one, other| one.0.cmp(&other.0));
        for (id, known) in gone {
            self.last += 1;
            let reason = if is_restorable(&known.object) { "changed" } else { "deleted" };
            self.removed.insert(self.last, Removed { id, reason });
        }
    }

    fn changed(&mut self, known: Option<Known>, group: &Value) -> Known {
        self.last += 1;
        let (before, mut changed) = known.map_or((Value::Null, HashMap::new()), |known| (known.object, known.changed));
        let names = [&before, group].into_iter().filter_map(Value::as_object).flat_map(|fields| fields.keys());
        for name in names.filter(|name| before.get(name.as_str()) != group.get(name.as_str())) {
            changed.insert(name.to_lowercase(), self.last);
        }
        // Whoever was removed and is back is no longer removed.
        self.removed.retain(|_, removed| group["id"] != removed.id.as_str());
        Known { object: group.clone(), changed }
    }

    /// The changes behind `after` of what these properties say (all, when none is named), in their order. Removals count
    /// only behind `removed_after`: a first reading tells of none that it did not show.
    pub(crate) fn behind(&self, after: u64, removed_after: u64, select: Option<&[String]>) -> Vec<(u64, Change<'_>)> {
        let place = |known: &Known| {
            let selected = |name: &&String| select.is_none_or(|names| names.contains(name));
            let places = known.changed.iter().filter(|(name, _)| selected(name) || *name == "id");
            places.map(|(_, place)| *place).max().unwrap_or(0)
        };
        let there = self.known.values().map(|known| (place(known), Change::There(&known.object)));
        let gone = self.removed.range(removed_after + 1..);
        let gone = gone.map(|(place, removed)| (*place, Change::Gone(removed.id.as_str(), removed.reason)));
        let mut all: Vec<_> = there.chain(gone).filter(|(place, _)| *place > after).collect();
        all.sort_by_key(|(place, _)| *place);
        all
    }

    /// The place of the latest change.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Whether what happened since that place is still known.
    pub(crate) fn remembers(&self, place: u64) -> bool {
        (self.oldest..=self.last).contains(&place)
    }

    pub(crate) fn forget(&mut self) {
        self.last += 1;
        self.oldest = self.last;
    }
}

/// Microsoft 365 groups stay in the recycle bin for a while; others are gone at once.
fn is_restorable(group: &Value) -> bool {
    group["groupTypes"].as_array().is_some_and(|types| types.iter().any(|one| one == "Unified"))
}
