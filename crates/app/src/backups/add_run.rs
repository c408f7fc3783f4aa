//! `backup_set.add_policies`: puts policies into a set that was left open.

use std::collections::BTreeSet;

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::ids::BackupSetId;
use model::registry::Registry;
use model::registry::content::Reference;
use model::run::{Definition, Failure, IdentityInputs, ItemOutcome, Repeat};
use model::{AppError, Kind};
use serde::Deserialize;
use store::{ItemRecord, ObjectRow};

use super::back_up::add;
use super::manifest::all_items;
use super::needed::needed_by;
use super::observed::{LOOK_MS, Observation, Observed, observe_first, observe_needed};
use super::start_add::PolicyKey;
use crate::inventory::exclusions::{blocked, skipped_object};
use crate::inventory::{Excluded, Selection, done, item_key};
use crate::starting::app_ending;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "backup_set.add_policies",
    aliases: &[],
    label: "Add policies",
    capability: Capability::BackupsCreate,
    identity: IdentityInputs::Fields(&["set", "policies"]),
    deadline_ms: 2 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::Whole,
    spec: "021-open-backup-sets",
};

/// The handler.
pub struct AddRun;

#[derive(Deserialize)]
struct Inputs {
    set: BackupSetId,
    policies: Vec<PolicyKey>,
}

impl RunType for AddRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { add_policies(ctx).await.unwrap_or_else(app_ending) })
    }
}

async fn add_policies(ctx: &RunCtx) -> Result<Ending, AppError> {
    let inputs: Inputs = match ctx.inputs() {
        Ok(inputs) => inputs,
        Err(ending) => return Ok(ending),
    };
    let excluded = Excluded::of(&ctx.db, &ctx.scope).await?;
    let types: BTreeSet<&str> = inputs.policies.iter().map(|policy| policy.type_key.as_str()).collect();
    if types.iter().all(|key| excluded.has(key)) {
        return Ok(blocked());
    }
    let selection = match Selection::of(&types.into_iter().filter(|key| !excluded.has(key)).collect::<Vec<_>>()) {
        Ok(selection) => selection,
        Err(error) => return Ok(Ending::Fail(Failure::new(error.code, error.message))),
    };
    let observed = match observe_first(ctx, &selection).await? {
        Observation::Ready(observed) => observed,
        Observation::Waits(why) => return Ok(Ending::Wait { pause_ms: LOOK_MS, why }),
    };
    let backups = ctx.db.tenant(&ctx.scope).backups();
    if !backups.get(inputs.set).await?.open {
        return Ok(closed());
    }
    let seeds: Vec<Reference> = inputs.policies.iter().map(PolicyKey::reference).collect();
    let observed = match observe_needed(ctx, observed, &needed_by(ctx, &seeds, &excluded).await?).await? {
        Observation::Ready(observed) => observed,
        Observation::Waits(why) => return Ok(Ending::Wait { pause_ms: LOOK_MS, why }),
    };
    let inside = inside(ctx, inputs.set).await?;
    let (objects, others) = sorted(ctx, &inputs, &inside, &excluded).await?;
    let mut needed = needed_by(ctx, &seeds, &excluded).await?;
    // What an earlier attempt of this run has added counts again.
    let recorded = ctx.db.ledger().recorded_keys(ctx.run.id).await?;
    needed.retain(|object| {
        let key = (object.type_key.clone(), object.external_id.clone());
        !inside.contains(&key) || recorded.contains(&item_key(&key.0, &key.1))
    });
    ctx.db.ledger().set_total(&ctx.lease, (inputs.policies.len() + needed.len()) as u64).await?;
    ctx.db.ledger().record(&ctx.lease, others).await?;
    match add_all(ctx, inputs.set, &observed, &objects, &needed).await {
        Ok(()) => {}
        // Somebody has closed the set since it was looked at.
        Err(_) if !backups.get(inputs.set).await?.open => return Ok(closed()),
        Err(error) => return Err(error),
    }
    Ok(done(ctx).await?)
}

/// The policies, then what they name.
async fn add_all(
    ctx: &RunCtx,
    set: BackupSetId,
    observed: &Observed,
    objects: &[ObjectRow],
    needed: &[ObjectRow],
) -> Result<(), AppError> {
    add(ctx, set, observed, objects, false).await?;
    add(ctx, set, observed, needed, true).await
}

/// What the set holds already.
async fn inside(ctx: &RunCtx, set: BackupSetId) -> Result<BTreeSet<(String, String)>, AppError> {
    let items = all_items(&ctx.db, &ctx.scope, set).await?;
    Ok(items.into_iter().map(|item| (item.type_key, item.external_id)).collect())
}

fn closed() -> Ending {
    Ending::Fail(Failure::new("backup.closed", "The backup set was closed, so nothing more is added to it"))
}

/// The objects to add; and items for those that are in the set already or are not in the inventory.
async fn sorted(
    ctx: &RunCtx,
    inputs: &Inputs,
    inside: &BTreeSet<(String, String)>,
    excluded: &Excluded,
) -> Result<(Vec<ObjectRow>, Vec<ItemRecord>), AppError> {
    // What this run has added in an earlier attempt is recorded, and stays as it is.
    let recorded = ctx.db.ledger().recorded_keys(ctx.run.id).await?;
    let inventory = ctx.db.tenant(&ctx.scope).inventory();
    let (mut objects, mut others) = (Vec::new(), Vec::new());
    for policy in inputs.policies.iter().filter(|policy| !recorded.contains(&policy.key())) {
        let there = match inventory.get(&policy.type_key, &policy.id).await {
            Ok(object) => Some(object.row).filter(|row| row.missing.is_none()),
            Err(error) if error.kind == Kind::NotFound => None,
            Err(error) => return Err(error),
        };
        match there {
            Some(row) if excluded.has(&row.type_key) => {
                others.push(skipped_object(item(policy, row.name, ItemOutcome::Skipped, None, "")));
            }
            Some(row) if inside.contains(&(row.type_key.clone(), row.external_id.clone())) => {
                others.push(item(policy, row.name, ItemOutcome::Skipped, None, "It is in the set already"));
            }
            Some(row) => objects.push(row),
            None => {
                let (code, why) = ("backup.object_missing", "It is not in the inventory any more");
                others.push(item(policy, policy.id.clone(), ItemOutcome::Failed, Some(code), why));
            }
        }
    }
    Ok((objects, others))
}

fn item(policy: &PolicyKey, label: String, outcome: ItemOutcome, code: Option<&str>, why: &str) -> ItemRecord {
    ItemRecord {
        key: policy.key(),
        label,
        kind: Registry::embedded().label(&policy.type_key).to_owned(),
        outcome,
        code: code.map(str::to_owned),
        message: Some(why.to_owned()),
        detail: None,
    }
}
