//! One writer for everything that a pass observes: what arrives while one transaction is written goes into the next, of
//! whatever types it is. A transaction for each type would wait for the disk dozens of times.

use std::collections::{BTreeMap, HashMap};

use engine::RunCtx;
use graph::ObservedObject;
use model::registry::Contract;
use model::registry::content::Definitions;
use store::{ObservedType, RecordedObject, SeenObject, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::names::Names;
use super::reading::Reading;
use super::recorded;
use super::sync_run::step_of;

/// News in one transaction.
const BATCH: usize = 200;
/// Objects of one type that wait for the writer: reading goes no further ahead.
const AHEAD: usize = 16;

/// What a pass tells its writer, each type's in its order.
enum News<'a> {
    /// An object was read.
    Read(&'static Contract, Box<ObservedObject>),
    /// It was seen, and left unread because nothing told of a change.
    Left(&'static Contract, SeenObject),
    /// That was the whole type.
    Over(Over<'a>),
}

/// The end of a type: so many objects, and whether none was left unread.
struct Over<'a> {
    contract: &'static Contract,
    seen: u64,
    whole: bool,
    /// Gets what the settings of its objects are called, as far as it is known.
    names: oneshot::Sender<Option<Names<'a>>>,
}

/// Where the observers of types bring what they have.
#[derive(Clone)]
pub(super) struct Desk<'a>(mpsc::Sender<News<'a>>);

/// Writes what arrives until all desks are gone.
pub(super) struct Recorder<'a> {
    ctx: &'a RunCtx,
    reading: &'a Reading,
    inbox: mpsc::Receiver<News<'a>>,
    /// By type, of those whose settings have definitions.
    names: HashMap<&'static str, Names<'a>>,
}

/// A writer and the desk in front of it.
pub(super) fn recorder<'a>(ctx: &'a RunCtx, reading: &'a Reading) -> (Desk<'a>, Recorder<'a>) {
    let (sender, inbox) = mpsc::channel(BATCH);
    (Desk(sender), Recorder { ctx, reading, inbox, names: HashMap::new() })
}

impl<'a> Desk<'a> {
    /// Where the objects of a type go that were read, and what brings them on; it ends when nothing comes any more, or
    /// nothing is written any more.
    pub(super) fn objects(
        &self,
        contract: &'static Contract,
    ) -> (mpsc::Sender<ObservedObject>, impl Future<Output = ()>) {
        let (sink, mut objects) = mpsc::channel(AHEAD);
        let bring = async move {
            while let Some(object) = objects.recv().await {
                if self.0.send(News::Read(contract, Box::new(object))).await.is_err() {
                    return;
                }
            }
        };
        (sink, bring)
    }

    /// Brings on what is left unread.
    pub(super) async fn left(&self, contract: &'static Contract, mut unread: mpsc::UnboundedReceiver<SeenObject>) {
        while let Some(seen) = unread.recv().await {
            if self.0.send(News::Left(contract, seen)).await.is_err() {
                return;
            }
        }
    }

    /// The type's whole list was read, and is written. Where its settings have names, its step is not done before these
    /// are learned: they are given back for it.
    pub(super) async fn over(&self, contract: &'static Contract, seen: u64, whole: bool) -> Option<Names<'a>> {
        let (names, known) = oneshot::channel();
        // Without a writer the run is over anyway.
        self.0.send(News::Over(Over { contract, seen, whole, names })).await.ok()?;
        known.await.ok()?
    }
}

impl<'a> Recorder<'a> {
    /// What was read before a crash is not read for nothing: everything is written as it comes.
    pub(super) async fn write(mut self) -> Result<(), StoreError> {
        let mut news = Vec::with_capacity(BATCH);
        while self.inbox.recv_many(&mut news, BATCH).await > 0 {
            let sorted = Sorted::of(news.drain(..));
            let read = self.recorded(sorted.read).await?;
            let tenant = self.ctx.db.tenant(&self.ctx.scope);
            let inventory = tenant.inventory();
            if !read.is_empty() {
                inventory.record(&self.ctx.lease, read).await?;
            }
            for (contract, seen) in sorted.left.into_values() {
                inventory.record_unchanged(&self.ctx.lease, &contract.key, &contract.label, seen).await?;
            }
            self.finish(sorted.over).await?;
        }
        Ok(())
    }

    /// In the shape of the inventory, with what told of them, and found by what their settings are called.
    async fn recorded(&mut self, read: ByType<ObservedObject>) -> Result<Vec<RecordedObject>, StoreError> {
        let mut all = Vec::new();
        for (contract, mut objects) in read.into_values() {
            let told = |object: &mut ObservedObject| {
                (self.reading.signal(contract, object), self.reading.told(&object.external_id))
            };
            let told: Vec<_> = objects.iter_mut().map(told).collect();
            let rows = if contract.definitions.is_some() {
                let names = self.names.entry(&contract.key).or_insert_with(|| Names::new(self.ctx, contract));
                names.recorded(objects).await?
            } else {
                objects.into_iter().map(|object| recorded(contract, object, &Definitions::default())).collect()
            };
            all.extend(rows.into_iter().zip(told).map(|(row, (signal, told))| RecordedObject { signal, told, ..row }));
        }
        Ok(all)
    }

    async fn finish(&mut self, over: Vec<Over<'a>>) -> Result<(), StoreError> {
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
            let new = || Names::new(self.ctx, one.contract);
            let names = one
                .contract
                .definitions
                .as_ref()
                .map(|_| self.names.remove(one.contract.key.as_str()).unwrap_or_else(new));
            // Nobody waits for it any more when the reading was stopped.
            let _ = one.names.send(names);
        }
        Ok(())
    }
}

/// By the key of the type.
type ByType<T> = BTreeMap<&'static str, (&'static Contract, Vec<T>)>;

/// News by what is done with them. A type that is over has brought everything before, here or earlier.
#[derive(Default)]
struct Sorted<'a> {
    read: ByType<ObservedObject>,
    left: ByType<SeenObject>,
    over: Vec<Over<'a>>,
}

impl<'a> Sorted<'a> {
    fn of(news: impl Iterator<Item = News<'a>>) -> Self {
        let mut sorted = Self::default();
        for one in news {
            match one {
                News::Read(contract, object) => add(&mut sorted.read, contract, *object),
                News::Left(contract, seen) => add(&mut sorted.left, contract, seen),
                News::Over(over) => sorted.over.push(over),
            }
        }
        sorted
    }
}

fn add<T>(all: &mut ByType<T>, contract: &'static Contract, one: T) {
    all.entry(&contract.key).or_insert_with(|| (contract, Vec::new())).1.push(one);
}
