//! `backup_set.create`: makes the observed state of a selection immutable.
//!
//! The set holds what the inventory observed, so nothing is read from Graph twice. When a type was not completely
//! observed within [`FRESH_MS`], an `inventory.sync` of just those types is started first and waited for.

use std::collections::{BTreeSet, HashMap};

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::AppError;
use model::access::Capability;
use model::ids::{BackupSetId, RunId, VersionId};
use model::registry::Registry;
use model::run::{Definition, Failure, IdentityInputs, ItemOutcome, Reason, Status};
use serde::Deserialize;
use store::{BackupItem, InventoryFilter, ItemRecord, ObjectRow};

use super::manifest::{self, sha256_hex};
use crate::inventory::{Selection, done, start_sync};
use crate::starting::{Extra, app_ending};

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "backup_set.create",
    label: "Back up",
    capability: Capability::BackupsCreate,
    identity: IdentityInputs::Fields(&["types"]),
    deadline_ms: 4 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    spec: "006-backup-sets",
};

/// An observation this young is backed up as it is, in milliseconds.
pub const FRESH_MS: i64 = 15 * 60 * 1000;
/// Pause between two looks at the sync that a backup waits for, in milliseconds.
const LOOK_MS: i64 = 1_000;
/// Objects put into the set in one transaction.
const BATCH: usize = 200;
/// The step that remembers which sync was waited for.
const SYNC_STEP: &str = "observe";

/// The handler.
pub struct CreateRun;

#[derive(Deserialize)]
struct Inputs {
    name: String,
    types: Vec<String>,
}

impl CreateRun {
    async fn create(&self, ctx: &RunCtx) -> Result<Ending, AppError> {
        let inputs: Inputs = match ctx.inputs() {
            Ok(inputs) => inputs,
            Err(ending) => return Ok(ending),
        };
        let selection = match Selection::of(&inputs.types) {
            Ok(selection) => selection,
            Err(error) => return Ok(Ending::Fail(Failure::new(error.code, error.message))),
        };
        if let Some(why) = observe_first(ctx, &selection).await? {
            return Ok(Ending::Wait { pause_ms: LOOK_MS, why });
        }
        let set = ctx.db.tenant(&ctx.scope).backups().create_set(&ctx.lease, &inputs.name).await?;
        ctx.db.ledger().set_context(&ctx.lease, &serde_json::json!({ "backup_set": set })).await?;
        fill(ctx, set, &selection).await?;
        name_unread_types(ctx, &selection).await?;
        seal(ctx, set, &selection).await?;
        Ok(done(ctx).await?)
    }
}

impl RunType for CreateRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.create(ctx).await.unwrap_or_else(app_ending) })
    }
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
        let extra = Extra { parent: Some(ctx.run.id), ..Extra::default() };
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

/// Puts every present object of the selection into the set; one that is not complete is named, never replaced by an
/// older version. Items of an earlier attempt are found again by their sequence and key.
async fn fill(ctx: &RunCtx, set: BackupSetId, selection: &Selection) -> Result<(), AppError> {
    let inventory = ctx.db.tenant(&ctx.scope).inventory();
    let types = selection.keys().into_iter().map(str::to_owned).collect();
    let filter = InventoryFilter { types, missing: Some(false), ..InventoryFilter::default() };
    ctx.db.ledger().set_total(&ctx.lease, inventory.count(&filter).await?).await?;
    let mut sequence = 0;
    let mut after = None;
    loop {
        let objects = inventory.list(&filter, after.as_ref(), BATCH).await?;
        let Some(last) = objects.last() else { return Ok(()) };
        after = Some(last.cursor());
        add(ctx, set, &objects, sequence).await?;
        sequence += objects.len() as i64;
    }
}

async fn add(ctx: &RunCtx, set: BackupSetId, objects: &[ObjectRow], before: i64) -> Result<(), AppError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let versions: Vec<VersionId> =
        objects.iter().filter(|object| object.complete).filter_map(|object| object.version).collect();
    let documents: HashMap<VersionId, Vec<u8>> = tenant.versions().documents(&versions).await?.into_iter().collect();
    let rows: Vec<BackupItem> =
        (before + 1..).zip(objects).map(|(sequence, object)| backup_item(sequence, object, &documents)).collect();
    let items = rows.iter().zip(objects).map(|(row, object)| run_item(row, object)).collect();
    tenant.backups().add_items(&ctx.lease, set, rows).await?;
    ctx.db.ledger().record(&ctx.lease, items).await?;
    Ok(())
}

fn backup_item(sequence: i64, object: &ObjectRow, documents: &HashMap<VersionId, Vec<u8>>) -> BackupItem {
    let version = object.version.filter(|_| object.complete);
    let document = version.and_then(|version| documents.get(&version));
    let missing = object.missing_parts.first().map(|part| part.code.clone());
    BackupItem {
        sequence,
        type_key: object.type_key.clone(),
        external_id: object.external_id.clone(),
        name: object.name.clone(),
        version: version.filter(|_| document.is_some()),
        sha256: document.map(|document| sha256_hex(document)),
        bytes: document.map(|document| document.len() as u64),
        outcome: if document.is_some() { ItemOutcome::Succeeded } else { ItemOutcome::Incomplete },
        code: if document.is_some() { None } else { Some(missing.unwrap_or_else(|| "backup.not_observed".to_owned())) },
    }
}

fn run_item(row: &BackupItem, object: &ObjectRow) -> ItemRecord {
    let label =
        Registry::embedded().get(&row.type_key).map_or_else(|| row.type_key.clone(), |contract| contract.label.clone());
    ItemRecord {
        key: format!("{}/{}", row.type_key, row.external_id),
        label: row.name.clone(),
        kind: label,
        outcome: row.outcome,
        code: row.code.clone(),
        message: object.missing_parts.first().filter(|_| row.code.is_some()).map(|part| part.message.clone()),
        detail: None,
    }
}

/// A type whose list could not be read is missing as a whole, however many of its objects are known.
async fn name_unread_types(ctx: &RunCtx, selection: &Selection) -> Result<(), AppError> {
    let unread = manifest::unread_types(&ctx.db, &ctx.scope, selection).await?;
    let items = unread.into_iter().map(|missing| ItemRecord {
        key: format!("type/{}", missing.type_key),
        label: missing.name,
        kind: "Type".to_owned(),
        outcome: ItemOutcome::Failed,
        code: Some(missing.code),
        message: Some("The list could not be read to its end, so objects may be missing from the set".to_owned()),
        detail: None,
    });
    ctx.db.ledger().record(&ctx.lease, items.collect()).await?;
    Ok(())
}

async fn seal(ctx: &RunCtx, set: BackupSetId, selection: &Selection) -> Result<(), AppError> {
    let manifest = manifest::of_set(ctx, set, selection).await?;
    let bytes = manifest.to_bytes();
    let complete = manifest.missing.is_empty();
    Ok(ctx.db.tenant(&ctx.scope).backups().seal(&ctx.lease, set, &bytes, &sha256_hex(&bytes), complete).await?)
}
