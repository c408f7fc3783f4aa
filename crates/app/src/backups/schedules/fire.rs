//! The scheduler: decides every slot that is due. Any number of them may look at the same time.

use std::time::Duration;

use engine::Duty;
use futures::future::BoxFuture;
use model::AppError;
use model::run::{Reason, Status};
use store::{Db, Schedule, TenantScope};

use super::rule::Slots;
use super::start::start_slot;
use crate::inventory::exclusions::NOTHING_LEFT;

/// A slot that is later than this was missed, in milliseconds.
const LATE_MS: i64 = 10 * 60 * 1000;
/// Missed slots recorded at most; a scheduler that was away for long need not fill the history.
const MISSED_MAX: usize = 1_000;
/// Schedules decided in one pass.
const DUE_MAX: usize = 200;

/// Looks for due slots.
pub struct FireSchedules;

impl Duty for FireSchedules {
    fn name(&self) -> &'static str {
        "backup schedules"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(2)
    }

    fn act<'a>(&'a self, db: &'a Db) -> BoxFuture<'a, Result<(), AppError>> {
        Box::pin(fire_due(db))
    }
}

/// Decides every slot that is due now. One schedule that cannot be decided does not keep the others waiting.
pub async fn fire_due(db: &Db) -> Result<(), AppError> {
    for schedule in db.due_schedules(DUE_MAX).await? {
        if let Err(error) = fire(db, &schedule).await {
            tracing::warn!(schedule = %schedule.id, error = ?error, "a slot could not be decided; trying again");
        }
    }
    Ok(())
}

/// What becomes of the slots that are due.
#[derive(Debug, PartialEq, Eq)]
struct Due {
    /// The latest one, unless it was missed and nobody wants it late.
    start: Option<i64>,
    /// The others.
    missed: Vec<i64>,
    /// The first one in the future.
    next: i64,
}

fn due(schedule: &Schedule, slots: &Slots) -> Result<Option<Due>, AppError> {
    let now = schedule.database_now_ms;
    let Some(first) = schedule.next_slot_at.filter(|first| *first <= now) else { return Ok(None) };
    let latest = slots.last_until(now)?.max(first);
    let mut missed = Vec::new();
    let mut slot = first;
    while slot < latest && missed.len() < MISSED_MAX {
        missed.push(slot);
        slot = slots.next_after(slot)?;
    }
    let in_time = now - latest <= LATE_MS || schedule.rule.catch_up;
    if !in_time {
        missed.push(latest);
    }
    Ok(Some(Due { start: in_time.then_some(latest), missed, next: slots.next_after(now)? }))
}

async fn fire(db: &Db, schedule: &Schedule) -> Result<(), AppError> {
    let slots = Slots::of(&schedule.rule)?;
    let Some(due) = due(schedule, &slots)? else { return Ok(()) };
    let scope = db.scope_for_schedule(schedule).await?;
    let tenant = db.tenant(&scope);
    let schedules = tenant.schedules();
    if let Some(slot) = due.start {
        match why_not(db, &scope, schedule).await? {
            Some(why) => schedules.skip(schedule, &[slot], &why, due.next).await?,
            None => match start_slot(db, &scope, schedule, slot).await {
                Err(error) if error.code == "schedule.slot_decided" => {}
                Err(error) if error.code == NOTHING_LEFT => {
                    let why = Reason::new(NOTHING_LEFT, error.message);
                    schedules.skip(schedule, &[slot], &why, due.next).await?;
                }
                started => drop(started?),
            },
        }
    }
    let why = Reason::new("schedule.missed", "No worker was running when it was due");
    Ok(schedules.skip(schedule, &due.missed, &why, due.next).await?)
}

/// Why a slot that is due does not start.
async fn why_not(db: &Db, scope: &TenantScope, schedule: &Schedule) -> Result<Option<Reason>, AppError> {
    if !scope.tenant_state().allows_runs() {
        return Ok(Some(Reason::new("tenant_suspended", "The tenant is suspended")));
    }
    let tenant = db.tenant(scope);
    let last = tenant.schedules().slots(schedule.id, 1).await?;
    let Some(run) = last.first().and_then(|slot| slot.run) else { return Ok(None) };
    // A run that retention has removed has ended.
    let active = tenant.runs().get(run).await.is_ok_and(|row| row.status != Status::Completed);
    let why = || Reason::new("schedule.previous_active", "The backup of the slot before has not ended");
    Ok(active.then(why))
}
