//! Sending a person to the tenant's sign-in service, and taking the answer that they come back with.

use app::connections::{Answer, Landed, Visitor, take_answer};
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::AppError;

use crate::errors::WebError;
use crate::extract::{Asked, SignedIn};
use crate::frame::{Done, done, go, tenant_path};
use crate::kit::button::WhyOff;
use crate::state::Shared;

/// Where people come back to: the application has to have registered it, below the server's public address.
pub const CALLBACK: &str = "/connection/callback";

/// `GET /connection/callback`
pub(crate) async fn take(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
) -> Result<Response, WebError> {
    let visitor = Visitor { user: ctx.user, name: &ctx.name, address: ctx.address() };
    let answer = Answer {
        state: asked.get("state"),
        tenant: asked.get("tenant"),
        admin_consent: asked.get("admin_consent"),
        code: asked.get("code"),
        error: asked.get("error"),
    };
    let landed = take_answer(shared.db(), &shared.web.delegation, &redirect_uri(&shared)?, visitor, &answer).await?;
    Ok(match landed {
        Landed::Consented(scope, started) => go(&ctx, &format!("{}/operations/{}", tenant_path(&scope), started.run())),
        Landed::SignedIn(scope) => {
            done(&ctx, &format!("{}/connection", tenant_path(&scope)), Done::SignedInAtMicrosoft)
        }
    })
}

/// To the sign-in service.
pub(super) fn away(address: &str) -> Result<Response, WebError> {
    let location = HeaderValue::from_str(address).map_err(AppError::internal)?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}

/// The address to come back to, or why nobody can.
pub(super) fn redirect_uri(shared: &Shared) -> Result<String, AppError> {
    let address = shared.web.public_address.as_ref().map(|address| format!("{address}{CALLBACK}"));
    address.ok_or_else(|| {
        AppError::conflict("settings.public_address", "This server does not know the address that people reach it by")
            .hint("Start it with --public-address")
    })
}

/// Why nobody can be sent away now, or nothing when they can.
pub(super) fn why_not(shared: &Shared, connected: bool, id: &str) -> Option<WhyOff> {
    let off = |sentence: &str| Some(WhyOff { id: id.into(), sentence: sentence.into() });
    match (shared.web.public_address.is_some(), connected) {
        (_, false) => off("The tenant has no connection yet. Enter one below first."),
        (false, _) => {
            off("This server does not know the address that people reach it by. Start it with --public-address.")
        }
        (true, true) => None,
    }
}
