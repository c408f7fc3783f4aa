//! Starting what a schedule would start.

use model::AppError;
use model::ids::{RunId, ScheduleId};
use model::run::{Outcome, Priority, Status};
use serde_json::{Value, json};
use store::{Db, Schedule, Slot, Started, TenantScope};

use super::{now_run, retry_run, scheduled_run};
use crate::inventory::Excluded;
use crate::inventory::exclusions::nothing_left;
use crate::operations::{ONLY_FAILED_OF, Repetition, repetition};
use crate::starting::{Extra, authorise, start};

/// What all three kinds of run are given, and what they are about. The selection is the schedule's as it is now, without
/// what the tenant excludes: included again, a type is in the next backup.
async fn inputs(db: &Db, scope: &TenantScope, schedule: &Schedule) -> Result<(Value, String), AppError> {
    let excluded = Excluded::of(db, scope).await?;
    let types: Vec<&String> = schedule.rule.types.iter().filter(|key| !excluded.has(key)).collect();
    if types.is_empty() {
        return Err(nothing_left());
    }
    let target = format!("“{}”, {} types", schedule.rule.name, types.len());
    Ok((json!({ "schedule": schedule.id, "types": types, "name": schedule.rule.name }), target))
}

/// For the scheduler: the run of a slot, made once whoever asks.
pub(super) async fn start_slot(
    db: &Db,
    scope: &TenantScope,
    schedule: &Schedule,
    at: i64,
) -> Result<Started, AppError> {
    let (mut inputs, target) = inputs(db, scope, schedule).await?;
    inputs["slot"] = at.into();
    let slot = Some(Slot { schedule: schedule.id, at });
    let extra = Extra { priority: Priority::Scheduled, slot, ..Extra::default() };
    start(db, scope, &scheduled_run::DEFINITION, inputs, target, extra).await
}

/// Runs a schedule now; every call is a run of its own.
pub async fn start_now(db: &Db, scope: &TenantScope, schedule: ScheduleId, extra: Extra) -> Result<Started, AppError> {
    authorise(db, scope, &now_run::DEFINITION).await?;
    let schedule = db.tenant(scope).schedules().get(schedule).await?;
    let (inputs, target) = inputs(db, scope, &schedule).await?;
    start(db, scope, &now_run::DEFINITION, inputs, target, extra).await
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
    let (mut inputs, target) = inputs(db, scope, &schedule).await?;
    if let Repetition::FailedItems(_) = what {
        inputs[ONLY_FAILED_OF] = run.to_string().into();
    }
    start(db, scope, &retry_run::DEFINITION, inputs, target, Extra { retry_of: Some(run), ..extra }).await
}
