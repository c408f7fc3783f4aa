//! Signing in with a local account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, HeaderValue, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::AppError;
use secrecy::SecretString;

use crate::auth::{end_session, safe_next, session_cookie};
use crate::errors::WebError;
use crate::extract::{AsGuest, Asked, Posted};
use crate::fields::Fields;
use crate::kit::bare::bare_page;
use crate::kit::button::{Button, Press, button};
use crate::kit::form::{Field, csrf, field};
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// An address that the server does not know is counted as one.
const UNKNOWN: &str = "unknown";

/// `GET /sign-in`
pub(crate) async fn page(AsGuest(guest): AsGuest, Asked(asked): Asked) -> Markup {
    form(&guest.csrf, &asked, &FormError::default())
}

/// `POST /sign-in`
pub(crate) async fn act(
    State(shared): State<Shared>,
    AsGuest(guest): AsGuest,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Result<Response, WebError> {
    match enter(&shared, &headers, &fields, guest.address.as_deref()).await {
        Ok(response) => Ok(response),
        Err(WebError(error)) => {
            let error = FormError::shared(error)?;
            Ok(error.respond(form(&guest.csrf, &fields, &error)))
        }
    }
}

/// Checks the password, ends the session the browser had, and begins a new one.
pub(super) async fn enter(
    shared: &Shared,
    headers: &HeaderMap,
    fields: &Fields,
    address: Option<&str>,
) -> Result<Response, WebError> {
    let secret = SecretString::from(fields.text("password"));
    let entered = app::people::sign_in(shared.db(), fields.text("email"), secret, address.unwrap_or(UNKNOWN)).await?;
    end_session(shared, headers).await?;
    let cookie =
        session_cookie(shared, &entered.token).ok_or_else(|| AppError::internal("a token that is no cookie value"))?;
    let next = HeaderValue::from_str(safe_next(fields.get("next"))).unwrap_or(HeaderValue::from_static("/"));
    Ok((StatusCode::SEE_OTHER, [(SET_COOKIE, cookie), (LOCATION, next)]).into_response())
}

fn form(token: &str, fields: &Fields, error: &FormError) -> Markup {
    let email = Field {
        name: "email".into(),
        label: "E-mail address".into(),
        kind: "email",
        value: fields.text("email").into(),
        autocomplete: "username",
        required: true,
        ..Field::default()
    };
    let password = Field {
        name: "password".into(),
        label: "Password".into(),
        kind: "password",
        autocomplete: "current-password",
        required: true,
        ..Field::default()
    };
    let main = html! {
        form method="post" action="/sign-in" {
            (error.summary(&[]))
            (csrf(token))
            @if let Some(next) = fields.get("next") { input type="hidden" name="next" value=(next); }
            (field(&email))
            (field(&password))
            div.row-acts { (button(&Button::primary("Sign in", Press::Submit))) }
        }
    };
    bare_page("Sign in", "", &main)
}
