//! Taking a restore from one step to the next.

use app::restores::{Confirmation, ObjectKey, Scope, Source, begin as begin_restore, choose_scope};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use model::AppError;
use model::ids::RestoreId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::restores::SourceKey;
use super::starts::{Answer, NoRequest, answer, extra};
use crate::errors::WebError;
use crate::extract::{BodyBytes, InTenant, JsonBody, PathId};
use crate::state::Shared;

/// What a restore takes: a set or some of its objects, versions, objects as they were last observed, or a run to take back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginRequest {
    /// The tenant that the objects come from; absent is the one in the path.
    from: Option<String>,
    /// A backup set of that tenant.
    set: Option<String>,
    /// Of the set, or of the inventory.
    #[serde(default)]
    objects: Vec<SourceKey>,
    /// Versions of that tenant, one of each object.
    #[serde(default)]
    versions: Vec<String>,
    /// A run of this tenant that is taken back.
    undo: Option<String>,
    /// A run of this tenant: what it did not write as planned is restored again.
    again: Option<String>,
}

/// A restore that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Begun {
    /// `rst_…`
    restore: String,
}

/// What is restored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeRequest {
    /// The revision that the caller saw.
    revision: i64,
    /// Which objects; absent is all.
    objects: Option<Vec<SourceKey>>,
    /// Whether their settings are written.
    settings: bool,
    /// Whether their assignments are written.
    assignments: bool,
}

/// The revision after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Revision {
    /// What the next change names.
    pub(crate) revision: i64,
}

/// A second person's word.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveRequest {
    /// The hash of the plan that they looked at.
    #[serde(default)]
    plan: String,
}

/// A confirmation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmRequest {
    /// The hash of the plan that was looked at.
    #[serde(default)]
    plan: String,
    /// Whether it was looked at whom it reaches.
    #[serde(default)]
    impact_reviewed: bool,
    /// The tenant's name, exactly.
    #[serde(default)]
    tenant_name: String,
    /// Why it is done.
    #[serde(default)]
    reason: String,
}

/// Whether restores of the tenant need a second person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreRules {
    /// Somebody other than who began it has to let a plan pass.
    second_person: bool,
}

fn id<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_| AppError::not_found())
}

/// Begins a restore to the tenant in the path.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/restores", tag = "restores", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = BeginRequest, responses((status = 201, body = Begun), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn begin(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    JsonBody(request): JsonBody<BeginRequest>,
) -> Result<(StatusCode, Json<Begun>), WebError> {
    let tenant = request.from.as_deref().map(id).transpose()?.unwrap_or_else(|| scope.tenant_id());
    let objects: Vec<ObjectKey> = request.objects.into_iter().map(|key| ObjectKey::new(key.type_key, key.id)).collect();
    let source = match (request.undo, request.again, request.set) {
        (Some(run), ..) => Source::Undo { run: id(&run)? },
        (None, Some(run), _) => Source::Again { run: id(&run)? },
        (None, None, Some(set)) => {
            Source::Set { tenant, set: id(&set)?, objects: (!objects.is_empty()).then_some(objects) }
        }
        (None, None, None) if !objects.is_empty() => Source::Objects { tenant, objects },
        (None, None, None) => {
            let versions = request.versions.iter().map(|version| id(version)).collect::<Result<_, _>>()?;
            Source::Versions { tenant, versions }
        }
    };
    let restore = begin_restore(shared.db(), &scope, source).await?;
    Ok((StatusCode::CREATED, Json(Begun { restore: restore.to_string() })))
}

/// Chooses what is restored; gives the next revision.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/restores/{restore}/scope", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = ScopeRequest, responses((status = 200, body = Revision), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn scope(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(restore): PathId<RestoreId>,
    JsonBody(request): JsonBody<ScopeRequest>,
) -> Result<Json<Revision>, WebError> {
    let key = |key: SourceKey| ObjectKey::new(key.type_key, key.id);
    let wanted = Scope {
        objects: request.objects.map(|objects| objects.into_iter().map(key).collect()),
        settings: request.settings,
        assignments: request.assignments,
    };
    let revision = choose_scope(shared.db(), &scope, restore, request.revision, wanted).await?;
    Ok(Json(Revision { revision }))
}

/// Starts a preview: it reads the tenant and makes the plan.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/restores/{restore}/preview", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = super::starts::StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn preview(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(restore): PathId<RestoreId>,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(_request): JsonBody<NoRequest>,
) -> Answer {
    answer(app::restores::start_preview(shared.db(), &scope, restore, extra(&headers, &bytes)?).await?)
}

/// Confirms the plan and starts the run that executes it.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/restores/{restore}/confirm", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body = ConfirmRequest, responses((status = 202, body = super::starts::StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn confirm(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(restore): PathId<RestoreId>,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(request): JsonBody<ConfirmRequest>,
) -> Answer {
    let said = Confirmation {
        plan: request.plan,
        impact_reviewed: request.impact_reviewed,
        tenant_name: request.tenant_name,
        reason: request.reason,
    };
    answer(app::restores::confirm(shared.db(), &scope, restore, &said, extra(&headers, &bytes)?).await?)
}

/// Lets the plan pass as a second person.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/restores/{restore}/approve", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = ApproveRequest, responses((status = 204), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn approve(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(restore): PathId<RestoreId>,
    JsonBody(request): JsonBody<ApproveRequest>,
) -> Result<StatusCode, WebError> {
    app::restores::approve(shared.db(), &scope, restore, &request.plan).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives up a restore that nobody has executed.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/restores/{restore}/discard", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 204), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn discard(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(restore): PathId<RestoreId>,
) -> Result<StatusCode, WebError> {
    app::restores::discard(shared.db(), &scope, restore).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the tenant demands of its restores.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/restore-rules", tag = "restores", params(("tenant" = String, Path)), responses((status = 200, body = RestoreRules), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn rules(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
) -> Result<Json<RestoreRules>, WebError> {
    let second_person = shared.db().tenant(&scope).restores().second_person().await?;
    Ok(Json(RestoreRules { second_person }))
}

/// Demands a second person of restores, or not.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/restore-rules", tag = "restores", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = RestoreRules, responses((status = 200, body = RestoreRules), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn demand(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    JsonBody(request): JsonBody<RestoreRules>,
) -> Result<Json<RestoreRules>, WebError> {
    shared.db().tenant(&scope).restores().demand_second_person(request.second_person).await?;
    Ok(Json(request))
}
