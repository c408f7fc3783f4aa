//! The delta query of groups: rounds of pages that end with a link to the next round. What was asked for first is in the
//! tokens (learn.microsoft.com/graph/delta-query-overview). Membership is not told.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::read::text;
use super::{Reply, Request};
use crate::changes::Change;
use crate::collections;
use crate::errors::GraphError;
use crate::path::plain_name;
use crate::query::Options;
use crate::render::{self, Node, Shape};
use crate::store::Store;

const PATH: &str = "groups/delta";
/// The page without `$top`, and the largest.
const PAGE: usize = 100;
const PAGE_MAX: usize = 999;

/// Where a round is, and what was asked for when tracking began.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    tenant: String,
    /// Changes up to this place have been told.
    after: u64,
    /// Removals up to this place are not told.
    removed_after: u64,
    /// Inside a round, not between two.
    within: bool,
    select: Option<Vec<String>>,
    top: Option<usize>,
}

impl State {
    fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("a state always serialises"))
    }

    fn read(token: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()
    }
}

/// Whether the segment is the function, in any of its spellings.
pub(super) fn is_delta(segment: &str) -> bool {
    plain_name(segment).trim_end_matches("()").eq_ignore_ascii_case("delta")
}

pub(super) fn groups(request: Request<'_>, store: &Store, options: &Options) -> Result<Reply, GraphError> {
    refuse_unsupported(options)?;
    let mut changes = request.tenant.changes();
    changes.catch_up(store);
    let tenant = &request.tenant.spec.tenant_id;
    let begin = |after| State {
        tenant: tenant.clone(),
        after,
        removed_after: changes.last(),
        within: true,
        select: options.select.clone(),
        top: options.top,
    };
    let token = options.skiptoken.as_deref().map(|token| (token, true));
    let token = token.or(options.deltatoken.as_deref().map(|token| (token, false)));
    let mut state = match token {
        None | Some(("", _)) => begin(0),
        Some(("latest", false)) => begin(changes.last()),
        Some((token, within)) => State::read(token)
            .filter(|state| state.tenant == *tenant && state.within == within && changes.remembers(state.removed_after))
            .ok_or_else(|| gone(request))?,
    };
    let size = state.top.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let all = changes.behind(state.after, state.removed_after, state.select.as_deref());
    let more = all.len() > size;
    let shown = Options { select: state.select.clone(), ..Options::default() };
    let mut rows = Vec::with_capacity(size.min(all.len()));
    for (place, change) in all.into_iter().take(size) {
        state.after = place;
        rows.push(row(request, store, change, &shown)?);
    }
    state.within = more;
    if !more {
        (state.after, state.removed_after) = (changes.last(), changes.last());
    }
    let (link, option) = if more { ("@odata.nextLink", "$skiptoken") } else { ("@odata.deltaLink", "$deltatoken") };
    let made = |text: String| Node::Made(Value::String(text));
    let fields = vec![
        (Cow::Borrowed("@odata.context"), made(format!("{}/$metadata#groups", request.base))),
        (Cow::Borrowed(link), made(format!("{}/{PATH}?{option}={}", request.base, state.token()))),
        (Cow::Borrowed("value"), Node::List(rows)),
    ];
    Ok(Reply::json(200, text(&Node::Object(fields))))
}

/// Rows are rendered into values: what is borrowed from the changes does not outlive their lock.
fn row(request: Request<'_>, store: &Store, change: Change<'_>, shown: &Options) -> Result<Node<'static>, GraphError> {
    let group = match change {
        Change::Gone(id, reason) => return Ok(Node::Made(json!({ "id": id, "@removed": { "reason": reason } }))),
        Change::There(group) => group,
    };
    let kind = collections::kind("groups").expect("groups are a collection");
    let path = format!("groups('{}')", group["id"].as_str().unwrap_or_default());
    let node = render::object(request.frame(store), group, Shape::object(kind, &path, true), shown)?;
    Ok(Node::Made(serde_json::to_value(node).expect("a tree of JSON values always serialises")))
}

fn refuse_unsupported(options: &Options) -> Result<(), GraphError> {
    let used = options.filter.is_some()
        || options.orderby.is_some()
        || options.search.is_some()
        || options.count
        || options.skip > 0
        || !options.expand.is_empty();
    if used {
        return Err(GraphError::new(
            400,
            "Request_UnsupportedQuery",
            "The specified query option is not supported by a delta query.",
        ));
    }
    Ok(())
}

/// The token has expired, or is none: the client begins anew where `Location` leads.
fn gone(request: Request<'_>) -> GraphError {
    let mut error =
        GraphError::new(410, "syncStateNotFound", "The sync state generation is not found; resync required.");
    error.headers.push(("Location", format!("{}/{PATH}?$deltatoken=", request.base)));
    error
}
