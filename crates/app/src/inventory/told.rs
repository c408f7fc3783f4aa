//! What the audit logs tell, by object.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use graph::{GraphError, TenantGraph};
use model::change::{AuditEvent, ChangeLog, EventMark, NamedObject, ToldChange};

/// Objects whose changes one reading keeps. Whoever meets more has another way to find all of them.
pub(super) const OBJECTS_MAX: usize = 500;
/// Events that one reading keeps.
const EVENTS_MAX: usize = 10_000;

/// One object that events name.
pub(super) struct Named {
    /// As the log writes it.
    pub(super) id: String,
    /// What the log calls its type.
    pub(super) kind: String,
    /// In the order of the log.
    pub(super) changes: Vec<ToldChange>,
}

/// One log, as far as it was read. Its size is bounded.
pub(super) struct Told {
    pub(super) log: ChangeLog,
    /// By id in lower case.
    pub(super) objects: BTreeMap<String, Named>,
    /// Events that name no object by an id, each with its time.
    pub(super) nameless: Vec<(EventMark, i64)>,
    /// The time of the latest event, also of those that were handled before.
    pub(super) latest: Option<i64>,
    /// More was told than is kept.
    pub(super) too_much: bool,
    events: usize,
}

impl Told {
    /// Reads a log since then, but for the events that were handled.
    pub(super) async fn read(
        graph: &TenantGraph,
        log: ChangeLog,
        since_ms: i64,
        handled: &HashSet<EventMark>,
    ) -> Result<Self, GraphError> {
        let mut told =
            Self { log, objects: BTreeMap::new(), nameless: Vec::new(), latest: None, too_much: false, events: 0 };
        graph.changes(log, since_ms, |event| told.take(event, handled)).await?;
        Ok(told)
    }

    fn take(&mut self, event: AuditEvent, handled: &HashSet<EventMark>) -> ControlFlow<()> {
        self.latest = self.latest.max(Some(event.told.author.at));
        if event.objects.is_empty() {
            self.take_nameless(&event.told, handled);
        }
        for object in event.objects {
            let change = ToldChange { object: object.id.to_lowercase(), ..event.told.clone() };
            if !handled.contains(&change.mark()) {
                self.add(object, change);
            }
        }
        self.too_much = self.objects.len() > OBJECTS_MAX || self.events > EVENTS_MAX;
        if self.too_much { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn add(&mut self, object: NamedObject, change: ToldChange) {
        let named = || Named { id: object.id, kind: object.kind, changes: Vec::new() };
        let known = self.objects.entry(change.object.clone()).or_insert_with(named);
        // An event that names an object twice tells of it once.
        if known.changes.last().is_none_or(|last| last.event != change.event) {
            known.changes.push(change);
            self.events += 1;
        }
    }

    fn take_nameless(&mut self, told: &ToldChange, handled: &HashSet<EventMark>) {
        let mark = told.mark();
        if !handled.contains(&mark) {
            self.events += 1;
            self.nameless.push((mark, told.author.at));
        }
    }
}
