//! What the forms of views do.

use app::operations::{change_view, checked_opening, create_view};
use axum::extract::State;
use axum::response::Response;
use model::AppError;
use model::ids::ViewId;
use store::{Opening, TenantScope};

use super::super::filter::query;
use super::page::render;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::frame::{Done, done, tenant_path};
use crate::pages::form_error::FormError;
use crate::state::Shared;

fn list(scope: &TenantScope) -> String {
    format!("{}/operations", tenant_path(scope))
}

/// `POST /t/{tenant}/operations/views`
pub(crate) async fn create(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let made = create_view(shared.db(), &scope, form.text("name"), query(&form), form.has("shared", "yes")).await;
    match made {
        Ok(view) => {
            if form.has("default", "yes") {
                shared.db().tenant(&scope).views().open_with(Opening::View(view)).await?;
            }
            Ok(done(&ctx, &format!("{}?view={view}", list(&scope)), Done::ViewSaved))
        }
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(render(&shared, &ctx, &scope, &asked, &form, &error).await?))
        }
    }
}

/// `POST /t/{tenant}/operations/views/{view}`: a name, a filter, or both.
pub(crate) async fn change(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(view): PathId<ViewId>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let filter = form.has("filter", "yes").then(|| query(&form));
    // A form without a name leaves it; one with an empty name is refused.
    let name = form.names("name").then(|| form.text("name"));
    let renames = name.is_some();
    match change_view(shared.db(), &scope, view, name, filter).await {
        Ok(()) if renames => Ok(done(&ctx, &format!("{}/views", list(&scope)), Done::ViewSaved)),
        Ok(()) => Ok(done(&ctx, &format!("{}?view={view}", list(&scope)), Done::ViewSaved)),
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(render(&shared, &ctx, &scope, &asked, &asked, &error).await?))
        }
    }
}

/// `POST /t/{tenant}/operations/views/{view}/remove`
pub(crate) async fn remove(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(view): PathId<ViewId>,
) -> Result<Response, WebError> {
    shared.db().tenant(&scope).views().remove(view).await?;
    Ok(done(&ctx, &format!("{}/views", list(&scope)), Done::ViewRemoved))
}

/// `POST /t/{tenant}/operations/views/default`
pub(crate) async fn choose(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let everybody = form.has("for", "everybody");
    let word = form.text(if everybody { "view-everybody" } else { "view-me" });
    choose_opening(&shared, &scope, word, everybody).await?;
    Ok(done(&ctx, &format!("{}/views", list(&scope)), Done::OpeningSaved))
}

/// The same for the form and the API.
pub(crate) async fn choose_opening(
    shared: &Shared,
    scope: &TenantScope,
    word: &str,
    everybody: bool,
) -> Result<(), AppError> {
    let views = shared.db().tenant(scope).views();
    match checked_opening(word)? {
        Opening::View(view) if everybody => views.open_for_everybody_with(Some(view)).await,
        _ if everybody => views.open_for_everybody_with(None).await,
        opening => views.open_with(opening).await,
    }
}
