//! Making the observed state of a selection immutable: what every kind of backup run does.
//!
//! The set holds what the inventory observed, so nothing is read from Graph twice; see `observed.rs` for what is fresh
//! enough.

use std::collections::HashMap;

use engine::{Ending, RunCtx};
use futures::FutureExt;
use futures::future::BoxFuture;
use model::AppError;
use model::ids::{BackupSetId, RunId, ScheduleId, VersionId};
use model::registry::Registry;
use model::run::{Failure, ItemOutcome};
use serde::Deserialize;
use store::{BackupStatus, Capture, InventoryFilter, ItemRecord, ObjectRow};

use super::manifest::{self, MissingItem, sha256_hex};
use super::needed::Wanted;
use super::observed::{LOOK_MS, NOT_OBSERVED, Observed};
use super::schedules;
use crate::inventory::exclusions::blocked;
use crate::inventory::{Excluded, Selection, done, item_key};
use crate::operations::{FailedKeys, failed_keys};
use crate::starting::app_ending;

/// Objects put into the set in one transaction.
const BATCH: usize = 200;

#[derive(Deserialize)]
struct Inputs {
    name: String,
    types: Vec<String>,
    /// Set by a repetition: just what is missing in that run's set.
    only_failed_of: Option<RunId>,
    /// The schedule that it belongs to.
    schedule: Option<ScheduleId>,
    /// Leaves the set open, for policies to be added.
    #[serde(default)]
    keep_open: bool,
}

/// The run as a whole.
pub(super) fn back_up(ctx: &RunCtx) -> BoxFuture<'_, Ending> {
    async move { backed_up(ctx).await.unwrap_or_else(app_ending) }.boxed()
}

async fn backed_up(ctx: &RunCtx) -> Result<Ending, AppError> {
    let inputs: Inputs = match ctx.inputs() {
        Ok(inputs) => inputs,
        Err(ending) => return Ok(ending),
    };
    let only = match inputs.only_failed_of {
        Some(run) => Some(failed_keys(ctx, run).await?),
        None => None,
    };
    let types = only.as_ref().map(|keys| keys.all_types().into_iter().map(str::to_owned).collect());
    let selection = match Selection::of(&types.unwrap_or(inputs.types)) {
        Ok(selection) => selection,
        Err(error) => return Ok(Ending::Fail(Failure::new(error.code, error.message))),
    };
    let excluded = Excluded::of(&ctx.db, &ctx.scope).await?;
    // One that was excluded after the start is not asked for any more.
    let Some(selection) = selection.without(&excluded) else { return Ok(blocked()) };
    let wanted = Wanted { foundations: selection.with_foundations(&excluded), selection, excluded };
    let (observed, needed) = match wanted.observe(ctx).await? {
        Ok(found) => found,
        Err(why) => return Ok(Ending::Wait { pause_ms: LOOK_MS, why }),
    };
    let name = if only.is_some() { format!("{} (what was missing)", inputs.name) } else { inputs.name };
    let backups = ctx.db.tenant(&ctx.scope).backups();
    let set = backups.create_set(&ctx.lease, &name, inputs.schedule).await?;
    ctx.db.ledger().set_context(&ctx.lease, &serde_json::json!({ "backup_set": set })).await?;
    let stored = backups.get(set).await?;
    // An attempt that died after it had sealed the set left only the end to be recorded.
    let complete = match stored.sealed_at {
        Some(_) => stored.status == BackupStatus::Complete,
        None => {
            fill(ctx, set, &wanted, &observed, only.as_ref(), &needed).await?;
            close(ctx, set, wanted, observed.unread, inputs.keep_open).await?
        }
    };
    if let Some(schedule) = inputs.schedule.filter(|_| complete && only.is_none()) {
        schedules::retain(ctx, schedule).await?;
    }
    Ok(done(ctx).await?)
}

/// Seals the set or leaves it open; says whether it is sealed with everything that was asked for.
async fn close(
    ctx: &RunCtx,
    set: BackupSetId,
    wanted: Wanted,
    unread: Vec<MissingItem>,
    keep_open: bool,
) -> Result<bool, AppError> {
    name_unread_types(ctx, &unread).await?;
    if keep_open {
        let unread = serde_json::to_value(&unread).map_err(AppError::internal)?;
        ctx.db.tenant(&ctx.scope).backups().leave_open(&ctx.lease, set, &unread).await?;
        return Ok(false);
    }
    seal(ctx, set, &wanted, unread).await
}

/// Puts every present object of the selection into the set, or just some of them, with the foundations and what is needed;
/// one that is not complete is named, never replaced by an older version.
async fn fill(
    ctx: &RunCtx,
    set: BackupSetId,
    wanted: &Wanted,
    observed: &Observed,
    only: Option<&FailedKeys>,
    needed: &[ObjectRow],
) -> Result<(), AppError> {
    let inventory = ctx.db.tenant(&ctx.scope).inventory();
    let keys = wanted.foundations.keys();
    if only.is_none() {
        let types = keys.iter().map(|key| (*key).to_owned()).collect();
        let filter = InventoryFilter { types, missing: Some(false), ..InventoryFilter::default() };
        let total = inventory.count(&filter).await? + needed.len() as u64;
        ctx.db.ledger().set_total(&ctx.lease, total).await?;
    }
    let selected = wanted.selection.keys();
    let is_selected = |object: &ObjectRow| selected.contains(&object.type_key.as_str());
    let mut after: Option<(String, String)> = None;
    loop {
        let from = after.as_ref().map(|(type_key, external_id)| (type_key.as_str(), external_id.as_str()));
        let mut objects = inventory.present(&keys, from, BATCH).await?;
        let Some(last) = objects.last() else { break };
        after = Some((last.type_key.clone(), last.external_id.clone()));
        if let Some(only) = only {
            objects.retain(|each| !is_selected(each) || only.contains(&each.type_key, &each.external_id));
        }
        let (objects, foundations): (Vec<_>, Vec<_>) = objects.into_iter().partition(is_selected);
        add(ctx, set, observed, &objects, false).await?;
        add(ctx, set, observed, &foundations, true).await?;
    }
    for batch in needed.chunks(BATCH) {
        add(ctx, set, observed, batch, true).await?;
    }
    Ok(())
}

/// Puts objects into the set; `foundation` when nobody selected them.
pub(super) async fn add(
    ctx: &RunCtx,
    set: BackupSetId,
    observed: &Observed,
    objects: &[ObjectRow],
    foundation: bool,
) -> Result<(), AppError> {
    if objects.is_empty() {
        return Ok(());
    }
    let tenant = ctx.db.tenant(&ctx.scope);
    let versions: Vec<VersionId> = objects
        .iter()
        .filter(|object| object.complete && observed.why_not(object).is_none())
        .filter_map(|object| object.version)
        .collect();
    let documents: HashMap<VersionId, Vec<u8>> = tenant.versions().documents(&versions).await?.into_iter().collect();
    let captures =
        objects.iter().map(|object| Capture { foundation, ..capture(observed, object, &documents) }).collect();
    Ok(tenant.backups().add(&ctx.lease, set, captures).await?)
}

fn capture(observed: &Observed, object: &ObjectRow, documents: &HashMap<VersionId, Vec<u8>>) -> Capture {
    let version = object.version.filter(|version| object.complete && documents.contains_key(version));
    let document = version.and_then(|version| documents.get(&version));
    let lacks = object.missing_parts.first().filter(|_| document.is_none());
    let old = observed.why_not(object);
    let code =
        document.is_none().then(|| old.or(lacks.map(|part| part.code.as_str())).unwrap_or(NOT_OBSERVED).to_owned());
    let message = match old {
        Some(_) => {
            Some("It could not be read before this backup, and an older version does not stand in for it".into())
        }
        None => lacks.map(|part| part.message.clone()),
    };
    let item = ItemRecord {
        key: item_key(&object.type_key, &object.external_id),
        label: object.name.clone(),
        kind: Registry::embedded().label(&object.type_key).to_owned(),
        outcome: if document.is_some() { ItemOutcome::Succeeded } else { ItemOutcome::Incomplete },
        code,
        message,
        detail: None,
    };
    Capture {
        item,
        type_key: object.type_key.clone(),
        external_id: object.external_id.clone(),
        version,
        sha256: document.map(|document| sha256_hex(document)),
        bytes: document.map(|document| document.len() as u64),
        foundation: false,
    }
}

/// A type whose list could not be read is missing as a whole, however many of its objects are known.
async fn name_unread_types(ctx: &RunCtx, unread: &[MissingItem]) -> Result<(), AppError> {
    let items = unread.iter().map(|missing| ItemRecord {
        key: format!("type/{}", missing.type_key),
        label: missing.name.clone(),
        kind: "Type".to_owned(),
        outcome: ItemOutcome::Failed,
        code: Some(missing.code.clone()),
        message: Some("The list could not be read to its end, so objects may be missing from the set".to_owned()),
        detail: None,
    });
    ctx.db.ledger().record(&ctx.lease, items.collect()).await?;
    Ok(())
}

async fn seal(ctx: &RunCtx, set: BackupSetId, wanted: &Wanted, unread: Vec<MissingItem>) -> Result<bool, AppError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let about = manifest::About {
        set,
        run: ctx.run.id,
        directory_id: tenant.info().await?.directory_id,
        sealed_at_ms: ctx.ambient.now_ms(),
        types: wanted.selection.keys().into_iter().map(str::to_owned).collect(),
        excluded: wanted.excluded.keys(),
        unread,
    };
    let sealed = manifest::of_items(about, &manifest::all_items(&ctx.db, &ctx.scope, set).await?).sealed();
    tenant.backups().seal(&ctx.lease, set, &sealed).await?;
    Ok(sealed.complete)
}
