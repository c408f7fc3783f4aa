//! Who is asking.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::SignedIn;

/// The session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// `usr_…`
    user: String,
    /// Name to show.
    name: String,
    /// E-mail address.
    email: String,
    /// Whether they manage the installation.
    platform_admin: bool,
    /// Goes into the header `X-CSRF-Token` of every write.
    csrf: String,
}

/// The session of the caller.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses((status = 200, body = Session), (status = 401, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(SignedIn(ctx): SignedIn) -> Json<Session> {
    Json(Session {
        user: ctx.user.to_string(),
        name: ctx.name.clone(),
        email: ctx.email.clone(),
        platform_admin: ctx.platform_admin,
        csrf: ctx.csrf.clone(),
    })
}
