//! `backup_set.create`: a person's backup of a selection.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::run::{Definition, IdentityInputs, Repeat};

use super::back_up::back_up;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "backup_set.create",
    aliases: &[],
    label: "Back up",
    capability: Capability::BackupsCreate,
    identity: IdentityInputs::Fields(&["types", "keep_open"]),
    deadline_ms: 4 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::FailedItems,
    spec: "006-backup-sets",
};

/// The handler.
pub struct CreateRun;

impl RunType for CreateRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        back_up(ctx)
    }
}
