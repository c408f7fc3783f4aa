//! `policy.sync`: observes one type, or one object of it, now.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::run::{Definition, IdentityInputs, Repeat};
use serde::Deserialize;

use super::some::{Wanted, WantedObject, known_type, sync_some};
use crate::services::Services;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "policy.sync",
    aliases: &[],
    label: "Sync policy",
    capability: Capability::InventorySync,
    identity: IdentityInputs::Fields(&["type", "object"]),
    deadline_ms: 30 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::Whole,
    spec: "017-policy-sync",
};

/// The handler.
pub struct PolicyRun {
    services: Services,
}

#[derive(Deserialize)]
struct Inputs {
    #[serde(rename = "type")]
    type_key: String,
    object: Option<String>,
}

impl PolicyRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn sync(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let inputs: Inputs = ctx.inputs()?;
        let contract = known_type(&inputs.type_key)?;
        let wanted = match inputs.object {
            Some(object) => Wanted { types: Vec::new(), objects: vec![WantedObject::new(contract, object)] },
            None => Wanted { types: vec![contract], objects: Vec::new() },
        };
        let graph = self.services.connect(ctx).await?;
        // Who asks for one type or object wants to see it now.
        sync_some(ctx, &graph, wanted, true).await
    }
}

impl RunType for PolicyRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.sync(ctx).await.unwrap_or_else(|ending| ending) })
    }
}
