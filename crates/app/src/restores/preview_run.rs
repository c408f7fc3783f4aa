//! `restore.preview`: reads the live objects and makes the plan of what would be written. It writes to no tenant.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::ids::RestoreId;
use model::registry::Registry;
use model::restore::{Action, Plan, PlanItem};
use model::run::{Definition, IdentityInputs, ItemOutcome, Reason, Repeat};
use serde::Deserialize;
use store::{ItemRecord, NewPlan, RestoreState};

use super::draft::Draft;
use super::{plan, preview};
use crate::inventory::{done, item_key};
use crate::services::Services;
use crate::starting::{app_ending, store_ending};

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "restore.preview",
    aliases: &[],
    label: "Restore preview",
    capability: Capability::RestorePreview,
    identity: IdentityInputs::Fields(&["restore"]),
    deadline_ms: 60 * 60 * 1000,
    attempts_max: 3,
    writes: false,
    repeat: Repeat::Whole,
    spec: "037-restore",
};

/// The handler.
pub struct PreviewRun {
    services: Services,
}

#[derive(Deserialize)]
struct Inputs {
    restore: RestoreId,
}

impl PreviewRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn preview(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let inputs: Inputs = ctx.inputs()?;
        let restores = ctx.db.tenant(&ctx.scope).restores();
        let restore = restores.get(inputs.restore).await.map_err(app_ending)?;
        if restore.state != RestoreState::Draft {
            return Ok(Ending::Done { reason: Some(moved_on()), failures: Vec::new() });
        }
        let draft = Draft::of(&restore).map_err(app_ending)?;
        let graph = self.services.connect(ctx).await?;
        let plan = preview::build(ctx, &graph, &restore, &draft).await?;
        let (body, hash) = plan::bytes(&plan);
        let new = NewPlan { revision: restore.revision, body, hash, blocked: !plan.blocks.is_empty() };
        ctx.db.ledger().set_total(&ctx.lease, plan.items.len() as u64).await.map_err(store_ending)?;
        let items = plan.items.iter().map(item).collect();
        ctx.db.ledger().record(&ctx.lease, items).await.map_err(store_ending)?;
        if !restores.set_plan(&ctx.lease, restore.id, &new).await.map_err(store_ending)? {
            return Ok(Ending::Done { reason: Some(moved_on()), failures: Vec::new() });
        }
        let ending = done(ctx).await.map_err(store_ending)?;
        Ok(said(ending, &plan))
    }
}

impl RunType for PreviewRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.preview(ctx).await.unwrap_or_else(|ending| ending) })
    }
}

fn moved_on() -> Reason {
    let why = "The restore was changed while its preview was made, so that the plan was not kept. Preview it again";
    Reason::new("restore.changed_meanwhile", why)
}

/// What blocks the plan is why its run ended as it did.
fn said(ending: Ending, plan: &Plan) -> Ending {
    match (ending, plan.blocks.first()) {
        (Ending::Done { failures, .. }, Some(block)) => {
            Ending::Done { reason: Some(Reason::new(block.code.clone(), block.message.clone())), failures }
        }
        // The words of a sync do not fit a plan.
        (Ending::Done { failures, reason: Some(reason) }, None) => {
            let impossible = plan.items.iter().filter(|item| item.action == Action::Impossible).count();
            let of = plan.items.len();
            let sentence = format!("{impossible} of {of} objects cannot be restored. The plan says why of each");
            Ending::Done { reason: Some(Reason::new(reason.code, sentence)), failures }
        }
        (ending, _) => ending,
    }
}

fn item(planned: &PlanItem) -> ItemRecord {
    let kind = Registry::embedded().label(&planned.type_key);
    let outcome = match planned.action {
        Action::Impossible => ItemOutcome::Failed,
        Action::Skip => ItemOutcome::Skipped,
        _ => ItemOutcome::Succeeded,
    };
    ItemRecord {
        key: item_key(&planned.type_key, &planned.source_id),
        label: planned.name.clone(),
        kind: kind.to_owned(),
        outcome,
        code: planned.why.first().map(|why| why.code.clone()),
        message: planned.why.first().map(|why| why.message.clone()),
        detail: (planned.action != Action::Impossible).then(|| planned.action.to_string()),
    }
}
