//! Making the observed state of a selection immutable: what every kind of backup run does.
//!
//! The set holds what the inventory observed, so nothing is read from Graph twice. When a type was not completely
//! observed within [`FRESH_MS`], an `inventory.sync` of just those types is started first and waited for.

use std::collections::{BTreeSet, HashMap};

use engine::{Ending, RunCtx};
use futures::FutureExt;
use futures::future::BoxFuture;
use model::AppError;
use model::ids::{BackupSetId, RunId, ScheduleId, VersionId};
use model::registry::Registry;
use model::run::{Failure, ItemOutcome, Reason, Status};
use serde::Deserialize;
use store::{BackupStatus, Capture, InventoryFilter, ItemRecord, ObjectRow};

use super::manifest::{self, MissingItem, sha256_hex};
use super::schedules;
use crate::inventory::{Selection, done, start_sync};
use crate::operations::{FailedKeys, failed_keys};
use crate::starting::{Extra, app_ending};

/// An observation this young is backed up as it is, in milliseconds.
const FRESH_MS: i64 = 15 * 60 * 1000;
/// Longest pause between two looks at the sync that a backup waits for, in milliseconds: its end wakes the backup.
const LOOK_MS: i64 = 10_000;
/// Objects put into the set in one transaction.
const BATCH: usize = 200;
/// The step that remembers which sync was waited for.
const SYNC_STEP: &str = "observe";

#[derive(Deserialize)]
struct Inputs {
    name: String,
    types: Vec<String>,
    /// Set by a repetition: just what is missing in that run's set.
    only_failed_of: Option<RunId>,
    /// The schedule that it belongs to.
    schedule: Option<ScheduleId>,
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
    if let Some(why) = observe_first(ctx, &selection).await? {
        return Ok(Ending::Wait { pause_ms: LOOK_MS, why });
    }
    let name = if only.is_some() { format!("{} (what was missing)", inputs.name) } else { inputs.name };
    let backups = ctx.db.tenant(&ctx.scope).backups();
    let set = backups.create_set(&ctx.lease, &name, inputs.schedule).await?;
    ctx.db.ledger().set_context(&ctx.lease, &serde_json::json!({ "backup_set": set })).await?;
    let stored = backups.get(set).await?;
    // An attempt that died after it had sealed the set left only the end to be recorded.
    let complete = match stored.sealed_at {
        Some(_) => stored.status == BackupStatus::Complete,
        None => capture_all(ctx, set, &selection, only.as_ref()).await?,
    };
    if let Some(schedule) = inputs.schedule.filter(|_| complete && only.is_none()) {
        schedules::retain(ctx, schedule).await?;
    }
    Ok(done(ctx).await?)
}

/// Fills and seals the set; says whether everything that was asked for is in it.
async fn capture_all(
    ctx: &RunCtx,
    set: BackupSetId,
    selection: &Selection,
    only: Option<&FailedKeys>,
) -> Result<bool, AppError> {
    fill(ctx, set, selection, only).await?;
    let unread = manifest::unread_types(&ctx.db, &ctx.scope, selection).await?;
    name_unread_types(ctx, &unread).await?;
    seal(ctx, set, selection, unread).await
}

/// Starts a sync of the types that are not fresh, once, and says what is waited for until it ended.
async fn observe_first(ctx: &RunCtx, selection: &Selection) -> Result<Option<Reason>, AppError> {
    let steps = ctx.db.ledger().steps(ctx.run.id).await?;
    let started = steps.iter().find(|step| step.name == SYNC_STEP);
    let sync = match started {
        Some(step) => step.cursor.as_deref().and_then(|cursor| cursor.parse::<RunId>().ok()),
        None => start_stale(ctx, selection).await?,
    };
    let Some(sync) = sync else { return Ok(None) };
    let row = ctx.db.tenant(&ctx.scope).runs().get(sync).await?;
    let waiting = Reason::new("backup.waits_for_sync", "Waiting for the inventory sync that reads what is not fresh");
    Ok((row.status != Status::Completed).then_some(waiting))
}

async fn start_stale(ctx: &RunCtx, selection: &Selection) -> Result<Option<RunId>, AppError> {
    let stale = stale_types(ctx, selection).await?;
    let sync = if stale.is_empty() {
        None
    } else {
        let extra = Extra { parent: Some(ctx.run.id), priority: ctx.run.priority, ..Extra::default() };
        Some(start_sync(&ctx.db, &ctx.scope, &Selection::of(&stale)?, extra).await?.run())
    };
    let cursor = sync.map(|sync| sync.to_string());
    ctx.db.ledger().step_done(&ctx.lease, SYNC_STEP, cursor.as_deref()).await?;
    Ok(sync)
}

/// The selected types that were not observed completely within [`FRESH_MS`].
async fn stale_types(ctx: &RunCtx, selection: &Selection) -> Result<Vec<&'static str>, AppError> {
    let coverage = ctx.db.tenant(&ctx.scope).inventory().coverage().await?;
    let since = ctx.run.database_now_ms - FRESH_MS;
    let fresh: BTreeSet<&str> = coverage
        .iter()
        .filter(|row| row.at >= since && row.list_complete && row.incomplete == 0)
        .map(|row| row.type_key.as_str())
        .collect();
    Ok(selection.keys().into_iter().filter(|key| !fresh.contains(key)).collect())
}

/// Puts every present object of the selection into the set, or just some of them; one that is not complete is named,
/// never replaced by an older version.
async fn fill(
    ctx: &RunCtx,
    set: BackupSetId,
    selection: &Selection,
    only: Option<&FailedKeys>,
) -> Result<(), AppError> {
    let inventory = ctx.db.tenant(&ctx.scope).inventory();
    let keys = selection.keys();
    if only.is_none() {
        let types = keys.iter().map(|key| (*key).to_owned()).collect();
        let filter = InventoryFilter { types, missing: Some(false), ..InventoryFilter::default() };
        ctx.db.ledger().set_total(&ctx.lease, inventory.count(&filter).await?).await?;
    }
    let mut after: Option<(String, String)> = None;
    loop {
        let from = after.as_ref().map(|(type_key, external_id)| (type_key.as_str(), external_id.as_str()));
        let mut objects = inventory.present(&keys, from, BATCH).await?;
        let Some(last) = objects.last() else { return Ok(()) };
        after = Some((last.type_key.clone(), last.external_id.clone()));
        if let Some(only) = only {
            objects.retain(|object| only.contains(&object.type_key, &object.external_id));
        }
        add(ctx, set, &objects).await?;
    }
}

async fn add(ctx: &RunCtx, set: BackupSetId, objects: &[ObjectRow]) -> Result<(), AppError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let versions: Vec<VersionId> =
        objects.iter().filter(|object| object.complete).filter_map(|object| object.version).collect();
    let documents: HashMap<VersionId, Vec<u8>> = tenant.versions().documents(&versions).await?.into_iter().collect();
    let captures = objects.iter().map(|object| capture(object, &documents)).collect();
    Ok(tenant.backups().add(&ctx.lease, set, captures).await?)
}

fn capture(object: &ObjectRow, documents: &HashMap<VersionId, Vec<u8>>) -> Capture {
    let version = object.version.filter(|version| object.complete && documents.contains_key(version));
    let document = version.and_then(|version| documents.get(&version));
    let lacks = object.missing_parts.first().filter(|_| document.is_none());
    let code = document.is_none().then(|| lacks.map_or("backup.not_observed", |part| part.code.as_str()).to_owned());
    let kind = Registry::embedded().get(&object.type_key).map_or(object.type_key.as_str(), |contract| &contract.label);
    let item = ItemRecord {
        key: format!("{}/{}", object.type_key, object.external_id),
        label: object.name.clone(),
        kind: kind.to_owned(),
        outcome: if document.is_some() { ItemOutcome::Succeeded } else { ItemOutcome::Incomplete },
        code,
        message: lacks.map(|part| part.message.clone()),
        detail: None,
    };
    Capture {
        item,
        type_key: object.type_key.clone(),
        external_id: object.external_id.clone(),
        version,
        sha256: document.map(|document| sha256_hex(document)),
        bytes: document.map(|document| document.len() as u64),
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

async fn seal(
    ctx: &RunCtx,
    set: BackupSetId,
    selection: &Selection,
    unread: Vec<MissingItem>,
) -> Result<bool, AppError> {
    let manifest = manifest::of_set(ctx, set, selection, unread).await?;
    let bytes = manifest.to_bytes();
    let complete = manifest.missing.is_empty();
    ctx.db.tenant(&ctx.scope).backups().seal(&ctx.lease, set, &bytes, &sha256_hex(&bytes), complete).await?;
    Ok(complete)
}
