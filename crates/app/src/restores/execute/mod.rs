//! Writing what a plan says, item by item.

mod hand;
mod item;
mod reconcile;
mod said;
mod send;
mod verify;

use std::collections::{HashMap, HashSet};

use engine::{Ending, RunCtx};
use futures::stream::{self, StreamExt};
use graph::TenantGraph;
use model::ids::RestoreId;
use model::restore::{Plan, PlanItem};
use model::run::Reason;
use store::WriteRow;

use self::hand::{Hand, Known, Secrets};
use self::item::ItemEnd;
use super::made;
use crate::inventory::item_key;
use crate::starting::store_ending;

/// Items that a worker writes at the same time; those that name each other never are.
pub const ITEMS_AT_ONCE: usize = 4;

/// Writes what is left of the plan, one level after the other. Gives back for how long something has to be waited for.
pub(super) async fn write(
    ctx: &RunCtx,
    graph: &TenantGraph,
    restore: RestoreId,
    plan: &Plan,
) -> Result<Option<(i64, Reason)>, Ending> {
    let secrets = secrets(ctx, restore, plan).await?;
    let rows = ctx.db.tenant(&ctx.scope).restores().writes(ctx.run.id).await.map_err(store_ending)?;
    let recorded = ctx.db.ledger().recorded_keys(ctx.run.id).await.map_err(store_ending)?;
    let mut ids = made::ids(&rows);
    let mut by_item: HashMap<u32, Vec<WriteRow>> = HashMap::new();
    for row in rows {
        by_item.entry(row.item).or_default().push(row);
    }
    for item in &plan.items {
        if let Some(id) = &item.live_id {
            ids.entry(item.sequence).or_insert_with(|| id.clone());
        }
    }
    let mut waits: Option<(i64, Reason)> = None;
    // Items that go on later: whoever names them goes on later, too.
    let mut waiting: HashSet<u32> = HashSet::new();
    for level in levels(plan) {
        let (later, left): (Vec<_>, Vec<_>) = level
            .into_iter()
            .filter(|item| !recorded.contains(&item_key(&item.type_key, &item.source_id)))
            .partition(|item| named(item).any(|other| waiting.contains(&other)));
        waiting.extend(later.into_iter().map(|item| item.sequence));
        let known = Known { ids: &ids, secrets: &secrets };
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
                (sequence, ItemEnd::Waits(pause_ms, why)) => {
                    waiting.insert(sequence);
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

/// What was entered for the restore; asked for where the plan sends some of it.
async fn secrets(ctx: &RunCtx, restore: RestoreId, plan: &Plan) -> Result<Secrets, Ending> {
    if plan.items.iter().all(|item| item.secrets().next().is_none()) {
        return Ok(Secrets::new());
    }
    ctx.db.tenant(&ctx.scope).restores().secrets(&ctx.lease, restore).await.map_err(store_ending)
}

/// The items in levels: whoever names what an item makes is in a later one.
fn levels(plan: &Plan) -> Vec<Vec<&PlanItem>> {
    let mut level_of: HashMap<u32, usize> = HashMap::new();
    let mut levels: Vec<Vec<&PlanItem>> = Vec::new();
    for item in &plan.items {
        let after = named(item).filter_map(|other| level_of.get(&other)).max().map_or(0, |level| level + 1);
        level_of.insert(item.sequence, after);
        if levels.len() <= after {
            levels.push(Vec::new());
        }
        levels[after].push(item);
    }
    levels
}

/// The items whose ids this one is written with.
fn named(item: &PlanItem) -> impl Iterator<Item = u32> {
    item.steps.iter().flat_map(|step| &step.slots).chain(&item.promised_slots).map(|slot| slot.item)
}
