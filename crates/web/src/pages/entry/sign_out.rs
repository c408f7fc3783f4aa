//! Signing out, here or everywhere.

use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use store::{Actor, AuditEntry};

use crate::auth::{Cookie, Ctx};
use crate::errors::WebError;
use crate::extract::SignedIn;
use crate::state::Shared;

/// `POST /sign-out`
pub(crate) async fn here(State(shared): State<Shared>, SignedIn(ctx): SignedIn) -> Result<Response, WebError> {
    shared.web.delegation.forget(ctx.user);
    shared.db().sessions().revoke(&ctx.token_hash).await?;
    record(&shared, &ctx, "session.sign_out").await?;
    Ok(out(&shared))
}

/// `POST /sign-out/everywhere`
pub(crate) async fn everywhere(State(shared): State<Shared>, SignedIn(ctx): SignedIn) -> Result<Response, WebError> {
    shared.web.delegation.forget(ctx.user);
    shared.db().sessions().revoke_all_of(ctx.user).await?;
    record(&shared, &ctx, "session.sign_out_everywhere").await?;
    Ok(out(&shared))
}

/// Records what a person did to their own account.
pub(crate) async fn record(shared: &Shared, ctx: &Ctx, action: &str) -> Result<(), WebError> {
    let entry = AuditEntry {
        tenant: None,
        actor: Actor { user: Some(ctx.user), name: ctx.name.clone() },
        address: ctx.address.clone(),
        action: action.to_owned(),
        object: Some(ctx.user.to_string()),
        run: None,
        outcome: "succeeded".to_owned(),
        detail: None,
    };
    Ok(shared.db().audit().record(entry).await?)
}

/// Ends the cookie and goes to the sign-in page.
pub(crate) fn out(shared: &Shared) -> Response {
    let cookie = Cookie::Session.set("", 0, shared.web.secure_cookies);
    let cookies = AppendHeaders(cookie.into_iter().map(|value| (SET_COOKIE, value)));
    (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("/sign-in"))], cookies).into_response()
}
