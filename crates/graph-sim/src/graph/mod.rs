//! What Graph answers to one request, alone or inside a batch.

mod approval;
mod batch;
mod definitions;
mod delta;
mod evaluate;
mod intents;
mod list;
mod members;
mod read;
mod singletons;
mod write;

pub(crate) use approval::Headers;
pub(crate) use intents::add_templates;
pub(crate) use write::complete;

use serde_json::Value;

use crate::config::Throttling;
use crate::errors::GraphError;
use crate::faults::{FaultKind, Target};
use crate::journal::count;
use crate::render::Frame;
use crate::store::Store;
use crate::throttle::{Attempt, Service, Verdict, resource_units};
use crate::world::{Knobs, Tenant, World};
use crate::{path, query};

/// One request as Graph sees it.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) world: &'a World,
    pub(crate) knobs: &'a Knobs,
    pub(crate) tenant: &'a Tenant,
    pub(crate) app: &'a str,
    /// Whether a person is behind it, and not the application alone.
    pub(crate) of_person: bool,
    /// The bearer token it came with.
    pub(crate) token: &'a str,
    /// Scheme, host and version.
    pub(crate) base: &'a str,
    pub(crate) method: &'a str,
    /// Path below the version, without its query.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) in_batch: bool,
    /// `ConsistencyLevel: eventual`.
    pub(crate) eventual: bool,
    /// `odata.metadata=full`.
    pub(crate) full_metadata: bool,
    /// The id of the HTTP request.
    pub(crate) request_id: &'a str,
    pub(crate) client_request_id: &'a str,
    pub(crate) approval: Headers<'a>,
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// JSON, or empty.
    pub(crate) body: String,
    /// What happens to the connection that carries it.
    pub(crate) harm: Option<FaultKind>,
}

/// Name of the query option that marks a page repeated by a fault, so that it is repeated once.
const AGAIN: &str = "simulatedAgain";

impl Reply {
    fn json(status: u16, body: String) -> Self {
        Self { status, headers: Vec::new(), body, harm: None }
    }

    fn empty(status: u16) -> Self {
        Self::json(status, String::new())
    }

    pub(crate) fn error(error: &GraphError, request: Request<'_>) -> Self {
        let date = crate::clock::format_seconds(request.tenant.clock.seconds());
        let body = error.body(request.request_id, request.client_request_id, &date);
        Self { headers: error.headers.clone(), ..Self::json(error.status, body) }
    }
}

impl<'a> Request<'a> {
    pub(crate) fn frame<'s>(&self, store: &'s Store) -> Frame<'s>
    where
        'a: 's,
    {
        Frame { base: self.base, full: self.full_metadata, store }
    }

    /// The address that was asked for.
    fn address(&self) -> String {
        let separator = if self.query.is_empty() { "" } else { "?" };
        format!("{}/{}{separator}{}", self.base, self.path.trim_start_matches('/'), self.query)
    }

    /// The body as a JSON object.
    fn object(&self) -> Result<serde_json::Map<String, Value>, GraphError> {
        match serde_json::from_slice(self.body) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Err(GraphError::bad_request("Unable to read JSON request payload.")),
        }
    }
}

/// Answers one request; a batch answers those inside it one by one.
pub(crate) fn answer(request: Request<'_>) -> Reply {
    let segments = path::split(request.path);
    if segments == ["$batch"] {
        if request.in_batch {
            return Reply::error(&GraphError::bad_request("A batch cannot contain a batch."), request);
        }
        return with_faults(request, || batch::answer(request));
    }
    request.tenant.counters.asked(&segments);
    let used = match throttle(request, &segments) {
        Ok(used) => used,
        Err(error) => return Reply::error(&error, request),
    };
    let mut reply = with_faults(request, || dispatch(request, &segments));
    if used > 0.8 {
        reply.headers.push(("x-ms-throttle-limit-percentage", format!("{used:.2}")));
    }
    reply
}

/// Counts the attempt; the share of the limit that is used, or the refusal.
fn throttle(request: Request<'_>, segments: &[String]) -> Result<f64, GraphError> {
    let Throttling::Published { retry_after } = request.knobs.throttling else {
        return Ok(0.0);
    };
    let service = Service::of(segments);
    let has = |option: &str| request.query.to_lowercase().contains(option);
    let top = query::Options::parse(request.query).ok().and_then(|options| options.top);
    let attempt = Attempt {
        app: request.app,
        service,
        is_write: request.method != "GET" && asks_for_change(segments),
        units: resource_units(segments, has("select="), has("expand="), top),
    };
    let verdict = request.tenant.limits.attempt(attempt, tokio::time::Instant::now());
    match verdict {
        Verdict::Allowed(used) => Ok(used),
        Verdict::Refused(seconds) => {
            count(&request.tenant.counters.throttled);
            let says_when = match service {
                Service::ConditionalAccess => false,
                Service::Intune | Service::Directory | Service::AuditLogs => retry_after,
            };
            let mut error = GraphError::too_many_requests(says_when.then_some(seconds));
            if service == Service::Directory {
                let scope = format!("Tenant_Application/ReadWrite/{}/{}", request.app, request.tenant.spec.tenant_id);
                error.headers.push(("x-ms-throttle-scope", scope));
            }
            Err(error)
        }
    }
}

/// Lets a fault happen before, in place of, or after the answer.
fn with_faults(request: Request<'_>, answer: impl FnOnce() -> Reply) -> Reply {
    let separator = if request.query.is_empty() { "" } else { "?" };
    let target = format!("{}{separator}{}", request.path, request.query);
    request.tenant.trace.add(&target, request.in_batch);
    let fault = request.tenant.faults.strike(Target {
        method: request.method,
        path: &target,
        in_batch: request.in_batch,
        is_token: false,
        is_write: request.method != "GET" && asks_for_change(&path::split(request.path)),
        body: request.body,
    });
    match fault {
        None => answer(),
        Some(FaultKind::Status { status, code, retry_after }) => {
            let mut error = GraphError::new(status, &code, "A fault was asked for.");
            error.headers.extend(retry_after.map(|seconds| ("Retry-After", seconds.to_string())));
            Reply::error(&error, request)
        }
        Some(FaultKind::ExpireToken) => {
            request.world.tokens.expire(request.token);
            Reply::error(&expired(), request)
        }
        Some(kind @ (FaultKind::Reset | FaultKind::Silence { effect: false })) => {
            Reply { harm: Some(kind), ..Reply::empty(200) }
        }
        Some(kind) => spoil(request, answer(), kind),
    }
}

pub(crate) fn expired() -> GraphError {
    GraphError::unauthorized("Lifetime validation failed, the token is expired.")
}

/// Changes a finished answer.
fn spoil(request: Request<'_>, mut reply: Reply, kind: FaultKind) -> Reply {
    let again = format!("{AGAIN}=1");
    let separator = if request.query.is_empty() { "?" } else { "&" };
    let link = match kind {
        FaultKind::NextLinkLoop => request.address(),
        FaultKind::NextLinkOtherHost => "https://graph.example.org/beta/next?$skiptoken=1".to_owned(),
        FaultKind::EmptyPage | FaultKind::DuplicatePage if request.query.contains(AGAIN) => return reply,
        FaultKind::EmptyPage | FaultKind::DuplicatePage => format!("{}{separator}{again}", request.address()),
        harm => {
            reply.harm = Some(harm);
            return reply;
        }
    };
    // Only a page of a list can be spoilt in this way.
    if let Ok(Value::Object(mut page)) = serde_json::from_str::<Value>(&reply.body)
        && page.contains_key("value")
    {
        if matches!(kind, FaultKind::EmptyPage) {
            page.insert("value".to_owned(), Value::Array(Vec::new()));
        }
        page.insert("@odata.nextLink".to_owned(), Value::String(link));
        reply.body = Value::Object(page).to_string();
    }
    reply
}

/// Whether what is no GET is there to change something: a POST may as well look things up, or carry other requests.
fn asks_for_change(segments: &[String]) -> bool {
    segments != ["$batch"] && !is_lookup(segments) && !evaluate::is_it(segments)
}

/// Whether a POST only looks directory objects up.
fn is_lookup(segments: &[String]) -> bool {
    segments.last().is_some_and(|name| path::plain_name(name).eq_ignore_ascii_case("getByIds"))
}

fn dispatch(request: Request<'_>, segments: &[String]) -> Reply {
    let result = match request.method {
        "GET" => read::get(request, segments),
        "POST" if is_lookup(segments) => read::get_by_ids(request),
        "POST" if evaluate::is_it(segments) => evaluate::evaluate(request),
        "POST" | "PATCH" | "PUT" | "DELETE" => {
            let write = || write::answer(request, segments).unwrap_or_else(|error| Reply::error(&error, request));
            Ok(approval::guarded(request, segments, write))
        }
        _ => Err(GraphError::new(405, "MethodNotAllowed", "The method is not allowed here.")),
    };
    result.unwrap_or_else(|error| Reply::error(&error, request))
}
