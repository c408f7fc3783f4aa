//! Saved views of a tenant's runs.

use std::collections::BTreeMap;

use app::operations::{change_view, create_view, query_from};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::ids::ViewId;
use serde::{Deserialize, Serialize};
use store::Opening;
use utoipa::ToSchema;

use crate::errors::WebError;
use crate::extract::{InTenant, JsonBody, PathId};
use crate::pages::operations::views::choose_opening;
use crate::state::Shared;

/// One view.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct View {
    /// `vew_…`
    id: String,
    /// As its maker named it.
    name: String,
    /// Names and values as in the query of the list of runs.
    filter: BTreeMap<String, Vec<String>>,
    /// Whether all members see it.
    shared: bool,
    /// Whether the page opens with it for who has not chosen.
    everybodys_default: bool,
    /// Who made it, by name.
    created_by: String,
}

impl From<store::View> for View {
    fn from(view: store::View) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.content.name,
            filter: view.content.filter,
            shared: view.shared,
            everybodys_default: view.everybodys_default,
            created_by: view.created_by_name,
        }
    }
}

/// The views that the caller sees.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ViewList {
    /// The caller's own first.
    views: Vec<View>,
    /// What the caller has chosen to open with: a view, `none` for all runs; absent for everybody's default.
    default: Option<String>,
}

/// A new view.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewRequest {
    /// 1 to 60 characters.
    name: String,
    /// Names and values as in the query of the list of runs.
    #[serde(default)]
    filter: BTreeMap<String, Vec<String>>,
    /// Whether all members see it.
    #[serde(default)]
    shared: bool,
}

/// A change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewChange {
    /// 1 to 60 characters.
    name: Option<String>,
    /// Names and values as in the query of the list of runs.
    filter: Option<BTreeMap<String, Vec<String>>>,
}

/// What the page opens with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefaultRequest {
    /// A view, or `none` for all runs; absent follows everybody's default.
    view: Option<String>,
    /// For all members that have not chosen, rather than for the caller.
    #[serde(default)]
    everybody: bool,
}

/// The view that was made, changed or removed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ViewAnswer {
    /// `vew_…`
    view: String,
}

/// The views that the caller sees.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/views", tag = "runs", params(("tenant" = String, Path)), responses((status = 200, body = ViewList), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
) -> Result<Json<ViewList>, WebError> {
    let views = shared.db().tenant(&scope).views();
    let default = match views.opening().await? {
        Opening::AsTheTenant => None,
        Opening::Everything => Some("none".to_owned()),
        Opening::View(view) => Some(view.to_string()),
    };
    Ok(Json(ViewList { views: views.list().await?.into_iter().map(View::from).collect(), default }))
}

/// Saves a view.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/views", tag = "runs", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = ViewRequest, responses((status = 201, body = ViewAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn create(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    JsonBody(request): JsonBody<ViewRequest>,
) -> Result<(StatusCode, Json<ViewAnswer>), WebError> {
    let query = query_from(&request.filter)?;
    let view = create_view(shared.db(), &scope, &request.name, query, request.shared).await?;
    Ok((StatusCode::CREATED, Json(ViewAnswer { view: view.to_string() })))
}

/// Renames a view, or replaces its filter.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/views/{view}", tag = "runs", params(("tenant" = String, Path), ("view" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = ViewChange, responses((status = 200, body = ViewAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn change(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(view): PathId<ViewId>,
    JsonBody(request): JsonBody<ViewChange>,
) -> Result<Json<ViewAnswer>, WebError> {
    let query = request.filter.as_ref().map(query_from).transpose()?;
    change_view(shared.db(), &scope, view, request.name.as_deref(), query).await?;
    Ok(Json(ViewAnswer { view: view.to_string() }))
}

/// Removes a view.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/views/{view}/remove", tag = "runs", params(("tenant" = String, Path), ("view" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 200, body = ViewAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn remove(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(view): PathId<ViewId>,
) -> Result<Json<ViewAnswer>, WebError> {
    shared.db().tenant(&scope).views().remove(view).await?;
    Ok(Json(ViewAnswer { view: view.to_string() }))
}

/// Chooses what the page opens with.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/views/default", tag = "runs", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = DefaultRequest, responses((status = 200, body = ViewList), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn choose(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    JsonBody(request): JsonBody<DefaultRequest>,
) -> Result<Json<ViewList>, WebError> {
    choose_opening(&shared, &scope, request.view.as_deref().unwrap_or_default(), request.everybody).await?;
    list(State(shared), InTenant(ctx, scope)).await
}
