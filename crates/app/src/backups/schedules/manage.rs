//! Making, changing and removing schedules.

use model::AppError;
use model::access::Capability;
use model::ids::ScheduleId;
use store::{Db, TenantScope};

use super::rule::{RuleInput, checked};
use crate::inventory::Excluded;

/// Makes a schedule; its first slot is the next one of its rule. A type that the tenant excludes is refused by name.
pub async fn create_schedule(db: &Db, scope: &TenantScope, input: &RuleInput) -> Result<ScheduleId, AppError> {
    scope.require(Capability::BackupsManage)?;
    let (rule, next) = checked(input, db.ping().await?)?;
    Excluded::of(db, scope).await?.refuse(input.types.iter().map(String::as_str))?;
    db.tenant(scope).schedules().create(&rule, next).await
}

/// Changes a schedule; the next slot is computed anew, and what was decided stays. Types that it had may be excluded
/// meanwhile: they are left out until they are included again.
pub async fn change_schedule(
    db: &Db,
    scope: &TenantScope,
    schedule: ScheduleId,
    input: &RuleInput,
) -> Result<(), AppError> {
    scope.require(Capability::BackupsManage)?;
    let (rule, next) = checked(input, db.ping().await?)?;
    let had = db.tenant(scope).schedules().get(schedule).await?.rule.types;
    let added = input.types.iter().filter(|key| !had.contains(key)).map(String::as_str);
    Excluded::of(db, scope).await?.refuse(added)?;
    db.tenant(scope).schedules().change(schedule, &rule, next).await
}

/// Removes a schedule. Its sets stay.
pub async fn remove_schedule(db: &Db, scope: &TenantScope, schedule: ScheduleId) -> Result<(), AppError> {
    scope.require(Capability::BackupsManage)?;
    db.tenant(scope).schedules().remove(schedule).await
}
