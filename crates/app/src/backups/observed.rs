//! What a backup may take: what was observed completely within [`FRESH_MS`]. When a selected type was not, an
//! `inventory.sync` of just those types is started first and waited for; what even that could not read is named, never
//! replaced by what was seen before.

use std::collections::BTreeSet;

use engine::RunCtx;
use model::AppError;
use model::ids::RunId;
use model::registry::Registry;
use model::run::{Reason, Status};
use store::{CoverageRow, ObjectRow};

use super::manifest::MissingItem;
use crate::inventory::{Selection, start_sync};
use crate::starting::Extra;

/// An observation this young is backed up as it is, in milliseconds.
const FRESH_MS: i64 = 15 * 60 * 1000;
/// Longest pause between two looks at the sync that a backup waits for, in milliseconds: its end wakes the backup.
pub(super) const LOOK_MS: i64 = 10_000;
/// The step that has started the sync, if one was needed; its cursor is the sync.
const SYNC_STEP: &str = "sync";
/// The same of the types that hold what the wanted objects name.
const NEEDED_STEP: &str = "sync of what they name";
/// The step whose cursor is the moment from which on an observation is fresh.
const SINCE_STEP: &str = "fresh since";
/// Of an object or type that could not be read in time, when nothing says more.
pub(super) const NOT_OBSERVED: &str = "backup.not_observed";

/// Whether there is something to take yet.
pub(super) enum Observation {
    /// Everything that can be read is.
    Ready(Observed),
    /// A sync reads it.
    Waits(Reason),
}

/// What may be taken.
pub(super) struct Observed {
    /// What was seen before this is not, milliseconds since the Unix epoch.
    since: i64,
    /// Types whose list was not read to its end since then.
    pub(super) unread: Vec<MissingItem>,
    /// The same of types of which only what others name is taken.
    beside: Vec<MissingItem>,
}

impl Observed {
    /// The code that says why this object may not be taken; absent when it was seen in time.
    pub(super) fn why_not(&self, object: &ObjectRow) -> Option<&str> {
        let unread = || self.unread.iter().chain(&self.beside).find(|missing| missing.type_key == object.type_key);
        (object.last_seen_at < self.since).then(|| unread().map_or(NOT_OBSERVED, |missing| missing.code.as_str()))
    }
}

/// Starts a sync of the types that are not fresh, once, and waits for its end.
pub(super) async fn observe_first(ctx: &RunCtx, selection: &Selection) -> Result<Observation, AppError> {
    observe(ctx, selection, SYNC_STEP).await
}

/// The same of what the wanted objects name, known now that they are observed themselves. Of these types nothing is missing
/// but what is named.
pub(super) async fn observe_needed(
    ctx: &RunCtx,
    observed: Observed,
    needed: &[ObjectRow],
) -> Result<Observation, AppError> {
    let types: BTreeSet<&str> = needed.iter().map(|object| object.type_key.as_str()).collect();
    if types.is_empty() {
        return Ok(Observation::Ready(observed));
    }
    let selection = Selection::of(&types.into_iter().collect::<Vec<_>>())?;
    Ok(match observe(ctx, &selection, NEEDED_STEP).await? {
        Observation::Ready(beside) => Observation::Ready(Observed { beside: beside.unread, ..observed }),
        waits => waits,
    })
}

async fn observe(ctx: &RunCtx, selection: &Selection, sync_step: &str) -> Result<Observation, AppError> {
    let steps = ctx.db.ledger().steps(ctx.run.id).await?;
    let cursor = |name: &str| steps.iter().find(|step| step.name == name).map(|step| step.cursor.as_deref());
    let since = match cursor(SINCE_STEP).flatten().and_then(|text| text.parse().ok()) {
        Some(since) => since,
        None => set_since(ctx).await?,
    };
    let sync = match cursor(sync_step) {
        Some(sync) => sync.and_then(|cursor| cursor.parse::<RunId>().ok()),
        None => start_stale(ctx, selection, (since, sync_step)).await?,
    };
    let mut failed = None;
    if let Some(sync) = sync {
        let row = ctx.db.tenant(&ctx.scope).runs().get(sync).await?;
        if row.status != Status::Completed {
            let why = "Waiting for the inventory sync that reads what is not fresh";
            return Ok(Observation::Waits(Reason::new("backup.waits_for_sync", why)));
        }
        failed = row.reason.map(|reason| reason.code);
    }
    let coverage = ctx.db.tenant(&ctx.scope).inventory().coverage().await?;
    let unread = selection.keys().into_iter().filter_map(|key| unread_type(&coverage, key, since, failed.as_deref()));
    Ok(Observation::Ready(Observed { since, unread: unread.collect(), beside: Vec::new() }))
}

/// Kept with the run, so that a later attempt judges alike.
async fn set_since(ctx: &RunCtx) -> Result<i64, AppError> {
    let since = ctx.run.database_now_ms - FRESH_MS;
    ctx.db.ledger().step_done(&ctx.lease, SINCE_STEP, Some(&since.to_string())).await?;
    Ok(since)
}

async fn start_stale(
    ctx: &RunCtx,
    selection: &Selection,
    (since, sync_step): (i64, &str),
) -> Result<Option<RunId>, AppError> {
    let coverage = ctx.db.tenant(&ctx.scope).inventory().coverage().await?;
    let fresh: BTreeSet<&str> = coverage
        .iter()
        .filter(|row| row.at >= since && row.list_complete && row.incomplete == 0)
        .map(|row| row.type_key.as_str())
        .collect();
    let stale: Vec<_> = selection.keys().into_iter().filter(|key| !fresh.contains(key)).collect();
    let sync = if stale.is_empty() {
        None
    } else {
        let extra = Extra { parent: Some(ctx.run.id), priority: ctx.run.priority, ..Extra::default() };
        Some(start_sync(&ctx.db, &ctx.scope, &Selection::of(&stale)?, extra).await?.run())
    };
    let cursor = sync.map(|sync| sync.to_string());
    ctx.db.ledger().step_done(&ctx.lease, sync_step, cursor.as_deref()).await?;
    Ok(sync)
}

/// The type as missing, unless its list was read to its end in time. A sync that failed as a whole has left the coverage
/// as it was before, so its own code says why.
fn unread_type(coverage: &[CoverageRow], key: &str, since: i64, failed: Option<&str>) -> Option<MissingItem> {
    let row = coverage.iter().find(|row| row.type_key == key).filter(|row| row.at >= since);
    let code = match row {
        Some(row) if row.list_complete => return None,
        Some(row) => row.code.as_deref(),
        None => failed,
    };
    let name = Registry::embedded().get(key).map_or(key, |contract| contract.label_plural.as_str()).to_owned();
    let code = code.unwrap_or(NOT_OBSERVED).to_owned();
    Some(MissingItem { type_key: key.to_owned(), external_id: None, name, code })
}
