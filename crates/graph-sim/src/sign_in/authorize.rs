//! `…/oauth2/v2.0/authorize`: a person signs in for an application, which gets a code.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Response};

use super::ask::{self, Ask};
use super::grants::{Bound, Challenge, Signed};
use super::page::{self, Question};
use super::refusal;
use crate::clock;
use crate::http::Door;

/// Shows the question on GET, takes the answer on POST.
pub(crate) fn authorize(door: &Door, parts: &Parts, name: &str, body: &[u8]) -> Response<Body> {
    let ask = match Ask::read(&door.world, name, parts.uri.query().unwrap_or_default()) {
        Ok(ask) => ask,
        Err(page) => return *page,
    };
    let challenge = match check(&ask) {
        Ok(challenge) => challenge,
        Err(aadsts) => return refuse(&ask, aadsts),
    };
    let scope = ask.get("scope").unwrap_or_default();
    if parts.method == Method::GET {
        return page::question(&Question { ask: &ask, title: "Sign in", what: scope, yes: "Sign in" });
    }
    let form = ask::form(body);
    let Some((position, tenant)) = ask.chosen(&form) else { return page::error(900_144, name) };
    if !tenant.consent.is_given() {
        return page::error(90_094, name);
    }
    if form.get("answer").map(String::as_str) != Some("yes") {
        return refuse(&ask, 65_004);
    }
    let signed = Signed {
        tenant: position,
        client_id: ask.client_id.clone(),
        scope: scope.to_owned(),
        nonce: ask.get("nonce").map(str::to_owned),
    };
    let redirect_uri = ask.get("redirect_uri").unwrap_or_default().to_owned();
    let code = door.world.grants.code(signed, Bound { redirect_uri, challenge }, tenant.clock.seconds());
    ask.back(&[("code", &code)])
}

/// What the code will be bound to, or the AADSTS error that goes back to the application.
fn check(ask: &Ask<'_>) -> Result<Option<Challenge>, u32> {
    match ask.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(700_054),
        None => return Err(900_144),
    }
    let scope = ask.get("scope").ok_or(900_144_u32)?;
    if scope.split(' ').any(|one| one == "openid") && ask.get("nonce").is_none() && ask.get("code_challenge").is_none()
    {
        return Err(900_144);
    }
    if !matches!(ask.get("response_mode"), None | Some("query")) {
        return Err(70_001);
    }
    if ask.get("prompt") == Some("none") {
        return Err(50_058);
    }
    match (ask.get("code_challenge"), ask.get("code_challenge_method")) {
        (None, None) => Ok(None),
        (Some(hash), Some("S256")) => Ok(Some(Challenge::S256(hash.to_owned()))),
        (Some(text), None | Some("plain")) => Ok(Some(Challenge::Plain(text.to_owned()))),
        _ => Err(900_144),
    }
}

fn refuse(ask: &Ask<'_>, aadsts: u32) -> Response<Body> {
    let (error, description) = refusal::description(aadsts, "", &clock::format_seconds(clock::EPOCH));
    ask.back(&[("error", error), ("error_description", &description)])
}
