//! `operation_run.cancel_many`: cancels the active runs that a filter selects, one after the other.

use std::collections::BTreeMap;

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::ids::RunId;
use model::run::{Definition, Failure, IdentityInputs, ItemOutcome, Reason, Repeat};
use model::{AppError, Kind};
use serde::Deserialize;
use store::{CancelOutcome, ItemRecord, ItemRow, RunPageRequest, TenantScope};

use super::start_cancel_many::active;
use super::{RunQuery, failed_items};
use crate::bulk;
use crate::starting::app_ending;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "operation_run.cancel_many",
    aliases: &[],
    label: "Cancel operations",
    capability: Capability::OperationsCancelOwn,
    identity: IdentityInputs::Fields(&["filter"]),
    deadline_ms: 2 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::FailedItems,
    spec: "023-bulk-actions",
};

/// Runs looked up at a time.
const PAGE: usize = 500;
const KIND: &str = "Operation";

/// The handler.
pub struct CancelManyRun;

#[derive(Deserialize)]
struct Inputs {
    filter: BTreeMap<String, Vec<String>>,
    only_failed_of: Option<RunId>,
}

impl RunType for CancelManyRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { cancel_many(ctx).await.unwrap_or_else(app_ending) })
    }
}

async fn cancel_many(ctx: &RunCtx) -> Result<Ending, AppError> {
    let inputs: Inputs = match ctx.inputs() {
        Ok(inputs) => inputs,
        Err(ending) => return Ok(ending),
    };
    if !bulk::is_selected(ctx) {
        bulk::select(ctx, selection(ctx, &inputs).await?).await?;
    }
    loop {
        let left = bulk::pending(ctx).await?;
        if left.is_empty() {
            return ended(ctx).await;
        }
        for item in left {
            let record = cancel_one(ctx, item).await?;
            ctx.db.ledger().record(&ctx.lease, vec![record]).await?;
        }
    }
}

/// Active runs that are older than this one: what was started after the click is not meant, and this run never is.
async fn selection(ctx: &RunCtx, inputs: &Inputs) -> Result<Vec<ItemRecord>, AppError> {
    if let Some(run) = inputs.only_failed_of {
        return Ok(failed_items(ctx, run).await?.into_iter().map(bulk::pending_again).collect());
    }
    let query = RunQuery::from_map(&inputs.filter);
    let Some(filter) = active(query.filter(ctx.run.initiator, ctx.run.created_at)) else { return Ok(Vec::new()) };
    let runs = ctx.db.tenant(&ctx.scope).runs();
    let (mut items, mut before) = (Vec::new(), ctx.run.id);
    loop {
        let page = runs.list(&filter, &RunPageRequest { before: Some(before), after: None, limit: PAGE }).await?;
        items.extend(
            page.rows
                .iter()
                .map(|run| bulk::pending_item(run.id.to_string(), format!("{}, {}", run.label, run.target), KIND)),
        );
        match page.older {
            Some(older) => before = older,
            None => return Ok(items),
        }
    }
}

/// The right is asked for again each time: who loses it in the middle cancels nothing more.
async fn cancel_one(ctx: &RunCtx, item: ItemRow) -> Result<ItemRecord, AppError> {
    let cancelled = match (item.key.parse::<RunId>(), fresh_scope(ctx).await) {
        (Ok(run), Ok(scope)) => {
            let scope = scope.as_ref().unwrap_or(&ctx.scope);
            ctx.db.tenant(scope).runs().request_cancel(run).await
        }
        (Ok(_), Err(error)) => Err(error),
        (Err(_), _) => Err(AppError::not_found()),
    };
    let (outcome, code, message) = match cancelled {
        Ok(CancelOutcome::Cancelled) => (ItemOutcome::Succeeded, None, "It had not started"),
        Ok(CancelOutcome::Requested) => (ItemOutcome::Succeeded, None, "It runs, and stops at its next item"),
        Ok(CancelOutcome::AlreadyCompleted) => (ItemOutcome::Skipped, None, "It had ended already"),
        Err(error) if error.kind == Kind::Forbidden || error.kind == Kind::NotFound => {
            let why = "The person who started this may not cancel it";
            (ItemOutcome::Failed, Some("not_authorised".to_owned()), why)
        }
        Err(error) => return Err(error),
    };
    Ok(ItemRecord { outcome, code, message: Some(message.to_owned()), ..bulk::pending_again(item) })
}

/// The initiator's right as it is now; none to ask for when no person started the run.
async fn fresh_scope(ctx: &RunCtx) -> Result<Option<TenantScope>, AppError> {
    match ctx.run.initiator {
        Some(user) => ctx.db.authorise(user, ctx.run.tenant).await.map(Some),
        None => Ok(None),
    }
}

async fn ended(ctx: &RunCtx) -> Result<Ending, AppError> {
    let failures: Vec<Failure> = ctx.db.tenant(&ctx.scope).runs().failure_kinds(ctx.run.id).await?;
    let reason = failures.first().map(|worst| {
        let noun = if worst.count == 1 { "operation was" } else { "operations were" };
        Reason::new(worst.code.clone(), format!("{} {noun} not cancelled. {}", worst.count, worst.message))
    });
    Ok(Ending::Done { reason, failures })
}
