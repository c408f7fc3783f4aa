//! `$batch`: up to 20 requests in one round trip, each counted, throttled and hit by faults on its own.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::{Headers, Reply, Request};
use crate::errors::GraphError;
use crate::random::Random;

/// The most requests a batch may hold.
const LIMIT: usize = 20;

/// One request of a batch as it was sent.
struct Inner {
    id: String,
    method: String,
    url: String,
    body: Vec<u8>,
    eventual: bool,
    justification: Option<String>,
    code: Option<String>,
    depends_on: Vec<String>,
}

pub(super) fn answer(request: Request<'_>) -> Reply {
    match read(request) {
        Ok(inner) => run(request, &inner),
        Err(error) => Reply::error(&error, request),
    }
}

fn read(request: Request<'_>) -> Result<Vec<Inner>, GraphError> {
    if request.method != "POST" {
        return Err(GraphError::new(405, "MethodNotAllowed", "A batch is sent with POST."));
    }
    let mut body = request.object()?;
    let Some(Value::Array(requests)) = body.remove("requests") else {
        return Err(GraphError::bad_request("Invalid batch payload format."));
    };
    if requests.is_empty() || requests.len() > LIMIT {
        let message = format!("Number of batch request steps must be between 1 and {LIMIT}.");
        return Err(GraphError::bad_request(message));
    }
    let inner = requests.iter().map(read_one).collect::<Result<Vec<_>, _>>()?;
    let mut ids: Vec<String> = inner.iter().map(|one| one.id.to_lowercase()).collect();
    ids.sort();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(GraphError::bad_request("Request Id has to be unique in a batch."));
    }
    let known = |id: &String| ids.binary_search(&id.to_lowercase()).is_ok();
    if !inner.iter().flat_map(|one| &one.depends_on).all(known) {
        return Err(GraphError::bad_request("A request depends on one that is not in the batch."));
    }
    Ok(inner)
}

fn read_one(request: &Value) -> Result<Inner, GraphError> {
    let text = |name: &str| match &request[name] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let missing = |name: &str| GraphError::bad_request(format!("A batch request lacks '{name}'."));
    let headers = request["headers"].as_object();
    let header = |wanted: &str| {
        let found = headers.into_iter().flatten().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.and_then(|(_, value)| value.as_str())
    };
    let body = match &request["body"] {
        Value::Null => Vec::new(),
        _ if header("Content-Type").is_none() => {
            return Err(GraphError::bad_request("A batch request with a body needs a Content-Type header."));
        }
        body => body.to_string().into_bytes(),
    };
    Ok(Inner {
        id: text("id").ok_or_else(|| missing("id"))?,
        method: text("method").ok_or_else(|| missing("method"))?.to_uppercase(),
        url: text("url").ok_or_else(|| missing("url"))?,
        body,
        eventual: header("ConsistencyLevel").is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
        justification: header("x-msft-approval-justification").map(str::to_owned),
        code: header("x-msft-approval-code").map(str::to_owned),
        depends_on: request["dependsOn"]
            .as_array()
            .map(|ids| ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect())
            .unwrap_or_default(),
    })
}

/// Runs every request after the ones it depends on.
fn run(request: Request<'_>, inner: &[Inner]) -> Reply {
    let mut replies: HashMap<String, Reply> = HashMap::new();
    let mut waiting: Vec<&Inner> = inner.iter().collect();
    while !waiting.is_empty() {
        let (ready, blocked): (Vec<&Inner>, Vec<&Inner>) = waiting
            .into_iter()
            .partition(|one| one.depends_on.iter().all(|id| replies.contains_key(&id.to_lowercase())));
        if ready.is_empty() {
            let error = GraphError::bad_request("The requests of the batch depend on each other in a circle.");
            return Reply::error(&error, request);
        }
        for one in ready {
            let failed = one.depends_on.iter().any(|id| replies[&id.to_lowercase()].status >= 400);
            let reply = if failed { dependency_failed(request) } else { run_one(request, one) };
            replies.insert(one.id.to_lowercase(), reply);
        }
        waiting = blocked;
    }
    assemble(request, inner, replies)
}

fn dependency_failed(request: Request<'_>) -> Reply {
    let error = GraphError::new(424, "FailedDependency", "A request this one depends on failed.");
    Reply::error(&error, request)
}

fn run_one(outer: Request<'_>, inner: &Inner) -> Reply {
    if inner.url.contains("://") {
        let error = GraphError::bad_request("The URL of a batch request must be relative.");
        return Reply::error(&error, outer);
    }
    let (path, query) = inner.url.split_once('?').unwrap_or((&inner.url, ""));
    super::answer(Request {
        method: &inner.method,
        path,
        query,
        body: &inner.body,
        in_batch: true,
        eventual: inner.eventual,
        approval: Headers { justification: inner.justification.as_deref(), code: inner.code.as_deref() },
        ..outer
    })
}

/// Puts the replies together in an order that is not the one of the requests, as Graph may do.
fn assemble(request: Request<'_>, inner: &[Inner], mut replies: HashMap<String, Reply>) -> Reply {
    let mut order: Vec<&Inner> = inner.iter().collect();
    Random::from_text(&String::from_utf8_lossy(request.body)).shuffle(&mut order);
    let mut body = String::from("{\"responses\":[");
    let mut harm = None;
    for (index, one) in order.into_iter().enumerate() {
        let Some(mut reply) = replies.remove(&one.id.to_lowercase()) else {
            continue;
        };
        harm = harm.or(reply.harm.take());
        let mut headers: serde_json::Map<String, Value> =
            reply.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        if !reply.body.is_empty() {
            headers.insert("Content-Type".to_owned(), json!("application/json"));
        }
        let separator = if index == 0 { "" } else { "," };
        let content = if reply.body.is_empty() { "null" } else { &reply.body };
        let written = write!(
            body,
            "{separator}{{\"id\":{},\"status\":{},\"headers\":{},\"body\":{content}}}",
            json!(one.id),
            reply.status,
            Value::Object(headers),
        );
        written.expect("writing to a text in memory cannot fail");
    }
    body.push_str("]}");
    Reply { harm, ..Reply::json(200, body) }
}
