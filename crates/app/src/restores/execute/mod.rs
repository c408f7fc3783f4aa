//! `restore.execute`: does what the confirmed plan says and nothing else.

mod hand;
mod item;
mod reconcile;
mod said;
mod send;
mod verify;

use std::collections::HashMap;

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use graph::TenantGraph;
use model::access::Capability;
use model::ids::RestoreId;
use model::restore::{Plan, PlanItem};
use model::run::{Definition, Failure, IdentityInputs, Reason, Repeat};
use serde::Deserialize;
use store::{WriteResult, WriteRow};

use self::hand::Hand;
use self::item::ItemEnd;
use super::plan;
use crate::inventory::{Selection, done, item_key, start_sync};
use crate::services::Services;
use crate::starting::{Extra, app_ending, store_ending};

/// Items that are written at the same time; those that name each other never are.
const ITEMS_AT_ONCE: usize = 4;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "restore.execute",
    aliases: &[],
    label: "Restore",
    capability: Capability::RestoreExecute,
    identity: IdentityInputs::Fields(&["restore"]),
    // An approval may take three days.
    deadline_ms: 7 * 24 * 60 * 60 * 1000,
    attempts_max: 10,
    writes: true,
    repeat: Repeat::Never,
    spec: "037-restore",
};

/// The handler.
pub struct ExecuteRun {
    services: Services,
}

#[derive(Deserialize)]
struct Inputs {
    restore: RestoreId,
    plan: String,
}

impl ExecuteRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn execute(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let inputs: Inputs = ctx.inputs()?;
        let restores = ctx.db.tenant(&ctx.scope).restores();
        if !restores.take_up(&ctx.lease, inputs.restore).await.map_err(store_ending)? {
            return Err(Ending::Fail(Failure::new(
                "restore.not_confirmed",
                "What was confirmed is not what stands there now, or another run has executed it. Nothing was written",
            )));
        }
        let body = restores.plan(inputs.restore).await.map_err(app_ending)?;
        let plan = plan::read_confirmed(&body, &inputs.plan)
            .map_err(|error| Ending::Fail(Failure::new(error.code, error.message)))?;
        let graph = self.services.connect(ctx).await?;
        ctx.db.ledger().set_total(&ctx.lease, plan.items.len() as u64).await.map_err(store_ending)?;
        let waits = write(ctx, &graph, &plan).await?;
        if let Some((pause_ms, why)) = waits {
            return Ok(Ending::Wait { pause_ms, why });
        }
        observe_again(ctx, &plan).await;
        done(ctx).await.map_err(store_ending).map(in_words)
    }
}

impl RunType for ExecuteRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn ends_between_items(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.execute(ctx).await.unwrap_or_else(|ending| ending) })
    }
}

/// Writes what is left of the plan, one level after the other. Gives back for how long something has to be waited for.
async fn write(ctx: &RunCtx, graph: &TenantGraph, plan: &Plan) -> Result<Option<(i64, Reason)>, Ending> {
    let rows = ctx.db.tenant(&ctx.scope).restores().writes(ctx.run.id).await.map_err(store_ending)?;
    let recorded = ctx.db.ledger().recorded_keys(ctx.run.id).await.map_err(store_ending)?;
    let mut by_item: HashMap<u32, Vec<WriteRow>> = HashMap::new();
    for row in rows {
        by_item.entry(row.item).or_default().push(row);
    }
    let mut ids: HashMap<u32, String> = HashMap::new();
    for (item, rows) in &by_item {
        let made = rows.iter().filter_map(|row| row.ended.as_ref()).filter(|(result, _)| *result == WriteResult::Made);
        ids.extend(made.filter_map(|(_, outcome)| Some((*item, outcome.made.clone()?))));
    }
    for item in &plan.items {
        if let Some(id) = &item.live_id {
            ids.entry(item.sequence).or_insert_with(|| id.clone());
        }
    }
    let mut waits: Option<(i64, Reason)> = None;
    for level in levels(plan) {
        let left: Vec<_> =
            level.into_iter().filter(|item| !recorded.contains(&item_key(&item.type_key, &item.source_id))).collect();
        let known = &ids;
        let hands = left.into_iter().map(|item| {
            let rows = by_item.remove(&item.sequence).unwrap_or_default();
            async move {
                // Asked for between two items: what is begun is brought to an end.
                if ctx.cancelled.is_cancelled() {
                    return Err(Ending::Cancelled);
                }
                Hand::new(ctx, graph, item, known, rows)?.write().await.map(|end| (item.sequence, end))
            }
        });
        let hands: Vec<_> = hands.collect();
        let ends: Vec<_> = stream::iter(hands).buffer_unordered(ITEMS_AT_ONCE).collect().await;
        for end in ends {
            match end? {
                (sequence, ItemEnd::Ended(Some(id))) => drop(ids.insert(sequence, id)),
                (_, ItemEnd::Ended(None)) => {}
                (_, ItemEnd::Waits(pause_ms, why)) => {
                    let sooner = waits.as_ref().is_none_or(|(known, _)| pause_ms < *known);
                    if sooner {
                        waits = Some((pause_ms, why));
                    }
                }
            }
        }
    }
    Ok(waits)
}

/// The items in levels: whoever names what an item makes is in a later one.
fn levels(plan: &Plan) -> Vec<Vec<&PlanItem>> {
    let mut level_of: HashMap<u32, usize> = HashMap::new();
    let mut levels: Vec<Vec<&PlanItem>> = Vec::new();
    for item in &plan.items {
        let named = item.steps.iter().flat_map(|step| &step.slots).chain(&item.promised_slots);
        let after = named.filter_map(|slot| level_of.get(&slot.item)).max().map_or(0, |level| level + 1);
        level_of.insert(item.sequence, after);
        if levels.len() <= after {
            levels.push(Vec::new());
        }
        levels[after].push(item);
    }
    levels
}

/// The inventory learns what was written from a sync of its own, as it learns everything. The restore is over without it.
async fn observe_again(ctx: &RunCtx, plan: &Plan) {
    let written = plan.items.iter().filter(|item| !item.steps.is_empty() && !item.by_hand);
    let types: std::collections::BTreeSet<&str> = written.map(|item| item.type_key.as_str()).collect();
    let types: Vec<&str> = types.into_iter().collect();
    let extra = Extra { parent: Some(ctx.run.id), priority: ctx.run.priority, ..Extra::default() };
    let started = match Selection::of(&types) {
        Ok(selection) => start_sync(&ctx.db, &ctx.scope, &selection, extra).await.map(|_| ()),
        Err(error) => Err(error),
    };
    if let Err(error) = started {
        tracing::warn!(%error, "the sync after a restore could not be started");
    }
}

/// The words of a sync do not fit a restore.
fn in_words(ending: Ending) -> Ending {
    match ending {
        Ending::Done { reason: Some(reason), failures } => {
            let failed: u64 = failures.iter().map(|failure| failure.count).sum();
            let objects = if failed == 1 { "1 object was".to_owned() } else { format!("{failed} objects were") };
            let sentence = format!("{objects} not restored as planned. Each says why; undo takes the others back");
            Ending::Done { reason: Some(Reason::new(reason.code, sentence)), failures }
        }
        other => other,
    }
}
