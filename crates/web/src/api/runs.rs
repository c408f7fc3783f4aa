//! Operation runs.

use app::exports::Run;
use axum::Json;
use axum::extract::State;
use model::ids::RunId;
use serde::Serialize;
use store::{CancelOutcome, ItemFilter, ItemRow, RunPageRequest};
use utoipa::ToSchema;

use super::limit;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId};
use crate::pages::operations::query;
use crate::state::Shared;

/// A page of runs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunList {
    /// The runs.
    runs: Vec<Run>,
    /// The value of `before` for the next page.
    older: Option<String>,
}

/// One item of a run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Item {
    /// Position, from 1.
    sequence: i64,
    /// Unique in the run.
    key: String,
    /// As a person reads it.
    label: String,
    /// What it is.
    kind: String,
    /// How it ended.
    outcome: String,
    /// Stable code.
    code: Option<String>,
    /// Our own words.
    message: Option<String>,
    /// When it ended, milliseconds since the Unix epoch.
    ended_at: Option<i64>,
}

impl From<ItemRow> for Item {
    fn from(row: ItemRow) -> Self {
        Self {
            sequence: row.sequence,
            key: row.key,
            label: row.label,
            kind: row.kind,
            outcome: row.outcome.to_string(),
            code: row.code,
            message: row.message,
            ended_at: row.ended_at,
        }
    }
}

/// A page of items, by sequence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemList {
    /// The items.
    items: Vec<Item>,
    /// The value of `after` for the next page.
    next: Option<i64>,
}

/// What a cancel did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cancelled {
    /// `cancelled`, `requested` or `already_completed`.
    result: &'static str,
}

/// Runs of a tenant, newest first.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/runs", tag = "runs", params(("tenant" = String, Path), ("type" = Option<Vec<String>>, Query), ("types" = Option<String>, Query, description = "but: all types but those of type"), ("status" = Option<Vec<String>>, Query), ("outcome" = Option<Vec<String>>, Query), ("who" = Option<String>, Query, description = "me, system, or usr_…"), ("when" = Option<String>, Query, description = "1h, 24h, 7d, 30d (default), 90d or all"), ("code" = Option<String>, Query), ("q" = Option<String>, Query), ("before" = Option<String>, Query), ("limit" = Option<u32>, Query)), responses((status = 200, body = RunList), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Json<RunList>, WebError> {
    let request = RunPageRequest {
        before: asked.get("before").and_then(|run| run.parse().ok()),
        after: None,
        limit: limit(&asked),
    };
    let filter = query(&asked).checked()?.filter(Some(ctx.user), ctx.now_ms);
    let page = shared.db().tenant(&scope).runs().list(&filter, &request).await?;
    Ok(Json(RunList {
        runs: page.rows.into_iter().map(Run::from).collect(),
        older: page.older.map(|run| run.to_string()),
    }))
}

/// One run.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/runs/{run}", tag = "runs", params(("tenant" = String, Path), ("run" = String, Path)), responses((status = 200, body = Run), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(run): PathId<RunId>,
) -> Result<Json<Run>, WebError> {
    Ok(Json(shared.db().tenant(&scope).runs().get(run).await?.into()))
}

/// Items of a run, by sequence.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/runs/{run}/items", tag = "runs", params(("tenant" = String, Path), ("run" = String, Path), ("outcome" = Option<Vec<String>>, Query), ("code" = Option<String>, Query), ("q" = Option<String>, Query), ("after" = Option<i64>, Query), ("limit" = Option<u32>, Query)), responses((status = 200, body = ItemList), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn items(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(run): PathId<RunId>,
    Asked(asked): Asked,
) -> Result<Json<ItemList>, WebError> {
    let tenant = shared.db().tenant(&scope);
    tenant.runs().get(run).await?;
    let filter = ItemFilter {
        outcomes: asked.all("outcome").filter_map(|word| word.parse().ok()).collect(),
        code: asked.get("code").map(str::to_owned),
        text: asked.get("q").map(str::to_owned),
    };
    let after = asked.get("after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let limit = limit(&asked);
    let mut rows = tenant.runs().items(run, &filter, after, limit + 1).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = more.then(|| rows.last().map(|row| row.sequence)).flatten();
    Ok(Json(ItemList { items: rows.into_iter().map(Item::from).collect(), next }))
}

/// Asks a run to stop.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/runs/{run}/cancel", tag = "runs", params(("tenant" = String, Path), ("run" = String, Path), ("X-CSRF-Token" = String, Header)), responses((status = 200, body = Cancelled), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn cancel(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(run): PathId<RunId>,
) -> Result<Json<Cancelled>, WebError> {
    let result = match shared.db().tenant(&scope).runs().request_cancel(run).await? {
        CancelOutcome::Cancelled => "cancelled",
        CancelOutcome::Requested => "requested",
        CancelOutcome::AlreadyCompleted => "already_completed",
    };
    Ok(Json(Cancelled { result }))
}
