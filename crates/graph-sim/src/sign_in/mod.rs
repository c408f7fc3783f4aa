//! The sign-in service: tokens, and the pages on which an administrator consents and signs in.

mod ask;
mod authorize;
mod consent;
mod grants;
mod page;
pub(crate) mod refusal;

use axum::body::Body;
use axum::http::Response;
use axum::http::request::Parts;
use serde_json::json;

pub(crate) use authorize::authorize;
pub(crate) use consent::{Consent, admin_consent};
pub(crate) use grants::{Grants, Redeemed};

use crate::faults::{FaultKind, Target};
use crate::graph::Reply;
use crate::http::{Door, header_text, origin, plain};
use crate::journal::count;
use crate::token::{self, Credentials, Grant};
use crate::world::{Tenant, World};
use crate::{clock, harm};
use grants::Signed;

fn refused(aadsts: u32, tenant: &str) -> Response<Body> {
    let (status, body) = refusal::refused(aadsts, tenant, &clock::format_seconds(clock::EPOCH));
    plain(status, body)
}

/// `POST …/oauth2/v2.0/token`
pub(crate) async fn token(door: &Door, parts: &Parts, name: &str, body: &[u8]) -> Response<Body> {
    let world = &door.world;
    tokio::time::sleep(world.knobs().latency).await;
    if ["common", "organizations", "consumers"].contains(&name) {
        return refused(9_001_023, name);
    }
    let Some((position, tenant)) = world.tenant(name) else {
        return refused(90_002, name);
    };
    count(&tenant.counters.round_trips);
    let fault = tenant.faults.strike(Target {
        method: "POST",
        path: parts.uri.path(),
        in_batch: false,
        is_token: true,
        is_write: false,
        body: &[],
    });
    let answer = || match granted(door, parts, (position, tenant), body) {
        Ok(text) => (200, text),
        Err(aadsts) => refusal::refused(aadsts, name, &clock::format_seconds(clock::EPOCH)),
    };
    match fault {
        None => {
            let (status, text) = answer();
            plain(status, text)
        }
        Some(FaultKind::TokenError { aadsts }) => refused(aadsts, name),
        Some(kind) => harmed(kind, answer),
    }
}

/// A fault that is no AADSTS error: a status without a body of the service, as a proxy in between gives it, or harm to
/// the connection.
fn harmed(kind: FaultKind, answer: impl FnOnce() -> (u16, String)) -> Response<Body> {
    if let FaultKind::Status { status, code, retry_after } = kind {
        let mut response = plain(status, json!({ "code": code, "message": "A fault was asked for." }).to_string());
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.into());
        }
        return response;
    }
    let (status, body) = answer();
    harm::respond(Reply { status, headers: Vec::new(), body, harm: None }, kind)
}

/// The body of a token answer, or the AADSTS error.
fn granted(door: &Door, parts: &Parts, (position, tenant): (usize, &Tenant), body: &[u8]) -> Result<String, u32> {
    let world = &door.world;
    let form = String::from_utf8_lossy(body);
    let credentials = Credentials::read(&form, header_text(&parts.headers, "authorization"));
    let address = format!("{}{}", origin(door, parts), parts.uri.path());
    let grant = credentials.check(&tenant.spec, &address, clock::real_seconds())?;
    // Without consent the application has no service principal in the tenant.
    if !tenant.consent.is_given() {
        return Err(700_016);
    }
    let now = tenant.clock.seconds();
    let answer = match grant {
        Grant::Application => {
            let token = world.tokens.issue(position, &tenant.spec, None);
            token::granted(&token)
        }
        Grant::Code(code) => for_person(door, parts, tenant, world.grants.redeem(code, position, now)?),
        Grant::Refresh(text) => for_person(door, parts, tenant, world.grants.refreshed(text, position, now)?),
    };
    count(&tenant.counters.tokens_issued);
    Ok(answer)
}

/// The answer with a person's token, and with what the scope asks for beside it.
fn for_person(door: &Door, parts: &Parts, tenant: &Tenant, signed: Signed) -> String {
    let world: &World = &door.world;
    let access = world.tokens.issue(signed.tenant, &tenant.spec, Some(&signed.scope));
    let mut answer = token::granted_to_person(&access, &signed.scope);
    if signed.asks("openid") {
        let issuer = format!("{}/{}/v2.0", origin(door, parts), tenant.spec.tenant_id);
        answer["id_token"] = json!(token::id_token(&tenant.spec, &issuer, signed.nonce.as_deref()));
    }
    if signed.asks("offline_access") {
        answer["refresh_token"] = json!(world.grants.refresh_token(signed, tenant.clock.seconds()));
    }
    answer.to_string()
}

/// `GET …/v2.0/.well-known/openid-configuration`
pub(crate) fn discovery(door: &Door, parts: &Parts, name: &str) -> Response<Body> {
    let Some((_, tenant)) = door.world.tenant(name) else {
        return refused(90_002, name);
    };
    let root = format!("{}/{}", origin(door, parts), tenant.spec.tenant_id);
    let document = json!({
        "issuer": format!("{root}/v2.0"),
        "token_endpoint": format!("{root}/oauth2/v2.0/token"),
        "authorization_endpoint": format!("{root}/oauth2/v2.0/authorize"),
        "jwks_uri": format!("{root}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": "EU",
    });
    plain(200, document.to_string())
}

/// Where a library that does not know this host learns that it is a sign-in service, and where the tenant's document is.
pub(crate) fn instance(door: &Door, parts: &Parts) -> Response<Body> {
    match authority_tenant(parts.uri.query().unwrap_or_default()) {
        Some(tenant) => plain(200, instance_document(&origin(door, parts), &tenant)),
        None => refused(50_049, ""),
    }
}

/// The tenant in the `authorization_endpoint` that a library asks about.
fn authority_tenant(query: &str) -> Option<String> {
    let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "authorization_endpoint");
    let address = url::Url::parse(&asked?.1).ok()?;
    let tenant = address.path_segments()?.next().filter(|tenant| !tenant.is_empty());
    tenant.map(str::to_owned)
}

/// The answer about an instance: the host is one, and goes by no other name.
fn instance_document(origin: &str, tenant: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    json!({
        "tenant_discovery_endpoint": format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    })
    .to_string()
}
