//! `directory_groups.sync`: keeps the names of the directory's groups.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use graph::GraphError;
use model::access::Capability;
use model::registry::Registry;
use model::run::{Definition, IdentityInputs, ItemOutcome, Repeat};
use serde::Deserialize;
use store::{GroupReading, ItemRecord};

use super::reading::{is_due, read};
use crate::inventory::done;
use crate::inventory::sync_run::ending_of;
use crate::services::Services;
use crate::starting::store_ending;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "directory_groups.sync",
    aliases: &[],
    label: "Read directory groups",
    capability: Capability::DirectorySync,
    identity: IdentityInputs::Fields(&["whole"]),
    deadline_ms: 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::Whole,
    spec: "005-directory-groups-sync",
};

/// The handler.
pub struct GroupsRun {
    services: Services,
}

#[derive(Deserialize)]
struct Inputs {
    /// Every group is read again, also those of which the directory tells no change.
    #[serde(default)]
    whole: bool,
}

impl GroupsRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn sync(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let inputs: Inputs = ctx.inputs()?;
        let graph = self.services.connect(ctx).await?;
        let contract = Registry::embedded().get("groups").expect("the group cache has a contract");
        let groups = ctx.db.tenant(&ctx.scope).groups();
        let changes = groups.changes().await.map_err(store_ending)?;
        let (turn, began) = (changes.turn, ctx.run.database_now_ms);
        let whole = inputs.whole || is_due(&changes, began);
        let reading = read(ctx, &graph, contract, changes.state.filter(|_| !whole)).await.map_err(store_ending)?;
        match reading.error {
            Some(error) if reading.seen == 0 => return Ok(ending_of(&error)),
            Some(error) => {
                // What was read is kept, and the next run begins where this one did.
                ctx.db.ledger().record(&ctx.lease, vec![unread(&error)]).await.map_err(store_ending)?;
            }
            None => {
                let whole_since = reading.whole.then_some(began);
                let reached = GroupReading { turn, state: reading.state, whole_since };
                groups.finish(&ctx.lease, reached, told(reading.how)).await.map_err(store_ending)?;
            }
        }
        done(ctx).await.map_err(store_ending)
    }
}

impl RunType for GroupsRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.sync(ctx).await.unwrap_or_else(|ending| ending) })
    }
}

fn unread(error: &GraphError) -> ItemRecord {
    ItemRecord {
        outcome: ItemOutcome::Failed,
        code: Some(error.code.to_owned()),
        message: Some(format!("The list could not be read to its end. {}", error.message)),
        ..told(String::new())
    }
}

/// The item that says how the groups were read.
fn told(how: String) -> ItemRecord {
    ItemRecord {
        key: "list".to_owned(),
        label: "Groups".to_owned(),
        kind: "Type".to_owned(),
        outcome: ItemOutcome::Succeeded,
        code: None,
        message: None,
        detail: Some(how).filter(|how| !how.is_empty()),
    }
}
