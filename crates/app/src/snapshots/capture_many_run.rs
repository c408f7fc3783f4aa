//! `policy.capture_many`: reads selected objects now, each on its own, and keeps what they are as versions.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt, TryStreamExt};
use graph::TenantGraph;
use model::AppError;
use model::access::Capability;
use model::ids::RunId;
use model::registry::{Contract, Registry};
use model::run::{Definition, IdentityInputs, ItemOutcome, Repeat};
use serde::Deserialize;
use store::{ItemRecord, ItemRow, ObjectRow, StoreError};

use crate::backups::PolicyKey;
use crate::bulk;
use crate::inventory::exclusions::skipped_object;
use crate::inventory::some::{OBJECTS_AT_ONCE, OnFailure, WantedObject, sync_one};
use crate::inventory::{Excluded, ObjectQuery, done, item_key, matching};
use crate::operations::failed_items;
use crate::services::Services;
use crate::starting::{app_ending, store_ending};

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "policy.capture_many",
    aliases: &[],
    label: "Capture snapshots",
    capability: Capability::BackupsCreate,
    identity: IdentityInputs::Fields(&["policies", "query"]),
    deadline_ms: 2 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::FailedItems,
    spec: "023-bulk-actions",
};

/// Objects looked up at a time.
const PAGE: usize = 500;

/// The handler.
pub struct CaptureManyRun {
    services: Services,
}

#[derive(Deserialize)]
struct Inputs {
    #[serde(default)]
    policies: Vec<PolicyKey>,
    query: Option<ObjectQuery>,
    only_failed_of: Option<RunId>,
}

impl CaptureManyRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn capture(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let inputs: Inputs = ctx.inputs()?;
        if !bulk::is_selected(ctx) {
            let selected = selection(ctx, &inputs).await.map_err(app_ending)?;
            bulk::select(ctx, selected).await.map_err(store_ending)?;
        }
        let graph = self.services.connect(ctx).await?;
        loop {
            let left = bulk::pending(ctx).await.map_err(store_ending)?;
            if left.is_empty() {
                return done(ctx).await.map_err(store_ending);
            }
            let excluded = &Excluded::of(&ctx.db, &ctx.scope).await.map_err(store_ending)?;
            let work = left.into_iter().map(|item| capture_one(ctx, &graph, excluded, item));
            let all = stream::iter(work).buffer_unordered(OBJECTS_AT_ONCE).try_collect::<()>();
            all.await.map_err(store_ending)?;
        }
    }
}

async fn selection(ctx: &RunCtx, inputs: &Inputs) -> Result<Vec<ItemRecord>, AppError> {
    if let Some(run) = inputs.only_failed_of {
        return Ok(failed_items(ctx, run).await?.into_iter().map(bulk::pending_again).collect());
    }
    let inventory = ctx.db.tenant(&ctx.scope).inventory();
    let mut items = Vec::new();
    for policy in &inputs.policies {
        // One that was there at the start and is not now is named by its id; reading it says what became of it.
        let known = inventory.get(&policy.type_key, &policy.id).await.ok();
        let name = known.map_or_else(|| policy.id.clone(), |object| object.row.name);
        items.push(item(&policy.type_key, &policy.id, name));
    }
    let Some(query) = &inputs.query else { return Ok(items) };
    let filter = matching(&ctx.db, &ctx.scope, query, ctx.run.created_at).await?;
    let mut last: Option<ObjectRow> = None;
    loop {
        let rows = inventory.list(&filter, last.as_ref().map(ObjectRow::cursor).as_ref(), PAGE).await?;
        items.extend(rows.iter().map(|row| item(&row.type_key, &row.external_id, row.name.clone())));
        last = rows.into_iter().next_back();
        if last.is_none() {
            return Ok(items);
        }
    }
}

fn item(type_key: &str, external_id: &str, name: String) -> ItemRecord {
    bulk::pending_item(item_key(type_key, external_id), name, Registry::embedded().label(type_key))
}

/// A failure becomes the item's; only the database stops the others.
async fn capture_one(ctx: &RunCtx, graph: &TenantGraph, excluded: &Excluded, item: ItemRow) -> Result<(), StoreError> {
    match object_of(&item.key) {
        Some((contract, _)) if excluded.has(&contract.key) => {
            let record = skipped_object(bulk::pending_again(item));
            ctx.db.ledger().record(&ctx.lease, vec![record]).await.map(drop)
        }
        Some((contract, external_id)) => {
            let object = WantedObject::new(contract, external_id);
            sync_one(ctx, graph, object, OnFailure::GoesOn).await.map(drop)
        }
        None => {
            let record = ItemRecord {
                outcome: ItemOutcome::Failed,
                code: Some("selection.unknown_type".to_owned()),
                message: Some("This version of TenantAtlas does not know its type".to_owned()),
                ..bulk::pending_again(item)
            };
            ctx.db.ledger().record(&ctx.lease, vec![record]).await.map(drop)
        }
    }
}

fn object_of(key: &str) -> Option<(&'static Contract, String)> {
    let (type_key, external_id) = key.split_once('/')?;
    Some((Registry::embedded().get(type_key)?, external_id.to_owned()))
}

impl RunType for CaptureManyRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.capture(ctx).await.unwrap_or_else(|ending| ending) })
    }
}
