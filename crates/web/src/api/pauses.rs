//! Pauses of a tenant's queue.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::ids::PauseId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::errors::WebError;
use crate::extract::{InTenant, JsonBody, PathId};
use crate::state::Shared;

/// One pause.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pause {
    /// `pau_…`
    id: String,
    /// Whether it covers all tenants; then it cannot be ended here.
    everywhere: bool,
    /// The run type that it covers; absent for all.
    #[serde(rename = "type")]
    run_type: Option<String>,
    /// In the words of who paused.
    reason: String,
    /// Who paused, by name.
    paused_by: String,
    /// Milliseconds since the Unix epoch.
    paused_at: i64,
}

impl From<store::Pause> for Pause {
    fn from(pause: store::Pause) -> Self {
        Self {
            id: pause.id.to_string(),
            everywhere: pause.tenant.is_none(),
            run_type: pause.run_type,
            reason: pause.reason,
            paused_by: pause.paused_by_name,
            paused_at: pause.paused_at,
        }
    }
}

/// What is paused in a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PauseList {
    /// The tenant's own first.
    pauses: Vec<Pause>,
}

/// A new pause.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PauseRequest {
    /// A run type; absent means all.
    #[serde(rename = "type")]
    run_type: Option<String>,
    /// Everybody whose run waits reads it.
    reason: String,
}

/// The pause that was made or ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PauseAnswer {
    /// `pau_…`
    pause: String,
}

/// The pauses that cover a tenant.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/pauses", tag = "runs", params(("tenant" = String, Path)), responses((status = 200, body = PauseList), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
) -> Result<Json<PauseList>, WebError> {
    let pauses = shared.db().tenant(&scope).pauses().await?;
    Ok(Json(PauseList { pauses: pauses.into_iter().map(Pause::from).collect() }))
}

/// Keeps queued runs from starting.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/pauses", tag = "runs", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = PauseRequest, responses((status = 201, body = PauseAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn create(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    JsonBody(request): JsonBody<PauseRequest>,
) -> Result<(StatusCode, Json<PauseAnswer>), WebError> {
    let run_type = request.run_type.as_deref().map(app::operations::checked_type).transpose()?;
    let pause = shared.db().tenant(&scope).pause(run_type, &request.reason).await?;
    Ok((StatusCode::CREATED, Json(PauseAnswer { pause: pause.to_string() })))
}

/// Ends a pause.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/pauses/{pause}/end", tag = "runs", params(("tenant" = String, Path), ("pause" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 200, body = PauseAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn end(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(pause): PathId<PauseId>,
) -> Result<Json<PauseAnswer>, WebError> {
    shared.db().tenant(&scope).resume(pause).await?;
    Ok(Json(PauseAnswer { pause: pause.to_string() }))
}
