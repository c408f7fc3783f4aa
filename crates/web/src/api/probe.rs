//! Change probes: how often, and how far the audit logs were read.

use app::inventory::probe::choose_probe;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::{ProbeChoice, ReadLog};
use utoipa::ToSchema;

use crate::errors::WebError;
use crate::extract::{InTenant, JsonBody};
use crate::state::Shared;

/// How often to look.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProbeRequest {
    /// 1 to 1440; absent or null switches it off.
    #[serde(default)]
    every_minutes: Option<u32>,
}

/// A tenant's change probes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProbeAnswer {
    /// Absent while switched off.
    every_minutes: Option<u32>,
    /// When the next one is due, milliseconds since the Unix epoch.
    next_at: Option<i64>,
    /// Who chose that, by name; absent before anybody did.
    chosen_by: Option<String>,
    /// When.
    chosen_at: Option<i64>,
    /// The logs that were read.
    logs: Vec<ProbedLog>,
}

/// How far one audit log was read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProbedLog {
    /// `intune` or `directory`.
    log: String,
    /// When it was read last.
    read_at: i64,
    /// The run that did.
    run: String,
}

impl ProbeAnswer {
    fn of(choice: Option<ProbeChoice>, logs: Vec<ReadLog>) -> Self {
        let log =
            |read: ReadLog| ProbedLog { log: read.log.to_string(), read_at: read.read_at, run: read.run.to_string() };
        let logs = logs.into_iter().map(log).collect();
        match choice {
            Some(choice) => Self {
                every_minutes: choice.every_minutes,
                next_at: choice.next_at,
                chosen_by: Some(choice.chosen_by_name),
                chosen_at: Some(choice.chosen_at),
                logs,
            },
            None => Self { every_minutes: None, next_at: None, chosen_by: None, chosen_at: None, logs },
        }
    }
}

/// How often a tenant is looked at for changes.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/schedules/probe", tag = "schedules", params(("tenant" = String, Path)), responses((status = 200, body = ProbeAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
) -> Result<Json<ProbeAnswer>, WebError> {
    let tenant = shared.db().tenant(&scope);
    Ok(Json(ProbeAnswer::of(tenant.probes().choice().await?, tenant.probes().logs().await?)))
}

/// Chooses how often, or switches it off.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/schedules/probe", tag = "schedules", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = ProbeRequest, responses((status = 200, body = ProbeAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn choose(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    JsonBody(request): JsonBody<ProbeRequest>,
) -> Result<Json<ProbeAnswer>, WebError> {
    choose_probe(shared.db(), &scope, request.every_minutes).await?;
    get(State(shared), InTenant(ctx, scope)).await
}
