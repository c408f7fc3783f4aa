//! Recording what was read of groups, in batches: what was recorded before a crash is recorded again and nothing new.

use std::collections::HashMap;

use engine::RunCtx;
use graph::{Change, ObservedObject};
use model::run::ItemOutcome;
use serde_json::Value;
use store::{GroupRecord, ItemRecord, StoreError};
use tokio::sync::mpsc;

/// Groups recorded in one transaction.
pub(super) const BATCH: usize = 500;

/// How much a round told of.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Groups that are there.
    pub(super) there: u64,
    /// Groups that were removed.
    pub(super) gone: u64,
}

/// Records changes in their order.
pub(super) async fn record_changes(ctx: &RunCtx, mut changes: mpsc::Receiver<Change>) -> Result<Told, StoreError> {
    let mut told = Told::default();
    let mut batch = Vec::with_capacity(BATCH);
    while changes.recv_many(&mut batch, BATCH).await > 0 {
        let (there, gone) = last_words(batch.drain(..));
        told.there += there.len() as u64;
        told.gone += gone.len() as u64;
        record_there(ctx, there).await?;
        record_gone(ctx, gone).await?;
    }
    Ok(told)
}

/// Records the rows of a list.
pub(super) async fn record_list(ctx: &RunCtx, mut objects: mpsc::Receiver<ObservedObject>) -> Result<(), StoreError> {
    let mut batch = Vec::with_capacity(BATCH);
    while objects.recv_many(&mut batch, BATCH).await > 0 {
        record_there(ctx, batch.drain(..).map(recorded).collect()).await?;
    }
    Ok(())
}

/// Of several words about a group the last one counts.
fn last_words(changes: impl Iterator<Item = Change>) -> (Vec<GroupRecord>, Vec<String>) {
    let (mut there, mut gone) = (HashMap::new(), HashMap::new());
    for change in changes {
        match change {
            Change::There(group) => {
                gone.remove(&group.external_id);
                there.insert(group.external_id.clone(), recorded(*group));
            }
            Change::Gone(id) => {
                there.remove(&id);
                gone.insert(id, ());
            }
        }
    }
    (there.into_values().collect(), gone.into_keys().collect())
}

async fn record_there(ctx: &RunCtx, groups: Vec<GroupRecord>) -> Result<(), StoreError> {
    if groups.is_empty() {
        return Ok(());
    }
    let items = groups.iter().map(|group| item(&group.id, group.name.clone(), None)).collect();
    ctx.db.tenant(&ctx.scope).groups().record(&ctx.lease, groups).await?;
    ctx.db.ledger().record(&ctx.lease, items).await?;
    Ok(())
}

async fn record_gone(ctx: &RunCtx, gone: Vec<String>) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    let tenant = ctx.db.tenant(&ctx.scope);
    let names = tenant.groups().names(&gone).await?;
    tenant.groups().record_gone(&ctx.lease, &gone).await?;
    let removed = Some("removed from the directory".to_owned());
    let items = gone.iter().map(|id| item(id, names.get(id).unwrap_or(id).clone(), removed.clone())).collect();
    ctx.db.ledger().record(&ctx.lease, items).await?;
    Ok(())
}

pub(super) fn recorded(group: ObservedObject) -> GroupRecord {
    GroupRecord {
        id: group.external_id,
        name: group.name,
        description: text(&group.document, "description"),
        kind: kind(&group.document),
        rule: text(&group.document, "membershipRule"),
    }
}

fn item(id: &str, label: String, detail: Option<String>) -> ItemRecord {
    ItemRecord {
        key: format!("group/{id}"),
        label,
        kind: "Group".to_owned(),
        outcome: ItemOutcome::Succeeded,
        code: None,
        message: None,
        detail,
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
