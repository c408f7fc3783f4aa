//! `inventory.sync`: observes every selected type, streams the objects into the inventory, says what it could not see.

use engine::{Ending, RunCtx, RunType};
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use graph::{GraphError, TenantGraph, TypeObservation};
use model::access::Capability;
use model::ids::RunId;
use model::registry::{Contract, Registry};
use model::run::{Definition, Failure, IdentityInputs, ItemOutcome, Repeat};
use serde::Deserialize;
use store::{ItemRecord, RecordedObject, SeenObject, StoreError};
use tokio::sync::mpsc;

use super::Selection;
use super::learn::{learn, tell};
use super::names::Names;
use super::reading::Reading;
use super::some::{Wanted, sync_some};
use crate::services::Services;
use crate::starting::store_ending;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "inventory.sync",
    aliases: &[],
    label: "Sync inventory",
    capability: Capability::InventorySync,
    identity: IdentityInputs::Fields(&["types", "whole"]),
    deadline_ms: 2 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::FailedItems,
    spec: "004-inventory-sync",
};

/// Objects recorded in one transaction.
const BATCH: usize = 200;
/// Types observed at the same time; the client's budget decides how fast each goes.
const TYPES_AT_ONCE: usize = 16;

/// The handler.
pub struct SyncRun {
    services: Services,
}

#[derive(Deserialize)]
struct Inputs {
    types: Vec<String>,
    /// Every object is read again, also those of which nothing tells that they changed.
    #[serde(default)]
    whole: bool,
    /// Set by a repetition: just what failed in that run.
    only_failed_of: Option<RunId>,
}

impl SyncRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn sync(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let inputs: Inputs = ctx.inputs()?;
        let selection =
            Selection::of(&inputs.types).map_err(|error| Ending::Fail(Failure::new(error.code, error.message)))?;
        let wanted = match inputs.only_failed_of {
            Some(run) => Wanted::failed_in(ctx, run, &selection).await.map_err(store_ending)?,
            None => Wanted { types: selection.contracts().to_vec(), objects: Vec::new() },
        };
        let graph = self.services.connect(ctx).await?;
        sync_some(ctx, &graph, wanted, inputs.whole).await
    }
}

/// Observes whole types; those that an earlier attempt of this run finished are skipped. Gives back the error that kept
/// every list from being read, if there is one: then the run as a whole could not proceed.
pub(super) async fn sync_types(
    ctx: &RunCtx,
    graph: &TenantGraph,
    contracts: Vec<&'static Contract>,
    whole: bool,
) -> Result<Option<GraphError>, StoreError> {
    let left = types_left(ctx, contracts).await?;
    let reading = &Reading::of(ctx, graph, &left, whole).await?;
    // Boxed, because a closure that returns a borrowing future is not `Send` enough for a stream.
    let work: Vec<BoxFuture<'_, Result<TypeObservation, StoreError>>> =
        left.into_iter().map(|contract| observe_type(ctx, graph, reading, contract).boxed()).collect();
    let observations: Vec<Result<TypeObservation, StoreError>> =
        stream::iter(work).buffer_unordered(TYPES_AT_ONCE).collect().await;
    let mut observations = observations.into_iter().collect::<Result<Vec<_>, _>>()?;
    if whole_failure(&observations).is_some() {
        return Ok(observations.swap_remove(0).list_error);
    }
    record_unread_lists(ctx, &observations).await?;
    Ok(None)
}

impl RunType for SyncRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.sync(ctx).await.unwrap_or_else(|ending| ending) })
    }
}

/// The types that no earlier attempt of this run finished.
async fn types_left(ctx: &RunCtx, mut contracts: Vec<&'static Contract>) -> Result<Vec<&'static Contract>, StoreError> {
    let steps = ctx.db.ledger().steps(ctx.run.id).await?;
    contracts.retain(|contract| !steps.iter().any(|step| step.done && step.name == step_of(contract)));
    Ok(contracts)
}

fn step_of(contract: &Contract) -> String {
    format!("type/{}", contract.key)
}

async fn observe_type(
    ctx: &RunCtx,
    graph: &TenantGraph,
    reading: &Reading,
    contract: &'static Contract,
) -> Result<TypeObservation, StoreError> {
    let inventory_of = ctx.db.tenant(&ctx.scope);
    let inventory = inventory_of.inventory();
    let (sink, objects) = mpsc::channel(BATCH);
    let whole = reading.is_whole(contract);
    let mut names = Names::new(ctx, contract);
    let recorded = record_all(&mut names, reading, objects);
    let (observation, recording) = if whole {
        tokio::join!(graph.observe(contract, sink), recorded)
    } else {
        let (is_known, unread) = reading.decider(contract, inventory.signals(&contract.key).await?);
        let observed = graph.observe_unknown(contract, is_known, sink);
        let (observation, recording, left) = tokio::join!(observed, recorded, record_unread(ctx, contract, unread));
        (observation, recording.and(left))
    };
    recording?;
    if observation.list_error.is_none() {
        inventory.finish_type(&ctx.lease, &contract.key, true, None, observation.seen, whole).await?;
        if contract.definitions.is_some() {
            name_settings(&names, graph, reading.whole, whole).await?;
        }
        ctx.db.ledger().step_done(&ctx.lease, &step_of(contract), None).await?;
    }
    Ok(observation)
}

/// Reads the names that are new. Of how many settings there is none can be told when every object was read.
async fn name_settings(names: &Names<'_>, graph: &TenantGraph, again: bool, whole: bool) -> Result<(), StoreError> {
    let error = learn(names, graph, again).await?;
    if whole || error.is_some() { tell(names, error.as_ref()).await } else { Ok(()) }
}

/// Lists with an error are recorded last: an attempt that is tried again as a whole leaves no failed items behind.
async fn record_unread_lists(ctx: &RunCtx, observations: &[TypeObservation]) -> Result<(), StoreError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    for observation in observations {
        if let Some(error) = &observation.list_error {
            let contract = Registry::embedded().get(observation.type_key).expect("it was observed by its contract");
            tenant
                .inventory()
                .finish_type(&ctx.lease, &contract.key, false, Some(error.code), observation.seen, false)
                .await?;
            ctx.db.ledger().record(&ctx.lease, vec![unread_list(contract, error)]).await?;
        }
    }
    Ok(())
}

fn unread_list(contract: &Contract, error: &GraphError) -> ItemRecord {
    ItemRecord {
        key: step_of(contract),
        label: contract.label_plural.clone(),
        kind: "Type".to_owned(),
        outcome: ItemOutcome::Failed,
        code: Some(error.code.to_owned()),
        message: Some(format!("The list could not be read to its end. {}", error.message)),
        detail: None,
    }
}

/// Records objects as they arrive, in batches: what was read before a crash is not read for nothing.
async fn record_all(
    names: &mut Names<'_>,
    reading: &Reading,
    mut objects: mpsc::Receiver<graph::ObservedObject>,
) -> Result<(), StoreError> {
    let (ctx, contract) = (names.ctx, names.contract);
    let tenant = ctx.db.tenant(&ctx.scope);
    let mut batch = Vec::with_capacity(BATCH);
    while objects.recv_many(&mut batch, BATCH).await > 0 {
        let signals: Vec<_> = batch.iter_mut().map(|object| reading.signal(contract, object)).collect();
        let rows = names.recorded(std::mem::take(&mut batch)).await?;
        let rows = rows.into_iter().zip(signals).map(|(row, signal)| RecordedObject { signal, ..row });
        tenant.inventory().record(&ctx.lease, rows.collect()).await?;
    }
    Ok(())
}

/// Records objects that were seen and left unread, in batches as they are decided about.
async fn record_unread(
    ctx: &RunCtx,
    contract: &'static Contract,
    mut unread: mpsc::UnboundedReceiver<SeenObject>,
) -> Result<(), StoreError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let mut batch = Vec::with_capacity(BATCH);
    while unread.recv_many(&mut batch, BATCH).await > 0 {
        let seen = std::mem::take(&mut batch);
        tenant.inventory().record_unchanged(&ctx.lease, &contract.key, &contract.label, seen).await?;
    }
    Ok(())
}

/// The error that kept every list from being read, if there is one.
fn whole_failure(observations: &[TypeObservation]) -> Option<&GraphError> {
    let mut errors =
        observations.iter().map(|observation| observation.list_error.as_ref().filter(|_| observation.seen == 0));
    let first = errors.next()??;
    errors.all(|error| error.is_some_and(|error| error.code == first.code)).then_some(first)
}

/// Trouble that passes is tried again; anything else needs a person.
pub(crate) fn ending_of(error: &GraphError) -> Ending {
    let failure = Failure::new(error.code, format!("{}. {}", error.message, error.hint));
    if error.is_transient() { Ending::Retry(failure) } else { Ending::Fail(failure) }
}
