//! Backup schedules.

use app::backups::schedules::{RuleInput, change_schedule, create_schedule, remove_schedule, upcoming};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::ids::ScheduleId;
use serde::{Deserialize, Serialize};
use store::Keep;
use utoipa::ToSchema;

use crate::errors::WebError;
use crate::extract::{InTenant, JsonBody, PathId};
use crate::state::Shared;

/// Times ahead that are told.
const AHEAD: usize = 5;
/// Decided slots that are told.
const SLOTS: usize = 100;

/// What stays; without any number everything does.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeepRule {
    /// The newest sets.
    last: Option<u32>,
    /// One of each day, for so many days.
    days: Option<u32>,
    /// One of each week, for so many weeks.
    weeks: Option<u32>,
    /// One of each month, for so many months.
    months: Option<u32>,
}

/// A schedule to make, or what one becomes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleRequest {
    /// Shown wherever the schedule is.
    name: String,
    /// Type keys; absent or empty means all.
    #[serde(default)]
    types: Vec<String>,
    /// Minute, hour, day of the month, month, day of the week.
    cron: String,
    /// IANA name.
    zone: String,
    /// Whether its times fire; yes when absent.
    #[serde(default = "yes")]
    enabled: bool,
    /// Whether the latest missed time runs late.
    #[serde(default)]
    catch_up: bool,
    /// What stays.
    #[serde(default)]
    keep: KeepRule,
}

fn yes() -> bool {
    true
}

impl From<ScheduleRequest> for RuleInput {
    fn from(request: ScheduleRequest) -> Self {
        let KeepRule { last, days, weeks, months } = request.keep;
        Self {
            name: request.name,
            types: request.types,
            cron: request.cron,
            zone: request.zone,
            enabled: request.enabled,
            catch_up: request.catch_up,
            keep: Keep { last, days, weeks, months },
        }
    }
}

/// One schedule. Times are milliseconds since the Unix epoch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Schedule {
    /// `sch_…`
    id: String,
    /// As a person reads it.
    name: String,
    /// Type keys.
    types: Vec<String>,
    /// Five fields.
    cron: String,
    /// IANA name.
    zone: String,
    /// Whether its times fire.
    enabled: bool,
    /// Whether the latest missed time runs late.
    catch_up: bool,
    /// What stays.
    keep: KeepRule,
    /// The next few times; none while it is switched off.
    upcoming: Vec<i64>,
    /// Who made it, by name.
    created_by: String,
    /// When it was made.
    created_at: i64,
}

impl From<store::Schedule> for Schedule {
    fn from(schedule: store::Schedule) -> Self {
        let upcoming = upcoming(&schedule.rule, schedule.database_now_ms, AHEAD);
        let Keep { last, days, weeks, months } = schedule.rule.keep;
        Self {
            id: schedule.id.to_string(),
            name: schedule.rule.name,
            types: schedule.rule.types,
            cron: schedule.rule.cron,
            zone: schedule.rule.zone,
            enabled: schedule.rule.enabled,
            catch_up: schedule.rule.catch_up,
            keep: KeepRule { last, days, weeks, months },
            upcoming,
            created_by: schedule.created_by_name,
            created_at: schedule.created_at,
        }
    }
}

/// One time that has come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlotView {
    /// When it was due, milliseconds since the Unix epoch.
    slot_at: i64,
    /// The run that it started; absent when it was skipped.
    run: Option<String>,
    /// Why it was skipped.
    code: Option<String>,
    /// Our own words.
    message: Option<String>,
}

/// All schedules of a tenant, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduleList {
    /// The schedules.
    schedules: Vec<Schedule>,
}

/// A schedule with its history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduleDetail {
    /// The schedule.
    schedule: Schedule,
    /// Newest first.
    slots: Vec<SlotView>,
}

/// The schedule that was made, changed or removed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduleAnswer {
    /// `sch_…`
    schedule: String,
}

/// The schedules of a tenant.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/schedules", tag = "schedules", params(("tenant" = String, Path)), responses((status = 200, body = ScheduleList), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
) -> Result<Json<ScheduleList>, WebError> {
    let schedules = shared.db().tenant(&scope).schedules().list().await?;
    Ok(Json(ScheduleList { schedules: schedules.into_iter().map(Schedule::from).collect() }))
}

/// One schedule with its history.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/schedules/{schedule}", tag = "schedules", params(("tenant" = String, Path), ("schedule" = String, Path)), responses((status = 200, body = ScheduleDetail), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
) -> Result<Json<ScheduleDetail>, WebError> {
    let schedules = shared.db().tenant(&scope).schedules();
    let schedule = schedules.get(id).await?.into();
    let slots = schedules.slots(id, SLOTS).await?.into_iter().map(|slot| {
        let (code, message) = slot.reason.map(|reason| (reason.code, reason.sentence)).unzip();
        SlotView { slot_at: slot.slot_at, run: slot.run.map(|run| run.to_string()), code, message }
    });
    Ok(Json(ScheduleDetail { schedule, slots: slots.collect() }))
}

/// Makes a schedule.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/schedules", tag = "schedules", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = ScheduleRequest, responses((status = 201, body = ScheduleAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn create(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    JsonBody(request): JsonBody<ScheduleRequest>,
) -> Result<(StatusCode, Json<ScheduleAnswer>), WebError> {
    let schedule = create_schedule(shared.db(), &scope, &request.into()).await?;
    Ok((StatusCode::CREATED, Json(ScheduleAnswer { schedule: schedule.to_string() })))
}

/// Changes a schedule to what is sent.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/schedules/{schedule}", tag = "schedules", params(("tenant" = String, Path), ("schedule" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = ScheduleRequest, responses((status = 200, body = ScheduleAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn change(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
    JsonBody(request): JsonBody<ScheduleRequest>,
) -> Result<Json<ScheduleAnswer>, WebError> {
    change_schedule(shared.db(), &scope, id, &request.into()).await?;
    Ok(Json(ScheduleAnswer { schedule: id.to_string() }))
}

/// Removes a schedule; its sets stay.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/schedules/{schedule}/remove", tag = "schedules", params(("tenant" = String, Path), ("schedule" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 200, body = ScheduleAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn remove(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
) -> Result<Json<ScheduleAnswer>, WebError> {
    remove_schedule(shared.db(), &scope, id).await?;
    Ok(Json(ScheduleAnswer { schedule: id.to_string() }))
}
