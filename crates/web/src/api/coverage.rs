//! What of each configuration type was seen, and what can be done with it.

use std::collections::BTreeMap;

use app::inventory::{Sight, TypeCoverage};
use axum::Json;
use axum::extract::State;
use model::registry::resolver;
use serde::{Deserialize, Serialize};
use store::TenantScope;
use utoipa::ToSchema;

use crate::errors::WebError;
use crate::extract::{InTenant, JsonBody, PathText};
use crate::pages::inventory::TypePath;
use crate::state::Shared;

/// One answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Answer {
    /// `yes`, `partly` or `no`.
    answer: &'static str,
    /// What is missing or why not.
    why: Option<String>,
}

impl From<&resolver::Answer> for Answer {
    fn from(answer: &resolver::Answer) -> Self {
        Self { answer: answer.word(), why: answer.why().map(str::to_owned) }
    }
}

/// A type that is left out of what is observed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Exclusion {
    /// Who decided it.
    by: String,
    /// When, milliseconds since the Unix epoch.
    at: i64,
    /// Why.
    reason: String,
}

/// Why a type is left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExclusionRequest {
    /// 1 to 200 characters on one line.
    reason: String,
}

/// One configuration type in the tenant. Times are milliseconds since the Unix epoch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Coverage {
    /// The contract's key.
    #[serde(rename = "type")]
    type_key: String,
    /// What several of its objects are called.
    label: String,
    /// The area it belongs to.
    category: String,
    /// `complete`, `incomplete`, `not_read`, `never_observed` or `excluded`.
    state: &'static str,
    /// Who left it out, when and why; null while it is observed.
    excluded: Option<Exclusion>,
    /// Why the list was not read to its end.
    code: Option<String>,
    /// Objects in the list.
    objects: Option<u64>,
    /// Objects of which something could not be read.
    incomplete: Option<u64>,
    /// Settings that are shown by id, because what the tenant calls them could not be read.
    unnamed: Option<u64>,
    /// Why not.
    unnamed_code: Option<String>,
    /// When it was last looked at.
    observed_at: Option<i64>,
    /// When it was last read completely.
    complete_at: Option<i64>,
    /// The run that looked.
    run: Option<String>,
    /// What can be done: `list`, `complete`, `backup`, `compare`, `create`, `update`, `delete`, `restore`, `assign`.
    can: BTreeMap<&'static str, Answer>,
    /// `low`, `medium`, `high` or `critical`.
    risk: String,
    /// Permissions that reading needs.
    reads_with: Vec<String>,
    /// Permissions that writing needs.
    writes_with: Vec<String>,
}

impl From<TypeCoverage> for Coverage {
    fn from(found: TypeCoverage) -> Self {
        let state = match found.sight() {
            Sight::NotRead => "not_read",
            Sight::Incomplete => "incomplete",
            Sight::NeverObserved => "never_observed",
            Sight::Complete => "complete",
            Sight::Excluded => "excluded",
        };
        let contract = found.contract;
        let seen = found.seen.as_ref();
        Self {
            type_key: contract.key.clone(),
            label: contract.label_plural.clone(),
            category: contract.category.clone(),
            state,
            excluded: found.excluded.map(|row| Exclusion { by: row.by_name, at: row.at, reason: row.reason }),
            code: seen.and_then(|row| row.code.clone()),
            objects: seen.map(|row| row.seen),
            incomplete: seen.map(|row| row.incomplete),
            unnamed: seen.map(|row| row.unnamed),
            unnamed_code: seen.and_then(|row| row.unnamed_code.clone()),
            observed_at: seen.map(|row| row.at),
            complete_at: seen.and_then(|row| row.complete_at),
            run: seen.map(|row| row.run.to_string()),
            can: found.can.answers().map(|(asked, answer)| (asked, Answer::from(answer))).into(),
            risk: contract.risk.to_string(),
            reads_with: contract.permissions.read.clone(),
            writes_with: contract.permissions.write.clone(),
        }
    }
}

/// Every configuration type, in the order of the registry.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/coverage", tag = "inventory", params(("tenant" = String, Path)), responses((status = 200, body = Vec<Coverage>), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
) -> Result<Json<Vec<Coverage>>, WebError> {
    let types = app::inventory::coverage(shared.db(), &scope).await?;
    Ok(Json(types.into_iter().map(Coverage::from).collect()))
}

/// Leaves a type out of what is observed, until it is included again: syncs, probes and backups do not ask for it.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/coverage/{type}/exclude", tag = "inventory", params(("tenant" = String, Path), ("type" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = ExclusionRequest, responses((status = 200, body = Coverage), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn exclude(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathText(path): PathText<TypePath>,
    JsonBody(request): JsonBody<ExclusionRequest>,
) -> Result<Json<Coverage>, WebError> {
    app::inventory::exclude_type(shared.db(), &scope, &path.type_key, &request.reason).await?;
    one(&shared, &scope, &path.type_key).await
}

/// Observes a type again: the next sync reads all of it.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/coverage/{type}/include", tag = "inventory", params(("tenant" = String, Path), ("type" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 200, body = Coverage), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn include(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathText(path): PathText<TypePath>,
) -> Result<Json<Coverage>, WebError> {
    app::inventory::include_type(shared.db(), &scope, &path.type_key).await?;
    one(&shared, &scope, &path.type_key).await
}

async fn one(shared: &Shared, scope: &TenantScope, type_key: &str) -> Result<Json<Coverage>, WebError> {
    let types = app::inventory::coverage(shared.db(), scope).await?;
    let found = types.into_iter().find(|each| each.contract.key == type_key);
    Ok(Json(found.map(Coverage::from).ok_or_else(model::AppError::not_found)?))
}
