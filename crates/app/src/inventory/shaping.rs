//! From what is read to what is written, while more is read. Settings get their names first, so that an object is found by
//! them from the moment it is there.

use std::sync::Arc;

use futures::future::join;
use graph::{ObservedObject, TenantGraph};
use model::registry::Contract;
use model::registry::content::Definitions;
use store::{Inventory, SealedObject, Sealer, StoreError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::names::{Line, Names};
use super::reading::Reading;
use super::record::sealed;
use super::recorder::Desk;

/// Objects of one type that wait to be put in shape, and how many are at once: reading goes no further ahead.
pub(super) const AHEAD: usize = 64;

/// Times as many that are under way to the desk.
const SHAPED_AHEAD: usize = 2;

/// Puts the objects of one type in the shape of the inventory.
pub(super) struct Shaping<'a> {
    pub(super) contract: &'static Contract,
    pub(super) reading: &'a Reading,
    pub(super) inventory: Inventory<'a>,
    pub(super) desk: &'a Desk,
    /// Of a type whose settings have definitions.
    pub(super) names: Option<Names<'a>>,
}

impl<'a> Shaping<'a> {
    /// Brings the objects to the desk until none comes any more, or nothing is written any more, and tells which groups their
    /// assignments name. Gives the names back.
    pub(super) async fn run(
        mut self,
        graph: &'a TenantGraph,
        mut objects: mpsc::Receiver<ObservedObject>,
        groups: mpsc::UnboundedSender<String>,
    ) -> Result<Option<Names<'a>>, StoreError> {
        let desk = self.desk;
        let (begun, mut shapes) = mpsc::channel::<JoinHandle<Vec<SealedObject>>>(SHAPED_AHEAD);
        let shape = async move {
            let sealer = Arc::new(self.inventory.sealer(&self.contract.key).await?);
            let mut line = Line::new(self.names.take(), graph, self.reading.whole, desk);
            while let Some(some) = line.next(&mut objects, AHEAD).await? {
                if begun.send(self.shape(some, line.known(), Arc::clone(&sealer))).await.is_err() {
                    break;
                }
            }
            Ok(line.into_names())
        };
        let bring = async move {
            while let Some(shaped) = shapes.recv().await {
                // Whoever waits dies with it, so that the attempt ends and no object is lost.
                let shaped = shaped.await.expect("putting an object in shape does not fail");
                // Nobody asks for names any more when the run is over.
                shaped
                    .iter()
                    .flat_map(SealedObject::assigned_groups)
                    .for_each(|group| drop(groups.send(group.clone())));
                if !desk.read(shaped).await {
                    break;
                }
            }
        };
        join(shape, bring).await.0
    }

    /// On another thread: a sync has more to compute than one of them can in the time that Graph takes to answer.
    fn shape(
        &self,
        mut objects: Vec<ObservedObject>,
        names: Arc<Definitions>,
        sealer: Arc<Sealer>,
    ) -> JoinHandle<Vec<SealedObject>> {
        let contract = self.contract;
        let told = |object: &mut ObservedObject| {
            (self.reading.signal(contract, object), self.reading.told(&object.external_id))
        };
        let told: Vec<_> = objects.iter_mut().map(told).collect();
        tokio::task::spawn_blocking(move || {
            let objects = objects.into_iter().zip(told);
            objects.map(|(object, told)| sealed(contract, object, &names, told, &sealer)).collect()
        })
    }
}
