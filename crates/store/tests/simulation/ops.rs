//! The operations that are played, each one call of the store.

use model::AppError;
use model::ids::{PauseId, RunId};
use model::run::{ItemOutcome, Outcome, Priority, Reason};
use serde_json::json;
use store::{
    Actor, Beat, CancelOutcome, ClaimedRun, Closing, Idempotency, ItemRecord, Lease, NewRun, Release, Started,
    StoreError, Swept, WorkerInfo,
};

use crate::reference::{KINDS, Run};
use crate::stage::Stage;

/// What somebody asks for.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    pub(crate) tenant: usize,
    pub(crate) kind: usize,
    pub(crate) by: usize,
    pub(crate) types: u64,
    /// Key and body.
    pub(crate) key: Option<(u64, u8)>,
    pub(crate) parent: Option<usize>,
    pub(crate) repeats: Option<usize>,
    pub(crate) priority: Priority,
}

#[derive(Debug, Clone)]
pub(crate) enum Op {
    Start(Start),
    Cancel { run: usize, by: usize },
    Claim { info: WorkerInfo, slots: usize, kinds: Vec<usize> },
    Beat { info: WorkerInfo, runs: Vec<RunId> },
    Record { lease: Lease, items: Vec<(String, ItemOutcome)> },
    Step { lease: Lease, name: &'static str, done: bool },
    Total { lease: Lease, total: u64 },
    Note { lease: Lease },
    Finish { closings: Vec<(Lease, Option<Outcome>)> },
    Release { lease: Lease, available_at: i64, costs_attempt: bool },
    Sweep,
    Deliver,
    Purge { older_than: i64 },
    Announce { info: WorkerInfo, kinds: Vec<usize> },
    EndUnhandled,
    Pause { tenant: Option<usize>, kind: Option<usize> },
    Resume { pause: PauseId, tenant: Option<usize> },
    Limit { name: &'static str, most: Option<u32> },
}

#[derive(Debug)]
pub(crate) enum Answer {
    Started(Result<Started, AppError>),
    Cancelled(Result<CancelOutcome, AppError>),
    Claimed(Result<Vec<ClaimedRun>, StoreError>),
    Beaten(Result<Vec<Beat>, StoreError>),
    Number(Result<u64, StoreError>),
    Done(Result<(), StoreError>),
    Ended(Result<Vec<(RunId, Option<Outcome>)>, StoreError>),
    Swept(Result<Vec<Swept>, StoreError>),
    Paused(Result<PauseId, AppError>),
    Set(Result<(), AppError>),
}

pub(crate) fn names(kinds: &[usize]) -> Vec<&'static str> {
    kinds.iter().map(|kind| KINDS[*kind].run_type).collect()
}

fn reason(code: &str) -> Reason {
    Reason::new(code, "A sentence")
}

fn item(key: &str, outcome: ItemOutcome) -> ItemRecord {
    let (key, label, kind) = (key.to_owned(), "Item".into(), "item".into());
    ItemRecord { key, label, kind, outcome, code: None, message: None, detail: None }
}

fn number<N: TryInto<u64, Error: std::fmt::Debug>>(answer: Result<N, StoreError>) -> Answer {
    Answer::Number(answer.map(|count| count.try_into().unwrap()))
}

impl Stage {
    /// Does it, and knows nothing of what it should lead to. `runs` are those that were started so far.
    pub(crate) async fn act(&self, op: &Op, runs: &[(usize, RunId)]) -> Answer {
        let ledger = self.db.ledger();
        match op {
            Op::Start(start) => Answer::Started(self.start(start, runs).await),
            Op::Cancel { run, by } => {
                let (tenant, id) = runs[*run];
                Answer::Cancelled(self.db.tenant(&self.scopes[tenant][*by]).runs().request_cancel(id).await)
            }
            Op::Claim { info, slots, kinds, .. } => Answer::Claimed(ledger.claim(info, *slots, &names(kinds)).await),
            Op::Beat { info, runs, .. } => Answer::Beaten(ledger.heart(info.id).beat(runs).await),
            Op::Record { lease, items, .. } => {
                let items = items.iter().map(|(key, outcome)| item(key, *outcome)).collect();
                number(ledger.record(lease, items).await)
            }
            Op::Step { lease, name, done: true } => Answer::Done(ledger.step_done(lease, name, None).await),
            Op::Step { lease, name, done: false } => Answer::Done(ledger.step_cursor(lease, name, "half").await),
            Op::Total { lease, total } => Answer::Done(ledger.set_total(lease, *total).await),
            Op::Note { lease } => Answer::Done(ledger.event(lease, "note", None).await),
            Op::Finish { closings } => Answer::Ended(ledger.finish_many(closings.iter().map(closing).collect()).await),
            Op::Release { lease, available_at, costs_attempt } => {
                let release =
                    Release { available_at: *available_at, reason: reason("later"), costs_attempt: *costs_attempt };
                Answer::Done(ledger.release(lease, release).await)
            }
            Op::Sweep => Answer::Swept(ledger.sweep().await),
            Op::Deliver => number(self.db.outbox().deliver(1_000).await),
            Op::Purge { older_than } => number(ledger.purge_completed_runs(*older_than, 1_000).await),
            Op::Announce { info, kinds } => Answer::Done(self.db.nodes().register(info, &names(kinds), 1).await),
            Op::EndUnhandled => number(ledger.end_unhandled().await),
            Op::Pause { tenant, kind } => {
                let kind = kind.map(|kind| KINDS[kind].run_type);
                Answer::Paused(match tenant {
                    Some(tenant) => self.db.tenant(&self.scopes[*tenant][0]).pause(kind, "Because").await,
                    None => self.db.pauses().pause(kind, "Because", &operator(), None).await,
                })
            }
            Op::Resume { pause, tenant } => Answer::Set(match tenant {
                Some(tenant) => self.db.tenant(&self.scopes[*tenant][0]).resume(*pause).await,
                None => self.db.pauses().resume(*pause, &operator(), None).await,
            }),
            Op::Limit { name, most } => Answer::Set(self.db.limits().set(&[(name, *most)], &operator(), None).await),
        }
    }

    async fn start(&self, start: &Start, runs: &[(usize, RunId)]) -> Result<Started, AppError> {
        let new = NewRun {
            parent: start.parent.map(|parent| runs[parent].1),
            retry_of: start.repeats.map(|repeated| runs[repeated].1),
            priority: start.priority,
            idempotency: start.key.map(|(key, body)| Idempotency { key: key.to_string(), body_hash: [body; 32] }),
            ..NewRun::of(&KINDS[start.kind], "13 types", json!({ "types": start.types }))
        };
        self.db.tenant(&self.scopes[start.tenant][start.by]).runs().start(new).await
    }
}

fn operator() -> Actor {
    Actor { user: None, name: "Operator".into() }
}

/// Without an outcome, the items decide.
fn closing((lease, outcome): &(Lease, Option<Outcome>)) -> (Lease, Closing) {
    let reason = outcome.map(|outcome| reason(outcome.into()));
    (*lease, Closing { outcome: *outcome, reason, failures: Vec::new() })
}

/// What a schedule refers to runs by.
pub(crate) fn known(runs: &[Run]) -> Vec<(usize, RunId)> {
    runs.iter().map(|run| (run.tenant, run.id)).collect()
}
