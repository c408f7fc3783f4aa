//! What keeps this tenant's queued runs back, and who may change that.

pub(crate) mod parts;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::AppError;
use model::access::Capability;
use model::ids::PauseId;
use store::TenantScope;

use self::parts::{Hold, asked_pause, pause_form, pause_table};
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::fields::Fields;
use crate::frame::{Done, Place, Section, done, tenant_path};
use crate::kit::facts::section;
use crate::kit::header::{Crumb, Header, header};
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// `GET /t/{tenant}/queue`
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, &asked, &Fields::default(), &FormError::default()).await
}

async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
    values: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Operations);
    let pauses = shared.db().tenant(scope).pauses().await?;
    let hold = Hold {
        path: queue_path(scope),
        csrf: &ctx.csrf,
        off: place.off_without(Capability::OperationsCancelAny, "why-pause"),
        in_tenant: true,
    };
    let crumbs = vec![Crumb::link("Operations", format!("{}/operations", place.base()))];
    let main = html! {
        (header(&Header { crumbs, title: "Pauses".into(), summary: None, actions: None }))
        (pause_table(&place.now(), &hold, &pauses))
        (section("pause", "Pause operations of this tenant", "", &pause_form(&hold, values, error)))
    };
    place.page("Pauses", &main).await
}

/// `POST /t/{tenant}/queue/pauses`
pub(crate) async fn pause(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    match pause_here(&shared, &scope, &form).await {
        Ok(_) => Ok(done(&ctx, &queue_path(&scope), Done::Paused)),
        Err(error) => {
            let error = FormError::of(error)?;
            let page = render(&shared, &ctx, &scope, &asked, &form, &error).await?;
            Ok(error.respond(page).into_response())
        }
    }
}

async fn pause_here(shared: &Shared, scope: &TenantScope, form: &Fields) -> Result<PauseId, AppError> {
    let (run_type, reason) = asked_pause(form)?;
    shared.db().tenant(scope).pause(run_type, &reason).await
}

/// `POST /t/{tenant}/queue/pauses/{pause}/end`
pub(crate) async fn resume(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(pause): PathId<PauseId>,
) -> Result<Response, WebError> {
    shared.db().tenant(&scope).resume(pause).await?;
    Ok(done(&ctx, &queue_path(&scope), Done::Resumed))
}

fn queue_path(scope: &TenantScope) -> String {
    format!("{}/queue", tenant_path(scope))
}
