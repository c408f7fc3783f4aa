//! `restore.execute`: does what the confirmed plan says and nothing else.

use std::collections::BTreeSet;

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::ids::RestoreId;
use model::restore::Plan;
use model::run::{Definition, Failure, IdentityInputs, Reason, Repeat};
use serde::Deserialize;

use super::execute::write;
use super::{made, plan};
use crate::inventory::{Selection, done, start_sync};
use crate::services::Services;
use crate::starting::{Extra, app_ending, store_ending};

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
        let waits = write(ctx, &graph, inputs.restore, &plan).await?;
        if let Some((pause_ms, why)) = waits {
            return Ok(Ending::Wait { pause_ms, why });
        }
        if let Err(error) = made::remember(ctx, inputs.restore, &plan).await {
            tracing::warn!(%error, "what the restore made could not be remembered");
        }
        restores.forget_secrets(inputs.restore).await.map_err(store_ending)?;
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

/// The inventory learns what was written from a sync of its own, as it learns everything. The restore is over without it.
async fn observe_again(ctx: &RunCtx, plan: &Plan) {
    let written = plan.written();
    let types: BTreeSet<&str> = written.map(|item| item.type_key.as_str()).collect();
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
