//! What the forms and buttons of schedules do.

use app::backups::schedules::{change_schedule, create_schedule, remove_schedule, start_now, start_retry};
use axum::extract::State;
use axum::response::Response;
use model::ids::{RunId, ScheduleId};

use super::form::entered;
use super::{list, one, schedules_path};
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::frame::{Done, answer, done, extra};
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// `POST /t/{tenant}/schedules`
pub(crate) async fn create(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let made = async { create_schedule(shared.db(), &scope, &entered(&form)?).await };
    match made.await {
        Ok(schedule) => Ok(done(&ctx, &format!("{}/{schedule}", schedules_path(&scope)), Done::ScheduleSaved)),
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(list::render(&shared, &ctx, &scope, &asked, Some(&form), &error).await?))
        }
    }
}

/// `POST /t/{tenant}/schedules/{schedule}`
pub(crate) async fn change(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    shared.db().tenant(&scope).schedules().get(id).await?;
    let changed = async { change_schedule(shared.db(), &scope, id, &entered(&form)?).await };
    match changed.await {
        Ok(()) => Ok(done(&ctx, &format!("{}/{id}", schedules_path(&scope)), Done::ScheduleSaved)),
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(one::render(&shared, &ctx, &scope, id, &asked, Some(&form), &error).await?))
        }
    }
}

/// `POST /t/{tenant}/schedules/{schedule}/remove`
pub(crate) async fn remove(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
) -> Result<Response, WebError> {
    remove_schedule(shared.db(), &scope, id).await?;
    Ok(done(&ctx, &schedules_path(&scope), Done::ScheduleRemoved))
}

/// `POST /t/{tenant}/schedules/{schedule}/run`
pub(crate) async fn run_now(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let started = start_now(shared.db(), &scope, id, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, &format!("/schedules/{id}")).await
}

/// `POST /t/{tenant}/schedules/{schedule}/retry/{run}`
pub(crate) async fn retry(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
    PathId(run): PathId<RunId>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let started = start_retry(shared.db(), &scope, Some(id), run, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, &format!("/schedules/{id}")).await
}
