//! HTTP in, HTTP out: which service a request is for, who sent it, and how its answer travels.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, header, request::Parts};

use crate::config::Throttling;
use crate::errors::GraphError;
use crate::faults::{FaultKind, contains};
use crate::graph::{self, Reply, Request};
use crate::journal::count;
use crate::random::Random;
use crate::token::{BadToken, Bearer};
use crate::world::World;
use crate::{clock, control, harm, sign_in};

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
    door.world.exchanges.record(door.scheme, (&parts, &body), arrived_ms, &answer);
    answer
}

/// Which service answers.
async fn route(door: &Door, parts: &Parts, body: &[u8]) -> Response<Body> {
    let path = parts.uri.path();
    if let Some(tenant) = path.strip_suffix("/oauth2/v2.0/token") {
        return sign_in::token(door, parts, tenant.trim_matches('/'), body).await;
    }
    if let Some(tenant) = path.strip_suffix("/v2.0/.well-known/openid-configuration") {
        return sign_in::discovery(door, parts, tenant.trim_matches('/'));
    }
    if path == "/common/discovery/instance" {
        return sign_in::instance(door, parts);
    }
    if let Some(tenant) = path.strip_suffix("/oauth2/v2.0/authorize") {
        return sign_in::authorize(door, parts, tenant.trim_matches('/'), body);
    }
    if let Some(tenant) = path.strip_suffix("/adminconsent") {
        return sign_in::admin_consent(door, parts, tenant.trim_matches('/'), body);
    }
    let (version, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    match version {
        "beta" | "v1.0" => ask_graph(door, parts, version, rest, body).await,
        _ => plain(404, String::new()),
    }
}

pub(crate) fn plain(status: u16, body: String) -> Response<Body> {
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

pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Scheme and host as the client knows them.
pub(crate) fn origin(door: &Door, parts: &Parts) -> String {
    let host = parts.uri.authority().map(|authority| authority.as_str());
    let host = host.or_else(|| header_text(&parts.headers, "host")).unwrap_or("127.0.0.1");
    format!("{}://{host}", door.scheme)
}

/// What a bearer token opens, and the token. One that is not known could be a person's.
fn authenticate<'a>(world: &World, headers: &'a HeaderMap) -> Result<(Bearer, &'a str), GraphError> {
    let bearer = header_text(headers, "authorization").and_then(|value| value.strip_prefix("Bearer "));
    let token = bearer.ok_or_else(|| GraphError::unauthorized("Access token is empty."))?;
    match (world.tokens.check(token), world.any_token) {
        (Ok(bearer), _) => Ok((bearer, token)),
        (Err(BadToken::Expired), _) => Err(graph::expired()),
        (Err(BadToken::Unknown), Some(tenant)) => {
            let app = world.tenants[tenant].spec.client_id.clone();
            Ok((Bearer { tenant, app, of_person: true }, token))
        }
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
    let (bearer, token) = match authenticate(world, &parts.headers) {
        Ok(found) => found,
        Err(error) => {
            let body = error.body(&request_id, echoed, &clock::format_seconds(clock::EPOCH));
            return with_ids(plain(error.status, body), &request_id, echoed);
        }
    };
    let tenant = &world.tenants[bearer.tenant];
    count(&tenant.counters.round_trips);
    let base = format!("{}/{version}", origin(door, parts));
    let accept = header_text(&parts.headers, "accept").unwrap_or_default();
    let consistency = header_text(&parts.headers, "consistencylevel").unwrap_or_default();
    let reply = graph::answer(Request {
        world,
        knobs: &knobs,
        tenant,
        app: &bearer.app,
        of_person: bearer.of_person,
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
    if let Some(FaultKind::Silence { .. }) = reply.harm {
        world.silent.send_modify(|count| *count += 1);
        std::future::pending::<()>().await;
    }
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
