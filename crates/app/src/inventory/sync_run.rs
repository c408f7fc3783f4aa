//! `inventory.sync`: observes every selected type, streams the objects into the inventory, says what it could not see.

use engine::{Ending, RunCtx, RunType};
use futures::FutureExt;
use futures::future::{BoxFuture, join, join_all, join3};
use graph::{GraphError, TenantGraph, TypeObservation};
use model::access::Capability;
use model::ids::RunId;
use model::registry::{Contract, Registry};
use model::run::{Definition, Failure, IdentityInputs, ItemOutcome, Repeat};
use serde::Deserialize;
use store::{ItemRecord, ObservedType, StoreError};
use tokio::sync::mpsc;

use super::Selection;
use super::names::{Names, conclude};
use super::reading::Reading;
use super::recorder::{Desk, recorder};
use super::shaping::{AHEAD, Shaping};
use super::some::{Wanted, sync_some};
use crate::directory::GroupNames;
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
    (contracts, whole): (Vec<&'static Contract>, bool),
    groups: &mut GroupNames<'_>,
) -> Result<Option<GraphError>, StoreError> {
    let mut left = types_left(ctx, contracts).await?;
    let reading = &Reading::of(ctx, graph, &left, whole).await?;
    reading.longest_first(&mut left);
    let ((desk, recorder), (assigned, named)) = (recorder(ctx), mpsc::unbounded_channel());
    // Boxed, because a closure that returns a borrowing future is not `Send` enough for a stream.
    let observe = |contract| observe_type(ctx, graph, (reading, desk.clone(), assigned.clone()), contract).boxed();
    let work: Vec<BoxFuture<'_, Result<TypeObservation, StoreError>>> = left.into_iter().map(observe).collect();
    drop((desk, assigned));
    // All at once; the client decides how many requests are under way.
    let (observations, written, asked) = join3(join_all(work), recorder.write(), groups.learn_once_read(named)).await;
    written?;
    asked?;
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

pub(super) fn step_of(contract: &Contract) -> String {
    format!("type/{}", contract.key)
}

async fn observe_type(
    ctx: &RunCtx,
    graph: &TenantGraph,
    (reading, desk, groups): (&Reading, Desk, mpsc::UnboundedSender<String>),
    contract: &'static Contract,
) -> Result<TypeObservation, StoreError> {
    let (sink, objects) = mpsc::channel(AHEAD);
    let names = contract.definitions.as_ref().map(|_| Names::new(ctx, contract));
    let inventory = ctx.db.tenant(&ctx.scope).inventory();
    let shaping = Shaping { contract, reading, inventory, desk: &desk, names }.run(graph, objects, groups);
    let whole = reading.is_whole(contract);
    let (observation, names) = if whole {
        join(graph.observe(contract, sink), shaping).await
    } else {
        let signals = ctx.db.tenant(&ctx.scope).inventory().signals(&contract.key).await?;
        let (is_known, unread) = reading.decider(contract, signals);
        let observed = graph.observe_unknown(contract, is_known, sink);
        let (observation, names, ()) = join3(observed, shaping, desk.left(contract, unread)).await;
        (observation, names)
    };
    let names = names?;
    if observation.list_error.is_none()
        && desk.over(contract, observation.seen, whole).await
        && let Some(names) = names
    {
        conclude(&names, whole).await?;
        ctx.db.ledger().step_done(&ctx.lease, &step_of(contract), None).await?;
    }
    Ok(observation)
}

/// Lists with an error are recorded last: an attempt that is tried again as a whole leaves no failed items behind.
async fn record_unread_lists(ctx: &RunCtx, observations: &[TypeObservation]) -> Result<(), StoreError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    for observation in observations {
        if let Some(error) = &observation.list_error {
            let contract = Registry::embedded().get(observation.type_key).expect("it was observed by its contract");
            let unread = ObservedType {
                type_key: &contract.key,
                code: Some(error.code),
                seen: observation.seen,
                whole: false,
                step: None,
            };
            tenant.inventory().finish_types(&ctx.lease, &[unread]).await?;
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
