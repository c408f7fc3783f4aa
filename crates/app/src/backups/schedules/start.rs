//! Starting what a schedule would start.

use model::AppError;
use model::ids::{RunId, ScheduleId};
use model::run::{Outcome, Priority, Status};
use serde_json::{Value, json};
use store::{Db, Schedule, Slot, Started, TenantScope};

use super::{now_run, retry_run, scheduled_run};
use crate::operations::{ONLY_FAILED_OF, Repetition, repetition};
use crate::starting::{Extra, authorise, start};

/// What all three kinds of run are given. The selection is the schedule's as it is now.
fn inputs(schedule: &Schedule) -> Value {
    json!({ "schedule": schedule.id, "types": schedule.rule.types, "name": schedule.rule.name })
}

fn target(schedule: &Schedule) -> String {
    format!("“{}”, {} types", schedule.rule.name, schedule.rule.types.len())
}

/// For the scheduler: the run of a slot, made once whoever asks.
pub(super) async fn start_slot(
    db: &Db,
    scope: &TenantScope,
    schedule: &Schedule,
    at: i64,
) -> Result<Started, AppError> {
    let mut inputs = inputs(schedule);
    inputs["slot"] = at.into();
    let slot = Some(Slot { schedule: schedule.id, at });
    let extra = Extra { priority: Priority::Scheduled, slot, ..Extra::default() };
    start(db, scope, &scheduled_run::DEFINITION, inputs, target(schedule), extra).await
}

/// Runs a schedule now; every call is a run of its own.
pub async fn start_now(db: &Db, scope: &TenantScope, schedule: ScheduleId, extra: Extra) -> Result<Started, AppError> {
    authorise(db, scope, &now_run::DEFINITION).await?;
    let schedule = db.tenant(scope).schedules().get(schedule).await?;
    start(db, scope, &now_run::DEFINITION, inputs(&schedule), target(&schedule), extra).await
}

/// Repeats a run of a schedule that was not wholly good: what is missing in its set, or the whole. A caller that names
/// the schedule is not answered with a run of another one.
pub async fn start_retry(
    db: &Db,
    scope: &TenantScope,
    named: Option<ScheduleId>,
    run: RunId,
    extra: Extra,
) -> Result<Started, AppError> {
    authorise(db, scope, &retry_run::DEFINITION).await?;
    let row = db.tenant(scope).runs().get(run).await?;
    let of_schedule = row.inputs.get("schedule").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let Some((_, what)) = repetition(&row) else {
        let ended = row.status == Status::Completed && row.outcome == Outcome::Succeeded;
        let why = if ended { "Nothing in this run failed" } else { "This run has not ended yet" };
        return Err(
            AppError::conflict("schedule.nothing_to_retry", why).hint("Run the schedule now to back up once more")
        );
    };
    let of_schedule: ScheduleId = of_schedule.ok_or_else(AppError::not_found)?;
    if named.is_some_and(|named| named != of_schedule) {
        return Err(AppError::not_found());
    }
    let schedule = db.tenant(scope).schedules().get(of_schedule).await?;
    let mut inputs = inputs(&schedule);
    if let Repetition::FailedItems(_) = what {
        inputs[ONLY_FAILED_OF] = run.to_string().into();
    }
    start(db, scope, &retry_run::DEFINITION, inputs, target(&schedule), Extra { retry_of: Some(run), ..extra }).await
}
