//! `backup_schedule.scheduled`: one slot of a schedule.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::run::{Definition, IdentityInputs, Repeat};

use crate::backups::back_up::back_up;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "backup_schedule.scheduled",
    aliases: &[],
    label: "Back up on schedule",
    capability: Capability::BackupsCreate,
    identity: IdentityInputs::Fields(&["schedule", "slot"]),
    deadline_ms: 4 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::FailedItems,
    spec: "019-backup-schedules",
};

/// The handler.
pub struct ScheduledRun;

impl RunType for ScheduledRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        back_up(ctx)
    }
}
