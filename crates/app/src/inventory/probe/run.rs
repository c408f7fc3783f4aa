//! `inventory.probe`: reads the audit logs since the last probe, and just the objects that they name.
//!
//! It never says that an object is missing and never counts as a reading of a type: both are the full pass's.
//!
//! An event is handled in the transaction that records its object; where the next probe begins moves when all are. So a
//! probe that is taken up again reads the logs once more, meets what it handled as handled, and loses nothing. What a log
//! tells meanwhile of an object that this run has recorded is left to the next one.

use std::collections::HashSet;

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use graph::TenantGraph;
use model::access::Capability;
use model::change::{ChangeLog, EventMark};
use model::run::{Definition, IdentityInputs, ItemOutcome, Reason, Repeat};
use store::{HandledLog, ItemRecord, StoreError};

use super::find::{Found, find};
use super::logs::{self, Logs};
use crate::directory::GroupNames;
use crate::inventory::some::{OnFailure, sync_objects};
use crate::inventory::sync_run::ending_of;
use crate::inventory::told::{OBJECTS_MAX, Told};
use crate::inventory::{Selection, done, item_key, start_sync};
use crate::services::Services;
use crate::starting::{Extra, app_ending, store_ending};

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "inventory.probe",
    aliases: &[],
    label: "Check for changes",
    capability: Capability::InventorySync,
    identity: IdentityInputs::Fields(&[]),
    deadline_ms: 30 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::Whole,
    spec: "032-change-probe",
};

/// The handler.
pub struct ProbeRun {
    services: Services,
}

impl ProbeRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn probe(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let graph = self.services.connect(ctx).await?;
        let logs = logs::read(ctx, &graph).await.map_err(store_ending)?;
        if let (true, Some((_, error))) = (logs.read.is_empty(), logs.unread.first()) {
            return Ok(ending_of(error));
        }
        if logs.read.iter().any(|told| told.too_much) {
            return pass_on(ctx, logs).await;
        }
        let found = find(ctx, &logs.read).await.map_err(store_ending)?;
        read_found(ctx, &graph, logs, found).await
    }
}

impl RunType for ProbeRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.probe(ctx).await.unwrap_or_else(|ending| ending) })
    }
}

/// Reads the objects, says what is not read, and moves on. Trouble that passes leaves the rest to the next attempt.
async fn read_found(ctx: &RunCtx, graph: &TenantGraph, logs: Logs, mut found: Found) -> Result<Ending, Ending> {
    let mut items = found.items();
    items.extend(logs.unread.iter().map(|(log, error)| logs::unread(*log, error)));
    let recorded = ctx.db.ledger().recorded_keys(ctx.run.id).await.map_err(store_ending)?;
    let waits = split_off_recorded(&mut found, &recorded);
    let quiet = found.objects.is_empty() && items.is_empty() && recorded.is_empty();
    let mut handled = std::mem::take(&mut found.left);
    let told = found.objects.iter().flat_map(|object| &object.told);
    handled.extend(told.map(|change| (change.author.log, change.mark(), change.author.at)));
    if !found.objects.is_empty() {
        if let Some(error) =
            sync_objects(ctx, graph, found.objects, OnFailure::GoOnUnlessItPasses).await.map_err(store_ending)?
        {
            return Ok(ending_of(&error));
        }
        ctx.db.tenant(&ctx.scope).activate().await.map_err(app_ending)?;
        GroupNames::new(ctx, graph).learn().await.map_err(store_ending)?;
    }
    let moved = logs.read.into_iter().map(|told| moved(ctx, told, &waits, &handled)).collect();
    finish(ctx, items, moved).await.map_err(store_ending)?;
    match done(ctx).await.map_err(store_ending)? {
        Ending::Done { reason: None, failures } if quiet => {
            let reason = Some(Reason::new("probe.quiet", "The audit logs tell of no change since the last look"));
            Ok(Ending::Done { reason, failures })
        }
        ending => Ok(ending),
    }
}

/// What was told of objects that an earlier attempt of this run has recorded: from when on each log waits for the next
/// probe.
fn split_off_recorded(found: &mut Found, recorded: &HashSet<String>) -> Vec<(ChangeLog, i64)> {
    let (wait, go): (Vec<_>, Vec<_>) = std::mem::take(&mut found.objects)
        .into_iter()
        .partition(|object| recorded.contains(&item_key(&object.contract.key, &object.id)));
    found.objects = go;
    wait.iter().flat_map(|object| &object.told).map(|change| (change.author.log, change.author.at)).collect()
}

fn moved(ctx: &RunCtx, told: Told, waits: &[(ChangeLog, i64)], handled: &[(ChangeLog, EventMark, i64)]) -> HandledLog {
    let log = told.log;
    let left = waits.iter().filter(|(of, _)| *of == log).map(|(_, at)| *at).min();
    let events = handled.iter().filter(|(of, ..)| *of == log).map(|(_, mark, at)| (mark.clone(), *at));
    logs::handled(ctx, told, left, events.collect())
}

async fn finish(ctx: &RunCtx, items: Vec<ItemRecord>, moved: Vec<HandledLog>) -> Result<(), StoreError> {
    if !items.is_empty() {
        ctx.db.ledger().record(&ctx.lease, items).await?;
    }
    ctx.db.tenant(&ctx.scope).probes().advance(&ctx.lease, moved).await
}

/// So many objects are read by a sync at less cost: it reads lists, and the log tells it, too, which objects of them.
async fn pass_on(ctx: &RunCtx, logs: Logs) -> Result<Ending, Ending> {
    let extra = Extra { parent: Some(ctx.run.id), priority: ctx.run.priority, ..Extra::default() };
    let started = start_sync(&ctx.db, &ctx.scope, &Selection::all(), extra).await.map_err(app_ending)?;
    let why = "Reading them one by one would cost more than a sync of all types, which was started and reads them";
    let item = ItemRecord {
        key: "passed-on".to_owned(),
        label: format!("More than {OBJECTS_MAX} objects changed"),
        kind: "Audit log".to_owned(),
        outcome: ItemOutcome::Skipped,
        code: Some("probe.passed_on".to_owned()),
        message: Some(why.to_owned()),
        detail: Some(started.run().to_string()),
    };
    let mut items = vec![item];
    items.extend(logs.unread.iter().map(|(log, error)| logs::unread(*log, error)));
    let moved = logs.read.into_iter().map(|told| logs::passed_on(ctx, told)).collect();
    finish(ctx, items, moved).await.map_err(store_ending)?;
    match done(ctx).await.map_err(store_ending)? {
        Ending::Done { reason: None, failures } => {
            Ok(Ending::Done { reason: Some(Reason::new("probe.passed_on", why)), failures })
        }
        ending => Ok(ending),
    }
}
