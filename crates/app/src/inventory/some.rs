//! Reading just some of a tenant: whole types, and single objects of others.

use engine::{Ending, RunCtx};
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use graph::{GraphError, TenantGraph};
use model::change::ToldChange;
use model::ids::RunId;
use model::registry::{Contract, Registry};
use model::run::{Failure, ItemOutcome};
use store::{ItemRecord, RecordedObject, StoreError};

use super::exclusions::{Excluded, blocked};
use super::names::{Names, learn, rename};
use super::sync_run::{ending_of, sync_types};
use super::{Selection, done, item_key};
use crate::directory::GroupNames;
use crate::operations::failed_keys;
use crate::starting::{app_ending, store_ending};

/// Objects read at the same time; the client's budget decides how fast each goes.
pub(crate) const OBJECTS_AT_ONCE: usize = 8;

/// What to read.
pub(crate) struct Wanted {
    /// Whole lists.
    pub(crate) types: Vec<&'static Contract>,
    /// Single objects.
    pub(crate) objects: Vec<WantedObject>,
}

/// One object to read.
pub(crate) struct WantedObject {
    /// Its type.
    pub(crate) contract: &'static Contract,
    /// Graph's id.
    pub(crate) id: String,
    /// What the audit logs tell of it, when that is why it is read.
    pub(crate) told: Vec<ToldChange>,
}

impl WantedObject {
    /// Without anything that was told.
    pub(crate) fn new(contract: &'static Contract, id: String) -> Self {
        Self { contract, id, told: Vec::new() }
    }
}

/// What becomes of an object that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// It ends the run: nothing else was wanted.
    EndsTheRun,
    /// It is an item, and the others are read.
    GoesOn,
    /// The same, but for trouble that passes: the object is left to another attempt.
    GoOnUnlessItPasses,
}

impl Wanted {
    /// What failed in that run and is still selected.
    pub(crate) async fn failed_in(ctx: &RunCtx, run: RunId, selection: &Selection) -> Result<Self, StoreError> {
        let failed = failed_keys(ctx, run).await?;
        let selected = |key: &str| selection.contracts().iter().copied().find(|contract| contract.key == key);
        let types: Vec<_> = failed.types.iter().filter_map(|key| selected(key)).collect();
        let objects = failed
            .objects
            .into_iter()
            .filter(|(key, _)| !failed.types.contains(key))
            .filter_map(|(key, id)| Some(WantedObject::new(selected(&key)?, id)))
            .collect();
        Ok(Self { types, objects })
    }
}

impl Wanted {
    /// What of it the tenant still observes; nothing when it was about excluded types alone.
    async fn observed(self, ctx: &RunCtx) -> Result<Option<Self>, StoreError> {
        let excluded = Excluded::of(&ctx.db, &ctx.scope).await?;
        let (had_types, had_objects) = (!self.types.is_empty(), !self.objects.is_empty());
        let (left_out, objects): (Vec<_>, Vec<_>) =
            self.objects.into_iter().partition(|object| excluded.has(&object.contract.key));
        let types = self.types.into_iter().chain(left_out.into_iter().map(|object| object.contract));
        let types = excluded.leave_out(ctx, types.collect()).await?;
        let anything_left = !types.is_empty() || !objects.is_empty();
        Ok((anything_left || !(had_types || had_objects)).then_some(Self { types, objects }))
    }
}

/// Reads the lists and the objects, and ends with what of them is not complete. `whole` reads also those objects of the
/// lists of which nothing tells that they changed.
pub(crate) async fn sync_some(
    ctx: &RunCtx,
    graph: &TenantGraph,
    wanted: Wanted,
    whole: bool,
) -> Result<Ending, Ending> {
    let wanted = wanted.observed(ctx).await.map_err(store_ending)?;
    let Some(wanted) = wanted else { return Ok(blocked()) };
    let mut groups = GroupNames::new(ctx, graph);
    if !wanted.types.is_empty()
        && let Some(error) = sync_types(ctx, graph, (wanted.types, whole), &mut groups).await.map_err(store_ending)?
    {
        return Ok(ending_of(&error));
    }
    let on_failure = if wanted.objects.len() == 1 { OnFailure::EndsTheRun } else { OnFailure::GoesOn };
    if let Some(error) = sync_objects(ctx, graph, wanted.objects, on_failure).await.map_err(store_ending)? {
        return Ok(ending_of(&error));
    }
    ctx.db.tenant(&ctx.scope).activate().await.map_err(app_ending)?;
    groups.learn().await.map_err(store_ending)?;
    done(ctx).await.map_err(store_ending)
}

/// Reads and records the objects that no earlier attempt of this run has recorded. Gives back a failure that is no item.
pub(crate) async fn sync_objects(
    ctx: &RunCtx,
    graph: &TenantGraph,
    objects: Vec<WantedObject>,
    on_failure: OnFailure,
) -> Result<Option<GraphError>, StoreError> {
    let recorded_before = ctx.db.ledger().recorded_keys(ctx.run.id).await?;
    let left = objects.into_iter().filter(|one| !recorded_before.contains(&item_key(&one.contract.key, &one.id)));
    let work: Vec<BoxFuture<'_, Result<Option<GraphError>, StoreError>>> =
        left.map(|object| sync_one(ctx, graph, object, on_failure).boxed()).collect();
    let results: Vec<_> = stream::iter(work).buffer_unordered(OBJECTS_AT_ONCE).collect().await;
    let failures = results.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(failures.into_iter().flatten().next())
}

/// Reads and records one object.
pub(crate) async fn sync_one(
    ctx: &RunCtx,
    graph: &TenantGraph,
    object: WantedObject,
    on_failure: OnFailure,
) -> Result<Option<GraphError>, StoreError> {
    match graph.observe_one(object.contract, &object.id).await {
        Ok(observed) => {
            let probed = !object.told.is_empty();
            let mut names = Names::new(ctx, object.contract);
            learn(&mut names, graph, std::slice::from_ref(&observed), false).await?;
            let row = RecordedObject { told: object.told, probed, ..names.recorded(observed) };
            ctx.db.tenant(&ctx.scope).inventory().record(&ctx.lease, vec![row]).await?;
            rename(&names).await?;
            Ok(None)
        }
        Err(error) if becomes_item(on_failure, &error) => {
            let known = ctx.db.tenant(&ctx.scope).inventory().get(&object.contract.key, &object.id).await;
            let name = known.map_or_else(|_| object.id.clone(), |known| known.row.name);
            ctx.db.ledger().record(&ctx.lease, vec![unread(&object, name, error)]).await?;
            Ok(None)
        }
        Err(error) => Ok(Some(error)),
    }
}

fn becomes_item(on_failure: OnFailure, error: &GraphError) -> bool {
    match on_failure {
        OnFailure::EndsTheRun => false,
        OnFailure::GoesOn => true,
        OnFailure::GoOnUnlessItPasses => !error.is_transient(),
    }
}

/// What the log says was deleted, and Graph no longer has, is as expected. It stays as it was all the same: only a
/// complete pass says that something is missing.
fn unread(object: &WantedObject, name: String, error: GraphError) -> ItemRecord {
    let gone = error.code == "graph.not_found";
    let expected = match object.told.as_slice() {
        told if gone && told.iter().any(|change| change.deletes && !change.failed) => Some(
            "The audit log says that it was deleted, and Graph no longer has it. The next sync of its type marks it as missing",
        ),
        [_, ..] if gone && object.told.iter().all(|change| change.failed) => {
            Some("The audit log says that what was done to it failed, and Graph does not have it")
        }
        _ => None,
    };
    ItemRecord {
        key: item_key(&object.contract.key, &object.id),
        label: name,
        kind: object.contract.label.clone(),
        outcome: if expected.is_some() { ItemOutcome::Skipped } else { ItemOutcome::Failed },
        code: Some(error.code.to_owned()),
        message: Some(expected.map_or(error.message, str::to_owned)),
        detail: None,
    }
}

/// The contract of that type, or how the run has to end.
pub(crate) fn known_type(type_key: &str) -> Result<&'static Contract, Ending> {
    Registry::embedded().get(type_key).ok_or_else(|| {
        let why = format!("This version of TenantAtlas does not know the type \"{type_key}\"");
        Ending::Fail(Failure::new("selection.unknown_type", why))
    })
}
