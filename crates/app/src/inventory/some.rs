//! Reading just some of a tenant: whole types, and single objects of others.

use engine::{Ending, RunCtx};
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use graph::{GraphError, TenantGraph};
use model::ids::RunId;
use model::registry::{Contract, Registry};
use model::run::{Failure, ItemOutcome};
use store::{ItemRecord, StoreError};

use super::learn::learn;
use super::names::Names;
use super::sync_run::{ending_of, sync_types};
use super::{Selection, done, item_key};
use crate::directory::learn_names;
use crate::operations::failed_keys;
use crate::starting::{app_ending, store_ending};

/// Objects read at the same time; the client's budget decides how fast each goes.
pub(crate) const OBJECTS_AT_ONCE: usize = 8;

/// What to read.
pub(crate) struct Wanted {
    /// Whole lists.
    pub(crate) types: Vec<&'static Contract>,
    /// Objects as contract and Graph's id.
    pub(crate) objects: Vec<(&'static Contract, String)>,
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
            .filter_map(|(key, id)| Some((selected(&key)?, id)))
            .collect();
        Ok(Self { types, objects })
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
    if !wanted.types.is_empty()
        && let Some(error) = sync_types(ctx, graph, wanted.types, whole).await.map_err(store_ending)?
    {
        return Ok(ending_of(&error));
    }
    let only_one = wanted.objects.len() == 1;
    let recorded_before = ctx.db.ledger().recorded_keys(ctx.run.id).await.map_err(store_ending)?;
    let left =
        wanted.objects.into_iter().filter(|(contract, id)| !recorded_before.contains(&item_key(&contract.key, id)));
    let work: Vec<BoxFuture<'_, Result<Option<GraphError>, StoreError>>> =
        left.map(|(contract, id)| sync_one(ctx, graph, contract, id, !only_one).boxed()).collect();
    let results: Vec<_> = stream::iter(work).buffer_unordered(OBJECTS_AT_ONCE).collect().await;
    for result in results {
        if let Some(error) = result.map_err(store_ending)? {
            return Ok(ending_of(&error));
        }
    }
    ctx.db.tenant(&ctx.scope).activate().await.map_err(app_ending)?;
    learn_names(ctx, graph).await.map_err(store_ending)?;
    done(ctx).await.map_err(store_ending)
}

/// Reads and records one object. A failure becomes an item when others go on beside it, and is given back otherwise.
pub(crate) async fn sync_one(
    ctx: &RunCtx,
    graph: &TenantGraph,
    contract: &'static Contract,
    external_id: String,
    among_others: bool,
) -> Result<Option<GraphError>, StoreError> {
    match graph.observe_one(contract, &external_id).await {
        Ok(object) => {
            let mut names = Names::new(ctx, contract);
            let rows = names.recorded(vec![object]).await?;
            ctx.db.tenant(&ctx.scope).inventory().record(&ctx.lease, rows).await?;
            learn(&names, graph, false).await?;
            Ok(None)
        }
        Err(error) if among_others => {
            let known = ctx.db.tenant(&ctx.scope).inventory().get(&contract.key, &external_id).await;
            let item = ItemRecord {
                key: item_key(&contract.key, &external_id),
                label: known.map_or(external_id, |object| object.row.name),
                kind: contract.label.clone(),
                outcome: ItemOutcome::Failed,
                code: Some(error.code.to_owned()),
                message: Some(error.message),
                detail: None,
            };
            ctx.db.ledger().record(&ctx.lease, vec![item]).await?;
            Ok(None)
        }
        Err(error) => Ok(Some(error)),
    }
}

/// The contract of that type, or how the run has to end.
pub(crate) fn known_type(type_key: &str) -> Result<&'static Contract, Ending> {
    Registry::embedded().get(type_key).ok_or_else(|| {
        let why = format!("This version of TenantAtlas does not know the type \"{type_key}\"");
        Ending::Fail(Failure::new("selection.unknown_type", why))
    })
}
