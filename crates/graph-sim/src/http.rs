//! HTTP in, HTTP out: which service a request is for, who sent it, and how its answer travels.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, header, request::Parts};

use crate::config::Throttling;
use crate::errors::GraphError;
use crate::faults::{FaultKind, Target, contains};
use crate::graph::{self, Reply, Request};
use crate::journal::count;
use crate::random::Random;
use crate::token::{self, BadToken, Credentials};
use crate::world::World;
use crate::{clock, control, harm};

/// The largest request body, in bytes.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// A listener's view of the world.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) world: Arc<World>,
    pub(crate) scheme: &'static str,
}

pub(crate) async fn handle(State(door): State<Door>, request: axum::extract::Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return plain(413, String::new());
    };
    if let Some(rest) = parts.uri.path().strip_prefix("/_sim/") {
        let (status, answer) = control::handle(&door.world, &parts, rest, &body);
        return plain(status, answer);
    }
    let arrived_ms = door.world.exchanges.now_ms();
    let answer = route(&door, &parts, &body).await;
    door.world.exchanges.record(door.scheme, &parts, arrived_ms, &answer);
    answer
}

/// Which service answers.
async fn route(door: &Door, parts: &Parts, body: &[u8]) -> Response<Body> {
    let path = parts.uri.path();
    if let Some(tenant) = path.strip_suffix("/oauth2/v2.0/token") {
        return sign_in(door, parts, tenant.trim_matches('/'), body).await;
    }
    if let Some(tenant) = path.strip_suffix("/v2.0/.well-known/openid-configuration") {
        return discovery(door, parts, tenant.trim_matches('/'));
    }
    if path == "/common/discovery/instance" {
        return instance(door, parts);
    }
    let (version, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    match version {
        "beta" | "v1.0" => ask_graph(door, parts, version, rest, body).await,
        _ => plain(404, String::new()),
    }
}

fn plain(status: u16, body: String) -> Response<Body> {
    let is_empty = body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // Nothing is not called JSON: clients read what is called so.
    if !is_empty {
        let json = header::HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    response
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Scheme and host as the client knows them.
fn origin(door: &Door, parts: &Parts) -> String {
    let host = parts.uri.authority().map(|authority| authority.as_str());
    let host = host.or_else(|| header_text(&parts.headers, "host")).unwrap_or("127.0.0.1");
    format!("{}://{host}", door.scheme)
}

async fn sign_in(door: &Door, parts: &Parts, name: &str, body: &[u8]) -> Response<Body> {
    let world = &door.world;
    tokio::time::sleep(world.knobs().latency).await;
    let now = clock::format_seconds(clock::EPOCH);
    let refuse = |aadsts: u32| {
        let (status, body) = token::refused(aadsts, name, &now);
        plain(status, body)
    };
    if ["common", "organizations", "consumers"].contains(&name) {
        return refuse(9_001_023);
    }
    let Some((position, tenant)) = world.tenant(name) else {
        return refuse(90_002);
    };
    count(&tenant.counters.round_trips);
    let fault =
        tenant.faults.strike(Target { method: "POST", path: parts.uri.path(), in_batch: false, is_token: true });
    if let Some(FaultKind::TokenError { aadsts }) = fault {
        return refuse(aadsts);
    }
    let form = String::from_utf8_lossy(body);
    let credentials = Credentials::read(&form, header_text(&parts.headers, "authorization"));
    let address = format!("{}{}", origin(door, parts), parts.uri.path());
    if let Err(aadsts) = credentials.check(&tenant.spec, &address, clock::real_seconds()) {
        return refuse(aadsts);
    }
    count(&tenant.counters.tokens_issued);
    let token = world.tokens.issue(position, &tenant.spec, &tenant.spec.client_id);
    plain(200, token::granted(&token))
}

fn discovery(door: &Door, parts: &Parts, name: &str) -> Response<Body> {
    let Some((_, tenant)) = door.world.tenant(name) else {
        let (status, body) = token::refused(90_002, name, &clock::format_seconds(clock::EPOCH));
        return plain(status, body);
    };
    let root = format!("{}/{}", origin(door, parts), tenant.spec.tenant_id);
    let document = serde_json::json!({
        "issuer": format!("{root}/v2.0"),
        "token_endpoint": format!("{root}/oauth2/v2.0/token"),
        "authorization_endpoint": format!("{root}/oauth2/v2.0/authorize"),
        "jwks_uri": format!("{root}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": "EU",
    });
    plain(200, document.to_string())
}

/// Where a library that does not know this host learns that it is a sign-in service, and where the tenant's document is.
fn instance(door: &Door, parts: &Parts) -> Response<Body> {
    match token::authority_tenant(parts.uri.query().unwrap_or_default()) {
        Some(tenant) => plain(200, token::instance(&origin(door, parts), &tenant)),
        None => {
            let (status, body) = token::refused(50_049, "", &clock::format_seconds(clock::EPOCH));
            plain(status, body)
        }
    }
}

/// The tenant a bearer token opens (by position), with its application.
fn authenticate<'a>(world: &World, headers: &'a HeaderMap) -> Result<(usize, String, &'a str), GraphError> {
    let bearer = header_text(headers, "authorization").and_then(|value| value.strip_prefix("Bearer "));
    let token = bearer.ok_or_else(|| GraphError::unauthorized("Access token is empty."))?;
    match (world.tokens.check(token), world.any_token) {
        (Ok((tenant, app)), _) => Ok((tenant, app, token)),
        (Err(BadToken::Expired), _) => Err(graph::expired()),
        (Err(BadToken::Unknown), Some(tenant)) => Ok((tenant, world.tenants[tenant].spec.client_id.clone(), token)),
        (Err(BadToken::Unknown), None) => {
            Err(GraphError::unauthorized("IDX14100: JWT is not well formed, or it was not issued here."))
        }
    }
}

async fn ask_graph(door: &Door, parts: &Parts, version: &str, path: &str, body: &[u8]) -> Response<Body> {
    let world = &door.world;
    world.arrived.send_modify(|count| *count += 1);
    let knobs = world.knobs();
    wait_at_gate(world, &format!("{path}?{}", parts.uri.query().unwrap_or_default())).await;
    if !knobs.latency.is_zero() {
        tokio::time::sleep(knobs.latency).await;
    }
    let client_request_id = header_text(&parts.headers, "client-request-id").unwrap_or_default();
    let number = world.last_request.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let request_id = Random::new(number).guid();
    let echoed = if client_request_id.is_empty() { &request_id } else { client_request_id };
    let (position, app, token) = match authenticate(world, &parts.headers) {
        Ok(found) => found,
        Err(error) => {
            let body = error.body(&request_id, echoed, &clock::format_seconds(clock::EPOCH));
            return with_ids(plain(error.status, body), &request_id, echoed);
        }
    };
    let tenant = &world.tenants[position];
    count(&tenant.counters.round_trips);
    let base = format!("{}/{version}", origin(door, parts));
    let accept = header_text(&parts.headers, "accept").unwrap_or_default();
    let consistency = header_text(&parts.headers, "consistencylevel").unwrap_or_default();
    let reply = graph::answer(Request {
        world,
        knobs: &knobs,
        tenant,
        app: &app,
        token,
        base: &base,
        method: parts.method.as_str(),
        path,
        query: parts.uri.query().unwrap_or_default(),
        body,
        in_batch: false,
        eventual: consistency.eq_ignore_ascii_case("eventual"),
        full_metadata: accept.contains("odata.metadata=full"),
        request_id: &request_id,
        client_request_id: echoed,
        approval: graph::Headers {
            justification: header_text(&parts.headers, "x-msft-approval-justification"),
            code: header_text(&parts.headers, "x-msft-approval-code"),
        },
    });
    with_ids(respond(reply), &request_id, echoed)
}

fn respond(mut reply: Reply) -> Response<Body> {
    if let Some(kind) = reply.harm.take() {
        return harm::respond(reply, kind);
    }
    let mut response = plain(reply.status, reply.body);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), header::HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn with_ids(mut response: Response<Body>, request_id: &str, client_request_id: &str) -> Response<Body> {
    for (name, value) in [("request-id", request_id), ("client-request-id", client_request_id)] {
        if let Ok(value) = header::HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    let no_cache = header::HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, no_cache);
    response
}

/// Waits while the gate is closed for this path with its query.
async fn wait_at_gate(world: &World, target: &str) {
    let closed = |gate: &Option<String>| gate.as_ref().is_some_and(|pattern| contains(target, pattern));
    let mut gate = world.gate.subscribe();
    if closed(&gate.borrow()) {
        world.held.send_modify(|count| *count += 1);
        // The sender lives in the world we hold, so waiting cannot fail.
        gate.wait_for(|gate| !closed(gate)).await.ok();
    }
}

impl World {
    /// Name of the throttling mode, for the control surface.
    pub(crate) fn throttling_name(&self) -> &'static str {
        match self.knobs().throttling {
            Throttling::Off => "off",
            Throttling::Published { retry_after: true } => "published",
            Throttling::Published { retry_after: false } => "published-without-header",
        }
    }
}
