//! What the ledger must be after each operation, in plain Rust: no SQL, no query, no transaction.

use std::collections::BTreeMap;

use model::access::Capability;
use model::ids::{PauseId, RunId, WorkerId};
use model::run::{Definition, IdentityInputs, ItemOutcome, Outcome, Repeat, Status};
use store::Lease;

pub(crate) const PEOPLE: usize = 2;
/// The number behind the people's: nobody is told of its runs.
pub(crate) const SYSTEM: usize = PEOPLE;
pub(crate) const TENANTS: usize = 2;
pub(crate) const LEASE_MS: i64 = 6_000;
const TENANT_READS: i64 = 8;

const READ: Definition = Definition {
    run_type: "sim.read",
    aliases: &[],
    label: "Read",
    capability: Capability::InventorySync,
    identity: IdentityInputs::Fields(&["types"]),
    deadline_ms: 20_000,
    attempts_max: 2,
    writes: false,
    repeat: Repeat::FailedItems,
    spec: "001",
};

/// The kinds of run that are played.
pub(crate) static KINDS: [Definition; 3] = [
    READ,
    Definition { run_type: "sim.write", writes: true, attempts_max: 3, deadline_ms: 60_000, ..READ },
    Definition { run_type: "sim.fresh", identity: IdentityInputs::Fresh, ..READ },
];

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) tenant: usize,
    pub(crate) kind: usize,
    /// What makes two of a tenant and kind the same; nothing does for a fresh one.
    pub(crate) identity: Option<(u64, Option<usize>)>,
    pub(crate) by: usize,
    pub(crate) parent: Option<usize>,
    pub(crate) repeats: Option<usize>,
    pub(crate) status: Status,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<String>,
    pub(crate) fence: i64,
    pub(crate) attempt: i64,
    pub(crate) owner: Option<WorkerId>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) available_at: i64,
    pub(crate) deadline_at: Option<i64>,
    pub(crate) cancel: bool,
    pub(crate) completed_at: Option<i64>,
    pub(crate) total: Option<i64>,
    pub(crate) items: Vec<(String, ItemOutcome)>,
    pub(crate) steps: BTreeMap<String, bool>,
    pub(crate) events: Vec<String>,
    /// What the initiator's card shows: `queued` or an outcome.
    pub(crate) card: Option<String>,
    pub(crate) removed: bool,
}

impl Run {
    pub(crate) fn is_active(&self) -> bool {
        self.status != Status::Completed
    }

    pub(crate) fn definition(&self) -> &'static Definition {
        &KINDS[self.kind]
    }

    pub(crate) fn is_held_under(&self, lease: &Lease) -> bool {
        self.status == Status::Running && self.fence == lease.fence && self.owner == Some(lease.worker)
    }

    pub(crate) fn is_stray(&self, now: i64) -> bool {
        self.status == Status::Running
            && (self.expires_at.is_some_and(|at| at < now) || self.deadline_at.is_some_and(|at| at < now))
    }

    pub(crate) fn count(&self, wanted: impl Fn(ItemOutcome) -> bool) -> i64 {
        i64::try_from(self.items.iter().filter(|(_, outcome)| wanted(*outcome)).count()).unwrap()
    }

    fn counted(&self) -> Outcome {
        let good = self.count(|outcome| outcome == ItemOutcome::Succeeded);
        let bad = self.count(ItemOutcome::counts_as_failed);
        match (good, bad) {
            (_, 0) => Outcome::Succeeded,
            (0, _) => Outcome::Failed,
            _ => Outcome::PartiallySucceeded,
        }
    }

    fn leave(&mut self) {
        (self.owner, self.expires_at) = (None, None);
    }
}

#[derive(Debug)]
pub(crate) struct Pause {
    pub(crate) id: PauseId,
    pub(crate) tenant: Option<usize>,
    pub(crate) kind: Option<usize>,
}

/// An idempotency key: tenant, person, key.
pub(crate) type Key = (usize, usize, u64);

#[derive(Debug)]
pub(crate) struct Remembered {
    pub(crate) body: u8,
    pub(crate) run: usize,
    pub(crate) expires_at: i64,
}

/// The whole ledger.
#[derive(Debug, Default)]
pub(crate) struct Reference {
    pub(crate) runs: Vec<Run>,
    /// Run, and whether it tells of the end.
    pub(crate) outbox: Vec<(usize, bool)>,
    pub(crate) keys: BTreeMap<Key, Remembered>,
    pub(crate) pauses: Vec<Pause>,
    pub(crate) limits: BTreeMap<&'static str, i64>,
    /// What each node knows, and when it was seen.
    pub(crate) nodes: BTreeMap<WorkerId, (Vec<usize>, i64)>,
    /// What was done outside: how often, by run and item.
    pub(crate) effects: BTreeMap<(usize, String), u32>,
}

impl Reference {
    pub(crate) fn index(&self, run: RunId) -> usize {
        self.runs.iter().position(|known| known.id == run).unwrap_or_else(|| panic!("{run} was never started"))
    }

    pub(crate) fn held(&self, lease: &Lease) -> Option<usize> {
        let index = self.index(lease.run);
        self.runs[index].is_held_under(lease).then_some(index)
    }

    pub(crate) fn present(&self) -> impl Iterator<Item = (usize, &Run)> {
        self.runs.iter().enumerate().filter(|(_, run)| !run.removed)
    }

    pub(crate) fn active(&self) -> impl Iterator<Item = (usize, &Run)> {
        self.present().filter(|(_, run)| run.is_active())
    }

    pub(crate) fn twin(&self, tenant: usize, kind: usize, identity: Option<(u64, Option<usize>)>) -> Option<usize> {
        identity?;
        let is_twin = |run: &Run| run.tenant == tenant && run.kind == kind && run.identity == identity;
        self.active().find(|(_, run)| is_twin(run)).map(|(index, _)| index)
    }

    fn running(&self, wanted: impl Fn(&Run) -> bool) -> i64 {
        let running = self.present().filter(|(_, run)| run.status == Status::Running && wanted(run));
        i64::try_from(running.count()).unwrap()
    }

    /// Why this run may not be claimed now.
    pub(crate) fn kept_back(&self, run: &Run, now: i64) -> Option<&'static str> {
        let most = |name: &str| self.limits.get(name).copied();
        let here = |other: &Run| other.tenant == run.tenant;
        let covers = |pause: &Pause| {
            pause.tenant.is_none_or(|tenant| tenant == run.tenant) && pause.kind.is_none_or(|kind| kind == run.kind)
        };
        let reads_max = most("tenant_reads").unwrap_or(TENANT_READS);
        if run.status != Status::Queued {
            return Some("not queued");
        }
        if run.available_at > now {
            return Some("not due");
        }
        if self.pauses.iter().any(covers) {
            return Some("paused");
        }
        if run.definition().writes && self.running(|other| here(other) && other.definition().writes) > 0 {
            return Some("another one writes");
        }
        if !run.definition().writes && self.running(|other| here(other) && !other.definition().writes) >= reads_max {
            return Some("at the tenant's limit");
        }
        if most(run.definition().run_type).is_some_and(|most| self.running(|other| other.kind == run.kind) >= most) {
            return Some("at the kind's limit");
        }
        most("all").is_some_and(|most| self.running(|_| true) >= most).then_some("at the limit of all")
    }

    /// Ends a run as one transaction does: event, promise, and the parent looks again.
    pub(crate) fn end(&mut self, index: usize, now: i64, outcome: Option<Outcome>, reason: Option<&str>) -> Outcome {
        let run = &mut self.runs[index];
        assert!(run.is_active(), "{} ended twice", run.id);
        let outcome = outcome.unwrap_or_else(|| run.counted());
        (run.status, run.outcome, run.completed_at) = (Status::Completed, outcome, Some(now));
        run.reason = reason.map(str::to_owned);
        run.total = Some(i64::try_from(run.items.len()).unwrap());
        run.events.push("finished".into());
        run.leave();
        let (by, parent) = (run.by, run.parent);
        if by != SYSTEM {
            self.outbox.push((index, true));
        }
        if let Some(parent) = parent.map(|parent| &mut self.runs[parent])
            && parent.status == Status::Queued
        {
            parent.available_at = parent.available_at.min(now);
        }
        outcome
    }

    /// Puts a run back.
    pub(crate) fn requeue(&mut self, index: usize, available_at: i64, reason: &str, event: &str) {
        let run = &mut self.runs[index];
        (run.status, run.available_at, run.reason) = (Status::Queued, available_at, Some(reason.into()));
        run.events.push(event.into());
        run.leave();
    }

    /// What the sweep makes of a stray: an end, or nothing, which is another attempt.
    pub(crate) fn verdict(&self, index: usize, now: i64) -> Option<(Outcome, &'static str)> {
        let run = &self.runs[index];
        if run.cancel {
            return Some((Outcome::Cancelled, "cancelled"));
        }
        if run.deadline_at.is_some_and(|at| at < now) {
            return Some((Outcome::Failed, "deadline_exceeded"));
        }
        let attempts_max = i64::from(run.definition().attempts_max);
        (run.attempt >= attempts_max).then_some((Outcome::Failed, "worker_crashed"))
    }

    /// Items that one batch would write, and writes them.
    pub(crate) fn record(&mut self, index: usize, batch: &[(String, ItemOutcome)]) -> usize {
        let run = &mut self.runs[index];
        let mut written: Vec<&str> = Vec::new();
        for (key, outcome) in batch {
            if written.contains(&key.as_str()) {
                continue;
            }
            match run.items.iter_mut().find(|(known, _)| known == key) {
                None => run.items.push((key.clone(), *outcome)),
                Some((_, before)) if *before == ItemOutcome::Pending && *outcome != ItemOutcome::Pending => {
                    *before = *outcome;
                }
                Some(_) => continue,
            }
            written.push(key);
        }
        written.len()
    }
}
