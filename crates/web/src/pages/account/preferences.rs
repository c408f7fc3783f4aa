//! `POST /account/preferences`: kept in this browser, so nothing of them is personal data on the server.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use jiff::tz::TimeZone;
use model::AppError;

use super::page::render;
use crate::auth::Cookie;
use crate::errors::WebError;
use crate::extract::{Asked, Posted, SignedIn};
use crate::frame::{Done, done};
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// How long a browser keeps a preference, in seconds.
const AGE_S: i64 = 400 * 24 * 60 * 60;

/// Saves zone and keyboard.
pub(crate) async fn save(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let zone = form.get("zone").unwrap_or("UTC").trim();
    if TimeZone::get(zone).is_err() {
        let error = AppError::invalid("account.zone", "This server does not know that time zone")
            .hint("Use an IANA name such as Europe/Berlin");
        let error = FormError::of(error)?;
        return Ok(error.respond(render(&shared, &ctx, &asked, &error).await?));
    }
    let secure = shared.web.secure_cookies;
    let keys = if form.has("keys", "yes") { "on" } else { "off" };
    let mut response = done(&ctx, "/account", Done::PreferencesSaved);
    for cookie in [Cookie::Zone.set(zone, AGE_S, secure), Cookie::Keys.set(keys, AGE_S, secure)].into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
