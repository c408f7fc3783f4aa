//! Acting on many things as one run.

use std::collections::BTreeMap;

use app::inventory::{OBJECT_NAMES, ObjectQuery};
use app::operations::{NAMES, RunQuery, start_cancel_many};
use app::snapshots::{Chosen, start_capture_many};
use axum::extract::State;
use axum::http::HeaderMap;
use model::AppError;
use serde::Deserialize;
use utoipa::ToSchema;

use super::starts::{Answer, Policy, answer, extra};
use crate::extract::{BodyBytes, InTenant, JsonBody};
use crate::state::Shared;

/// Names and values as in the query of the list.
type Filter = BTreeMap<String, Vec<String>>;

/// Policies, or a filter that selects them: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaptureManyRequest {
    /// At most 500.
    #[serde(default)]
    policies: Vec<Policy>,
    /// Names and values as in the query of the inventory; `{}` selects all.
    filter: Option<BTreeMap<String, Vec<String>>>,
}

/// Which runs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelManyRequest {
    /// Names and values as in the query of the list of runs. It has to be there, so that nobody cancels everything by an
    /// empty body; `{"when": ["all"]}` selects every active run.
    filter: BTreeMap<String, Vec<String>>,
}

/// A name that filters by nothing would select more than was asked for.
fn known<'a>(filter: &'a Filter, names: &[&str]) -> Result<impl Iterator<Item = (&'a str, &'a str)>, AppError> {
    match filter.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(AppError::invalid("filter.unknown", format!("Nothing is filtered by \"{name}\""))
            .hint(format!("Known names: {}", names.join(", ")))),
        None => {
            Ok(filter.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str()))))
        }
    }
}

/// Starts capturing many objects as one run.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/inventory/capture-many", tag = "inventory", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body = CaptureManyRequest, responses((status = 202, body = super::starts::StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn capture_many(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    body: BodyBytes,
    JsonBody(request): JsonBody<CaptureManyRequest>,
) -> Answer {
    let chosen = match &request.filter {
        Some(_) if !request.policies.is_empty() => {
            let why = "Policies and a filter cannot be sent together";
            return Err(AppError::invalid("capture.policies", why).hint("Send one of the two").into());
        }
        Some(filter) => Chosen::Matching(ObjectQuery::of(known(filter, &OBJECT_NAMES)?)),
        None => Chosen::Policies(request.policies.into_iter().map(Into::into).collect()),
    };
    answer(start_capture_many(shared.db(), &scope, chosen, extra(&headers, &body)?).await?)
}

/// Starts cancelling every active run that fits a filter, as one run.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/runs/cancel-many", tag = "runs", params(("tenant" = String, Path), ("X-CSRF-Token" = String, Header), ("Idempotency-Key" = Option<String>, Header)), request_body = CancelManyRequest, responses((status = 202, body = super::starts::StartAnswer), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn cancel_many(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    headers: HeaderMap,
    body: BodyBytes,
    JsonBody(request): JsonBody<CancelManyRequest>,
) -> Answer {
    let query = RunQuery::of(known(&request.filter, &NAMES)?);
    answer(start_cancel_many(shared.db(), &scope, query, extra(&headers, &body)?).await?)
}
