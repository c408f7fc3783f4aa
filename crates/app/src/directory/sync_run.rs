//! `directory_groups.sync`: keeps the names of the directory's groups.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use graph::{ObservedObject, TypeObservation};
use model::access::Capability;
use model::registry::Registry;
use model::run::{Definition, IdentityInputs, ItemOutcome, Repeat};
use serde_json::Value;
use store::{GroupRecord, ItemRecord, StoreError};
use tokio::sync::mpsc;

use crate::inventory::done;
use crate::inventory::sync_run::ending_of;
use crate::services::Services;
use crate::starting::store_ending;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "directory_groups.sync",
    aliases: &[],
    label: "Read directory groups",
    capability: Capability::DirectorySync,
    identity: IdentityInputs::Fields(&[]),
    deadline_ms: 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::Whole,
    spec: "005-directory-groups-sync",
};

/// Groups recorded in one transaction.
const BATCH: usize = 500;

/// The handler.
pub struct GroupsRun {
    services: Services,
}

impl GroupsRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn sync(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let graph = self.services.connect(ctx).await?;
        let contract = Registry::embedded().get("groups").expect("the group cache has a contract");
        let (sink, objects) = mpsc::channel(BATCH);
        let (observation, recording) = tokio::join!(graph.observe(contract, sink), record_all(ctx, objects));
        recording.map_err(store_ending)?;
        if let Some(error) = observation.list_error.as_ref().filter(|_| observation.seen == 0) {
            return Ok(ending_of(error));
        }
        finish(ctx, &observation).await.map_err(store_ending)?;
        done(ctx).await.map_err(store_ending)
    }
}

impl RunType for GroupsRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.sync(ctx).await.unwrap_or_else(|ending| ending) })
    }
}

async fn finish(ctx: &RunCtx, observation: &TypeObservation) -> Result<(), StoreError> {
    ctx.db.tenant(&ctx.scope).groups().finish(&ctx.lease, observation.list_error.is_none()).await?;
    if let Some(error) = &observation.list_error {
        let item = ItemRecord {
            key: "list".to_owned(),
            label: "Groups".to_owned(),
            kind: "Type".to_owned(),
            outcome: ItemOutcome::Failed,
            code: Some(error.code.to_owned()),
            message: Some(format!("The list could not be read to its end. {}", error.message)),
            detail: None,
        };
        ctx.db.ledger().record(&ctx.lease, vec![item]).await?;
    }
    Ok(())
}

async fn record_all(ctx: &RunCtx, mut objects: mpsc::Receiver<ObservedObject>) -> Result<(), StoreError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let mut batch = Vec::with_capacity(BATCH);
    while objects.recv_many(&mut batch, BATCH).await > 0 {
        let groups: Vec<GroupRecord> = batch.drain(..).map(recorded).collect();
        let items = groups.iter().map(item).collect();
        tenant.groups().record(&ctx.lease, groups).await?;
        ctx.db.ledger().record(&ctx.lease, items).await?;
    }
    Ok(())
}

pub(super) fn recorded(group: ObservedObject) -> GroupRecord {
    GroupRecord {
        id: group.external_id,
        name: group.name,
        description: text(&group.document, "description"),
        kind: kind(&group.document),
    }
}

fn item(group: &GroupRecord) -> ItemRecord {
    ItemRecord {
        key: format!("group/{}", group.id),
        label: group.name.clone(),
        kind: "Group".to_owned(),
        outcome: ItemOutcome::Succeeded,
        code: None,
        message: None,
        detail: None,
    }
}

fn text(document: &Value, property: &str) -> Option<String> {
    document.get(property).and_then(Value::as_str).map(str::to_owned)
}

/// How Entra's own pages call it: by `groupTypes`, `securityEnabled` and `mailEnabled` of the entity `group`.
fn kind(document: &Value) -> String {
    let has =
        |wanted: &str| document["groupTypes"].as_array().is_some_and(|types| types.iter().any(|found| found == wanted));
    let base = if has("Unified") {
        "Microsoft 365"
    } else if document["securityEnabled"] == true {
        "Security"
    } else {
        "Distribution"
    };
    if has("DynamicMembership") { format!("{base}, dynamic") } else { base.to_owned() }
}
