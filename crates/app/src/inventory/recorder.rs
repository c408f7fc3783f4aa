//! One writer for everything that a pass observes: what arrives while one transaction is written goes into the next, of
//! whatever types it is. A transaction for each type would wait for the disk dozens of times.

use std::collections::BTreeMap;

use engine::RunCtx;
use model::registry::Contract;
use store::{ObservedType, SealedObject, SeenObject, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::names::Learned;
use super::sync_run::step_of;

/// News in one transaction.
const BATCH: usize = 400;
/// News that wait for the writer. They are packed, so that many of them take little, and the last groups that assignments name
/// are known sooner.
const WAITING_MAX: usize = 1_000;

/// What a pass tells its writer, each type's in its order.
enum News {
    /// What settings are called.
    Named(Box<Learned>),
    /// An object was read.
    Read(Box<SealedObject>),
    /// It was seen, and left unread because nothing told of a change.
    Left(&'static Contract, SeenObject),
    /// That was the whole type.
    Over(Over),
}

/// The end of a type: so many objects, and whether none was left unread.
struct Over {
    contract: &'static Contract,
    seen: u64,
    whole: bool,
    written: oneshot::Sender<()>,
}

/// Where the observers of types bring what they have.
#[derive(Clone)]
pub(super) struct Desk(mpsc::Sender<News>);

/// Writes what arrives until all desks are gone.
pub(super) struct Recorder<'a> {
    ctx: &'a RunCtx,
    inbox: mpsc::Receiver<News>,
}

/// A writer and the desk in front of it.
pub(super) fn recorder(ctx: &RunCtx) -> (Desk, Recorder<'_>) {
    let (sender, inbox) = mpsc::channel(WAITING_MAX);
    (Desk(sender), Recorder { ctx, inbox })
}

impl Desk {
    /// Brings on names.
    pub(super) async fn named(&self, learned: Learned) {
        // Without a writer the run is over anyway.
        drop(self.0.send(News::Named(Box::new(learned))).await);
    }

    /// Brings on what was read; says whether somebody writes it.
    pub(super) async fn read(&self, objects: Vec<SealedObject>) -> bool {
        for object in objects {
            if self.0.send(News::Read(Box::new(object))).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Brings on what is left unread.
    pub(super) async fn left(&self, contract: &'static Contract, mut unread: mpsc::UnboundedReceiver<SeenObject>) {
        while let Some(seen) = unread.recv().await {
            if self.0.send(News::Left(contract, seen)).await.is_err() {
                return;
            }
        }
    }

    /// The type's whole list was read; says whether it is written. Where its settings have names, its step is not done
    /// before that is told.
    pub(super) async fn over(&self, contract: &'static Contract, seen: u64, whole: bool) -> bool {
        let (written, is_written) = oneshot::channel();
        // Without a writer the run is over anyway.
        self.0.send(News::Over(Over { contract, seen, whole, written })).await.is_ok() && is_written.await.is_ok()
    }
}

impl Recorder<'_> {
    /// What was read before a crash is not read for nothing: everything is written as it comes.
    pub(super) async fn write(mut self) -> Result<(), StoreError> {
        let mut news = Vec::with_capacity(BATCH);
        while self.inbox.recv_many(&mut news, BATCH).await > 0 {
            let sorted = Sorted::of(news.drain(..));
            let tenant = self.ctx.db.tenant(&self.ctx.scope);
            let inventory = tenant.inventory();
            // First, so that what was recorded before is marked and what comes now is not.
            for learned in sorted.named {
                learned.record(self.ctx).await?;
            }
            if !sorted.read.is_empty() {
                inventory.record_sealed(&self.ctx.lease, sorted.read).await?;
            }
            for (contract, seen) in sorted.left.into_values() {
                inventory.record_unchanged(&self.ctx.lease, &contract.key, &contract.label, seen).await?;
            }
            self.finish(sorted.over).await?;
        }
        Ok(())
    }

    async fn finish(&self, over: Vec<Over>) -> Result<(), StoreError> {
        if over.is_empty() {
            return Ok(());
        }
        let observed = over.iter().map(|one| ObservedType {
            type_key: &one.contract.key,
            code: None,
            seen: one.seen,
            whole: one.whole,
            step: one.contract.definitions.is_none().then(|| step_of(one.contract)),
        });
        let observed: Vec<_> = observed.collect();
        self.ctx.db.tenant(&self.ctx.scope).inventory().finish_types(&self.ctx.lease, &observed).await?;
        for one in over {
            // Nobody waits for it any more when the reading was stopped.
            let _ = one.written.send(());
        }
        Ok(())
    }
}

/// News by what is done with them. A type that is over has brought everything before, here or earlier.
#[derive(Default)]
struct Sorted {
    named: Vec<Learned>,
    read: Vec<SealedObject>,
    /// By the key of the type.
    left: BTreeMap<&'static str, (&'static Contract, Vec<SeenObject>)>,
    over: Vec<Over>,
}

impl Sorted {
    fn of(news: impl Iterator<Item = News>) -> Self {
        let mut sorted = Self::default();
        for one in news {
            match one {
                News::Named(learned) => sorted.named.push(*learned),
                News::Read(object) => sorted.read.push(*object),
                News::Left(contract, seen) => {
                    sorted.left.entry(&contract.key).or_insert_with(|| (contract, Vec::new())).1.push(seen);
                }
                News::Over(over) => sorted.over.push(over),
            }
        }
        sorted
    }
}
