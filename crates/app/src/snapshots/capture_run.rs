//! `policy.capture_snapshot`: reads one object now and keeps what it is as a version.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::run::{Definition, IdentityInputs, Repeat};
use serde::Deserialize;

use crate::inventory::exclusions::blocked;
use crate::inventory::names::Names;
use crate::inventory::some::known_type;
use crate::inventory::sync_run::ending_of;
use crate::inventory::{Excluded, done};
use crate::services::Services;
use crate::starting::store_ending;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "policy.capture_snapshot",
    aliases: &[],
    label: "Capture snapshot",
    capability: Capability::BackupsCreate,
    identity: IdentityInputs::Fields(&["type", "object"]),
    deadline_ms: 10 * 60 * 1000,
    attempts_max: 3,
    writes: false,
    repeat: Repeat::Whole,
    spec: "007-capture-snapshot",
};

/// The handler.
pub struct CaptureRun {
    services: Services,
}

#[derive(Deserialize)]
struct Inputs {
    #[serde(rename = "type")]
    type_key: String,
    object: String,
}

impl CaptureRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn capture(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let inputs: Inputs = ctx.inputs()?;
        let contract = known_type(&inputs.type_key)?;
        if Excluded::of(&ctx.db, &ctx.scope).await.map_err(store_ending)?.has(&contract.key) {
            return Ok(blocked());
        }
        let graph = self.services.connect(ctx).await?;
        match graph.observe_one(contract, &inputs.object).await {
            Ok(object) => {
                let mut names = Names::new(ctx, contract);
                names.meet(std::slice::from_ref(&object)).await.map_err(store_ending)?;
                let rows = vec![names.recorded(object)];
                ctx.db.tenant(&ctx.scope).inventory().record(&ctx.lease, rows).await.map_err(store_ending)?;
                done(ctx).await.map_err(store_ending)
            }
            Err(error) => Ok(ending_of(&error)),
        }
    }
}

impl RunType for CaptureRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.capture(ctx).await.unwrap_or_else(|ending| ending) })
    }
}
