//! Exports of the runs of a tenant. The pages' own handlers answer downloads; here they get their place in the document.

use std::collections::BTreeMap;

use app::exports::{Format, start_export};
use app::operations::query_from;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::ids::RunId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::starts::{Answer, answer, extra};
use crate::errors::WebError;
use crate::extract::{Asked, BodyBytes, InTenant, JsonBody, PathId};
use crate::pages::operations::export;
use crate::state::Shared;

/// An export to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportRequest {
    /// `csv` or `json`.
    format: String,
    /// Names and values as in the query of the list; absent means the last 30 days.
    #[serde(default)]
    filter: BTreeMap<String, Vec<String>>,
}

/// At most 1,000 runs that fit, as a file; the query is that of the list with `format`. More of them are a run: POST here.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/runs/export", tag = "runs", params(("tenant" = String, Path), ("format" = String, Query, description = "csv or json"), ("type" = Option<Vec<String>>, Query), ("types" = Option<String>, Query), ("status" = Option<Vec<String>>, Query), ("outcome" = Option<Vec<String>>, Query), ("who" = Option<String>, Query), ("when" = Option<String>, Query), ("code" = Option<String>, Query), ("q" = Option<String>, Query)), responses((status = 200, description = "The file", content((Vec<app::exports::Run> = "application/json"), (String = "text/csv"))), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn at_once(state: State<Shared>, tenant: InTenant, asked: Asked) -> Result<Response, WebError> {
    export::at_once(state, tenant, asked).await
}

/// Starts an export whose file is kept for 7 days.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/runs/export", tag = "runs", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body = ExportRequest, responses((status = 202, body = super::starts::StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn start(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    body: BodyBytes,
    JsonBody(request): JsonBody<ExportRequest>,
) -> Answer {
    let (format, query) = (Format::named(&request.format)?, query_from(&request.filter)?);
    answer(start_export(shared.db(), &scope, query, format, extra(&headers, &body)?).await?)
}

/// The file of an export.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/runs/{run}/file", tag = "runs", params(("tenant" = String, Path), ("run" = String, Path)), responses((status = 200, description = "The file", content((Vec<app::exports::Run> = "application/json"), (String = "text/csv"))), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn file(state: State<Shared>, tenant: InTenant, run: PathId<RunId>) -> Result<Response, WebError> {
    export::file(state, tenant, run).await
}
