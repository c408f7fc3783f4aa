//! `backup_schedule.retry`: what is missing in the backup of a schedule, or all of it.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::run::{Definition, IdentityInputs, Repeat};

use crate::backups::back_up::back_up;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "backup_schedule.retry",
    aliases: &[],
    label: "Retry scheduled backup",
    capability: Capability::BackupsCreate,
    identity: IdentityInputs::Fresh,
    deadline_ms: 4 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::FailedItems,
    spec: "019-backup-schedules",
};

/// The handler.
pub struct RetryRun;

impl RunType for RetryRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        back_up(ctx)
    }
}
