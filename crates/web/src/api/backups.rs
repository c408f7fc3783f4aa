//! Backup sets.

use app::exchange::SetOrigin;
use axum::Json;
use axum::extract::State;
use model::ids::BackupSetId;
use serde::{Deserialize, Serialize};
use store::{BackupSet as Row, TenantScope};
use utoipa::ToSchema;

use super::limit;
use super::starts::Policy;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, JsonBody, PathId};
use crate::pages::backups::within_limit;
use crate::state::Shared;

/// One backup set. Times are milliseconds since the Unix epoch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupSet {
    /// `bak_…`
    id: String,
    /// The run that made it.
    run: String,
    /// Its name.
    name: String,
    /// Who made it.
    creator: String,
    /// `writing`, `complete` or `partial`.
    status: String,
    /// Left open: policies can be added until it is closed.
    open: bool,
    /// Items in it.
    items: u64,
    /// Objects that could not be captured.
    incomplete: u64,
    /// SHA-256 of the manifest, lower-case hexadecimal.
    manifest_sha256: Option<String>,
    /// When it was begun.
    created_at: i64,
    /// When it was sealed.
    sealed_at: Option<i64>,
    /// Where it is from, when somebody has imported it.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<SetOrigin>,
    /// When it was put away; absent while the list shows it.
    archived_at: Option<i64>,
    /// Who put it away.
    archived_by: Option<String>,
}

/// The name of a set, typed again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteRequest {
    /// Exactly as the set is called.
    confirm: String,
}

/// A set that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deleted {
    /// `bak_…`
    deleted: String,
}

impl From<Row> for BackupSet {
    fn from(row: Row) -> Self {
        let (archived_at, archived_by) = row.archived.unzip();
        Self {
            archived_at,
            archived_by,
            id: row.id.to_string(),
            run: row.run.to_string(),
            name: row.name,
            creator: row.creator_name,
            status: row.status.to_string(),
            open: row.open,
            items: row.items,
            incomplete: row.incomplete,
            manifest_sha256: row.manifest_hash,
            created_at: row.created_at,
            sealed_at: row.sealed_at,
            origin: None,
        }
    }
}

/// A page of sets, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupList {
    /// The sets.
    sets: Vec<BackupSet>,
    /// The value of `before` for the next page.
    older: Option<String>,
}

/// What a verification found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verified {
    /// Whether every object is what the manifest says.
    intact: bool,
    /// Objects that were read and hashed.
    items: u64,
    /// Objects that the set names as missing.
    missing: u64,
    /// What is wrong.
    problems: Vec<String>,
}

/// Backup sets, newest first.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/backups", tag = "backups", params(("tenant" = String, Path), ("archived" = Option<bool>, Query, description = "those that were put away"), ("before" = Option<String>, Query), ("limit" = Option<u32>, Query)), responses((status = 200, body = BackupList), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Json<BackupList>, WebError> {
    let limit = limit(&asked);
    let before = asked.get("before").and_then(|set| set.parse().ok());
    let tenant = shared.db().tenant(&scope);
    let mut rows = if asked.has("archived", "true") {
        tenant.backups().archived(before, limit + 1).await?
    } else {
        tenant.backups().list(before, limit + 1).await?
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    let older = more.then(|| rows.last().map(|row| row.id.to_string())).flatten();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut origins = shared.db().tenant(&scope).backups().origins(&ids).await?;
    let with_origin = |row: Row| {
        let origin = origins.remove(&row.id).and_then(|origin| serde_json::from_value(origin).ok());
        BackupSet { origin, ..BackupSet::from(row) }
    };
    Ok(Json(BackupList { sets: rows.into_iter().map(with_origin).collect(), older }))
}

/// One backup set.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/backups/{set}", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path)), responses((status = 200, body = BackupSet), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Json<BackupSet>, WebError> {
    one(&shared, &scope, set).await
}

async fn one(shared: &Shared, scope: &TenantScope, set: BackupSetId) -> Result<Json<BackupSet>, WebError> {
    let backups = shared.db().tenant(scope).backups();
    let row = backups.get(set).await?;
    let origin = backups.origins(&[set]).await?.remove(&set).and_then(|origin| serde_json::from_value(origin).ok());
    Ok(Json(BackupSet { origin, ..BackupSet::from(row) }))
}

/// Reads and hashes every object of a set, from the database alone.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/backups/{set}/verify", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 200, body = Verified), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn verify(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Json<Verified>, WebError> {
    let row = shared.db().tenant(&scope).backups().get(set).await?;
    within_limit(row.items)?;
    let found = app::backups::verify(shared.db(), &scope, set).await?;
    Ok(Json(Verified {
        intact: found.is_intact(),
        items: found.items,
        missing: found.missing,
        problems: found.problems,
    }))
}

/// Puts a set away: it is kept, and no list shows it unless asked to. Refused while something depends on it.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/backups/{set}/archive", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 200, body = BackupSet), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn archive(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Json<BackupSet>, WebError> {
    app::backups::archive_set(shared.db(), &scope, set).await?;
    one(&shared, &scope, set).await
}

/// Brings a set back from the archive.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/backups/{set}/unarchive", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 200, body = BackupSet), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn unarchive(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Json<BackupSet>, WebError> {
    app::backups::unarchive_set(shared.db(), &scope, set).await?;
    one(&shared, &scope, set).await
}

/// Removes a set for good. The versions in it stay. Refused while something depends on it.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/backups/{set}/delete", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = DeleteRequest, responses((status = 200, body = Deleted), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    JsonBody(request): JsonBody<DeleteRequest>,
) -> Result<Json<Deleted>, WebError> {
    app::backups::delete_set(shared.db(), &scope, set, &request.confirm).await?;
    Ok(Json(Deleted { deleted: set.to_string() }))
}

/// Closes a set that was left open: from then on it does not change any more.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/backups/{set}/close", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 200, body = BackupSet), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn close(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Json<BackupSet>, WebError> {
    app::backups::close_set(shared.db(), &scope, set).await?;
    one(&shared, &scope, set).await
}

/// Takes a policy out of a set that was left open.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/backups/{set}/take-out", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = Policy, responses((status = 200, body = BackupSet), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn take_out(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    JsonBody(policy): JsonBody<Policy>,
) -> Result<Json<BackupSet>, WebError> {
    let backups = shared.db().tenant(&scope).backups();
    backups.take_out(set, &policy.type_key, &policy.id).await?;
    Ok(Json(backups.get(set).await?.into()))
}
