//! Starting runs. Each only queues; the same `Idempotency-Key` gives the same answer for 24 hours.

use app::backups::{NewBackup, PolicyKey};
use app::inventory::Selection;
use app::starting::Extra;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use model::AppError;
use model::ids::{BackupSetId, RunId, ScheduleId};
use serde::{Deserialize, Serialize};
use store::Started;
use utoipa::ToSchema;

use crate::errors::WebError;
use crate::extract::{BodyBytes, InTenant, JsonBody, PathId, PathText};
use crate::frame::idempotency;
use crate::pages::inventory::{ObjectPath, TypePath};
use crate::state::Shared;

/// What a start did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StartAnswer {
    /// `started`, `already_running`, or `replayed` for a repeated key.
    result: &'static str,
    /// The run to follow.
    run: String,
    /// Who started the active run, when it was already running.
    #[serde(skip_serializing_if = "Option::is_none")]
    initiator: Option<String>,
    /// When it was started, when it was already running; milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<i64>,
}

/// Which types.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SyncRequest {
    /// Type keys; absent or empty means all.
    #[serde(default)]
    types: Vec<String>,
    /// Read every object again, also those of which nothing tells that they changed.
    #[serde(default)]
    whole: bool,
}

/// How much of the directory's groups.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupsRequest {
    /// Read every group again, also those of which the directory tells no change.
    #[serde(default)]
    whole: bool,
}

/// A new backup set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupRequest {
    /// Its name.
    name: String,
    /// Type keys; absent or empty means all.
    #[serde(default)]
    types: Vec<String>,
    /// Leaves the set open, for policies to be added before it is closed.
    #[serde(default)]
    keep_open: bool,
}

/// Policies to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddRequest {
    /// At most 500.
    policies: Vec<Policy>,
}

/// One policy of the inventory.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// Type key.
    #[serde(rename = "type")]
    pub(crate) type_key: String,
    /// Graph's id.
    pub(crate) id: String,
}

impl From<Policy> for PolicyKey {
    fn from(policy: Policy) -> Self {
        Self { type_key: policy.type_key, id: policy.id }
    }
}

/// Nothing to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoRequest {}

pub(super) type Answer = Result<(StatusCode, Json<StartAnswer>), WebError>;

pub(super) fn extra(headers: &HeaderMap, body: &BodyBytes) -> Result<Extra, AppError> {
    let key = match headers.get("idempotency-key") {
        Some(value) => Some(value.to_str().map_err(|_| {
            AppError::invalid("idempotency.key", "An idempotency key has visible ASCII characters only")
        })?),
        None => None,
    };
    Ok(Extra { idempotency: idempotency(key, &body.0)?, ..Extra::default() })
}

pub(super) fn answer(started: Started) -> Answer {
    let run = started.run().to_string();
    let (result, active) = match started {
        Started::New(_) => ("started", None),
        Started::AlreadyRunning(active) => ("already_running", Some(active)),
        Started::Replayed(_) => ("replayed", None),
    };
    let created_at = active.as_ref().map(|active| active.created_at);
    Ok((
        StatusCode::ACCEPTED,
        Json(StartAnswer { result, run, initiator: active.map(|active| active.initiator_name), created_at }),
    ))
}

/// Starts an inventory sync.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/inventory/sync", tag = "inventory", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body = SyncRequest, responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn sync(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(request): JsonBody<SyncRequest>,
) -> Answer {
    let selection = Selection::of(&request.types)?.whole(request.whole);
    answer(app::inventory::start_sync(shared.db(), &scope, &selection, extra(&headers, &bytes)?).await?)
}

/// Starts a change probe: just what the audit logs name is read.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/inventory/probe", tag = "inventory", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn probe(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(_request): JsonBody<NoRequest>,
) -> Answer {
    answer(app::inventory::probe::start_probe(shared.db(), &scope, extra(&headers, &bytes)?).await?)
}

/// Starts reading one type again.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/inventory/{type}/sync", tag = "inventory", params(("tenant" = String, Path), ("type" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn sync_type(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathText(path): PathText<TypePath>,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(_request): JsonBody<NoRequest>,
) -> Answer {
    let extra = extra(&headers, &bytes)?;
    answer(app::inventory::start_policy_sync(shared.db(), &scope, &path.type_key, None, extra).await?)
}

/// Starts reading one object again.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/inventory/{type}/{id}/sync", tag = "inventory", params(("tenant" = String, Path), ("type" = String, Path), ("id" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn sync_object(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathText(path): PathText<ObjectPath>,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(_request): JsonBody<NoRequest>,
) -> Answer {
    let extra = extra(&headers, &bytes)?;
    answer(app::inventory::start_policy_sync(shared.db(), &scope, &path.type_key, Some(&path.id), extra).await?)
}

/// Starts a completed run again: only its failed items where they stand for themselves, or as a whole.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/runs/{run}/repeat", tag = "runs", params(("tenant" = String, Path), ("run" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn repeat(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(run): PathId<RunId>,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(_request): JsonBody<NoRequest>,
) -> Answer {
    answer(app::operations::start_repeat(shared.db(), &scope, run, extra(&headers, &bytes)?).await?)
}

/// Runs a schedule now; every call is a run of its own.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/schedules/{schedule}/run", tag = "schedules", params(("tenant" = String, Path), ("schedule" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn run_schedule(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(_request): JsonBody<NoRequest>,
) -> Answer {
    answer(app::backups::schedules::start_now(shared.db(), &scope, id, extra(&headers, &bytes)?).await?)
}

/// Repeats a run of a schedule that was not wholly good.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/schedules/{schedule}/retry/{run}", tag = "schedules", params(("tenant" = String, Path), ("schedule" = String, Path), ("run" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn retry_schedule(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
    PathId(run): PathId<RunId>,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(_request): JsonBody<NoRequest>,
) -> Answer {
    let extra = extra(&headers, &bytes)?;
    answer(app::backups::schedules::start_retry(shared.db(), &scope, Some(id), run, extra).await?)
}

/// Starts reading the directory's groups.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/groups/sync", tag = "inventory", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body = GroupsRequest, responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn sync_groups(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(request): JsonBody<GroupsRequest>,
) -> Answer {
    answer(app::directory::start_groups_sync(shared.db(), &scope, request.whole, extra(&headers, &bytes)?).await?)
}

/// Starts capturing one object.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/inventory/{type}/{id}/capture", tag = "inventory", params(("tenant" = String, Path), ("type" = String, Path), ("id" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = StartAnswer), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn capture(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathText(path): PathText<ObjectPath>,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(_request): JsonBody<NoRequest>,
) -> Answer {
    answer(
        app::snapshots::start_capture(shared.db(), &scope, &path.type_key, &path.id, extra(&headers, &bytes)?).await?,
    )
}

/// Starts checking the connection.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/connection/check", tag = "connection", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn check(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(_request): JsonBody<NoRequest>,
) -> Answer {
    answer(app::connections::start_check(shared.db(), &scope, extra(&headers, &bytes)?).await?)
}

/// Starts a backup.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/backups", tag = "backups", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body = BackupRequest, responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn back_up(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(request): JsonBody<BackupRequest>,
) -> Answer {
    let backup =
        NewBackup { name: request.name, selection: Selection::of(&request.types)?, keep_open: request.keep_open };
    answer(app::backups::start_create(shared.db(), &scope, backup, extra(&headers, &bytes)?).await?)
}

/// Starts adding policies to a set that was left open.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/backups/{set}/add", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body = AddRequest, responses((status = 202, body = StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn add_policies(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    headers: HeaderMap,
    bytes: BodyBytes,
    JsonBody(request): JsonBody<AddRequest>,
) -> Answer {
    let policies = request.policies.into_iter().map(PolicyKey::from).collect();
    answer(app::backups::start_add(shared.db(), &scope, set, policies, extra(&headers, &bytes)?).await?)
}
