//! Exports and imports of configuration.

use std::collections::BTreeMap;

use app::exchange::{Chosen, NewImport, layout_named, start_configuration_export, start_import};
use app::inventory::ObjectQuery;
use axum::extract::State;
use axum::http::HeaderMap;
use model::ids::BackupSetId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::starts::{Answer, Policy, answer, extra};
use crate::extract::{Asked, BodyBytes, InTenant, JsonBody, Sent};
use crate::state::Shared;

/// What to export: a set, or objects, or those of the inventory that fit a filter; everything when nothing is named.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigurationExportRequest {
    /// `ours` (also when absent), `portal`, `intune-management` or `intunecd`.
    layout: Option<String>,
    /// A sealed backup set.
    #[schema(value_type = Option<String>)]
    set: Option<BackupSetId>,
    /// At most 500.
    #[serde(default)]
    policies: Vec<Policy>,
    /// Names and values as in the query of the inventory.
    #[serde(default)]
    filter: BTreeMap<String, Vec<String>>,
}

/// Starts an export of configuration; its ZIP archive is kept for 7 days and fetched like that of any run.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/inventory/export", tag = "inventory", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body = ConfigurationExportRequest, responses((status = 202, body = super::starts::StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn export(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    body: BodyBytes,
    JsonBody(request): JsonBody<ConfigurationExportRequest>,
) -> Answer {
    let layout = layout_named(request.layout.as_deref().unwrap_or("ours"))?;
    let pairs =
        request.filter.iter().flat_map(|(name, values)| values.iter().map(|value| (name.as_str(), value.as_str())));
    let chosen = Chosen {
        set: request.set,
        query: ObjectQuery::of(pairs),
        policies: request.policies.into_iter().map(Into::into).collect(),
    };
    answer(start_configuration_export(shared.db(), &scope, chosen, layout, extra(&headers, &body)?).await?)
}

/// Makes a backup set of a ZIP archive or a JSON file, which is the body; at most 64 MiB.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/backups/import", tag = "backups", params(("tenant" = String, Path), ("file" = String, Query, description = "Name of the file"), ("name" = Option<String>, Query, description = "Name of the set; absent takes that of the file"), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 202, body = super::starts::StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn import(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    Asked(asked): Asked,
    Sent(file): Sent,
) -> Answer {
    let content = BodyBytes(std::sync::Arc::new(file.content.to_vec()));
    let extra = extra(&headers, &content)?;
    let import = NewImport {
        name: asked.get("name").map(str::to_owned),
        file: asked.text("file").to_owned(),
        content: std::sync::Arc::unwrap_or_clone(content.0),
    };
    answer(start_import(shared.db(), &scope, import, extra).await?)
}
