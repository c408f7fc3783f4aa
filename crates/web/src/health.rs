//! Probes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::state::Shared;

/// `GET /healthz`: the process answers.
pub(crate) async fn alive(State(shared): State<Shared>) -> Response {
    Json(json!({ "status": "ok", "version": shared.web.version })).into_response()
}

/// `GET /readyz`: so does the database, and the server is not stopping.
pub(crate) async fn ready(State(shared): State<Shared>) -> Response {
    if shared.web.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "stopping" }))).into_response();
    }
    match shared.db().ping().await {
        Ok(_) => Json(json!({ "status": "ready" })).into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "database" }))).into_response()
        }
    }
}
