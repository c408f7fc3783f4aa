//! One writer for everything that a pass observes: what arrives while one transaction is written goes into the next, of
//! whatever types it is. A transaction for each type would wait for the disk dozens of times.

use std::collections::BTreeMap;

use engine::RunCtx;
use graph::ObservedObject;
use model::registry::Contract;
use store::{ObservedType, RecordedObject, SeenObject, StoreError};
use tokio::sync::mpsc;

use super::reading::Reading;
use super::recorded;
use super::sync_run::step_of;

/// News in one transaction.
const BATCH: usize = 200;
/// Objects of one type that wait for the writer: reading goes no further ahead.
const AHEAD: usize = 16;

/// What a pass tells its writer, each type's in its order.
enum News {
    /// An object was read.
    Read(&'static Contract, Box<ObservedObject>),
    /// It was seen, and left unread because nothing told of a change.
    Left(&'static Contract, SeenObject),
    /// That was the whole type: so many objects, and whether none was left unread.
    Over(&'static Contract, u64, bool),
}

/// Where the observers of types bring what they have.
#[derive(Clone)]
pub(super) struct Desk(mpsc::Sender<News>);

/// Writes what arrives until all desks are gone.
pub(super) struct Recorder(mpsc::Receiver<News>);

/// A writer and the desk in front of it.
pub(super) fn recorder() -> (Desk, Recorder) {
    let (sender, receiver) = mpsc::channel(BATCH);
    (Desk(sender), Recorder(receiver))
}

impl Desk {
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

    /// The type's whole list was read. Without a writer nobody needs to know.
    pub(super) async fn over(&self, contract: &'static Contract, seen: u64, whole: bool) {
        let _ = self.0.send(News::Over(contract, seen, whole)).await;
    }
}

impl Recorder {
    /// What was read before a crash is not read for nothing: everything is written as it comes.
    pub(super) async fn write(mut self, ctx: &RunCtx, reading: &Reading) -> Result<(), StoreError> {
        let mut news = Vec::with_capacity(BATCH);
        while self.0.recv_many(&mut news, BATCH).await > 0 {
            write(ctx, Sorted::of(reading, news.drain(..))).await?;
        }
        Ok(())
    }
}

/// News by what is done with them. A type that is over has brought everything before, here or earlier.
#[derive(Default)]
struct Sorted {
    read: Vec<RecordedObject>,
    left: BTreeMap<&'static str, (&'static Contract, Vec<SeenObject>)>,
    over: Vec<ObservedType<'static>>,
}

impl Sorted {
    fn of(reading: &Reading, news: impl Iterator<Item = News>) -> Self {
        let mut sorted = Self::default();
        for one in news {
            match one {
                News::Read(contract, mut object) => {
                    let signal = reading.signal(contract, &mut object);
                    sorted.read.push(RecordedObject { signal, ..recorded(contract, *object) });
                }
                News::Left(contract, seen) => {
                    sorted.left.entry(&contract.key).or_insert_with(|| (contract, Vec::new())).1.push(seen);
                }
                News::Over(contract, seen, whole) => sorted.over.push(ObservedType {
                    type_key: &contract.key,
                    code: None,
                    seen,
                    whole,
                    step: Some(step_of(contract)),
                }),
            }
        }
        sorted
    }
}

async fn write(ctx: &RunCtx, sorted: Sorted) -> Result<(), StoreError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let inventory = tenant.inventory();
    if !sorted.read.is_empty() {
        inventory.record(&ctx.lease, sorted.read).await?;
    }
    for (contract, seen) in sorted.left.into_values() {
        inventory.record_unchanged(&ctx.lease, &contract.key, &contract.label, seen).await?;
    }
    if !sorted.over.is_empty() {
        inventory.finish_types(&ctx.lease, &sorted.over).await?;
    }
    Ok(())
}
