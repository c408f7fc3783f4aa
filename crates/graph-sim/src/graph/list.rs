//! Lists: filtering, sorting, pages.

use std::borrow::Cow;

use serde_json::Value;

use super::read::{Asked, text};
use super::{Reply, Request};
use crate::collections::{Kind, Navigation};
use crate::errors::GraphError;
use crate::paging::{Start, next_link, page_size};
use crate::query::Options;
use crate::query::order::{self, Search};
use crate::render::{self, Node, Shape};
use crate::store::Store;

/// Which objects of a collection a request is about.
struct Choice<'a> {
    options: &'a Options,
    search: Option<Search>,
    cast: Option<&'a str>,
    ignores_filter: bool,
}

impl Choice<'_> {
    fn accepts(&self, object: &Value) -> bool {
        let filter = self.options.filter.as_ref().filter(|_| !self.ignores_filter);
        filter.is_none_or(|filter| filter.accepts(object))
            && self.search.as_ref().is_none_or(|search| search.accepts(object))
            && self.cast.is_none_or(|cast| {
                let name = object["@odata.type"].as_str().unwrap_or_default();
                crate::path::plain_name(name.trim_start_matches('#')) == crate::path::plain_name(cast)
            })
    }
}

/// A page: what is on it and where the next one starts.
struct Page<'a> {
    objects: Vec<&'a Value>,
    next: Option<Start>,
}

pub(super) fn collection(
    request: Request<'_>,
    store: &Store,
    kind: &'static Kind,
    cast: Option<&str>,
    options: &Options,
) -> Result<Reply, GraphError> {
    let choice = choice(request, kind, cast, options)?;
    let default = request.knobs.page_sizes.get(kind.path).copied().unwrap_or(kind.page);
    let size = page_size(options, default, kind.max_top);
    let start = Start::of(options)?;
    let page = match start {
        None | Some(Start::After(_)) if kind.union.is_empty() && options.orderby.is_none() => {
            let after = if let Some(Start::After(position)) = start { position } else { 0 };
            page_after(store, kind, &choice, after, size)
        }
        Some(Start::After(_)) => return Err(GraphError::bad_request("Skip token is not valid.")),
        None => page_of_all(gather(store, kind, &choice), 0, size),
        Some(Start::Offset(offset)) => page_of_all(gather(store, kind, &choice), offset, size),
    };
    let total = (options.count && start.is_none()).then(|| gather(store, kind, &choice).len());
    let mut nodes = Vec::with_capacity(page.objects.len());
    for object in page.objects {
        let path = format!("{}('{}')", kind.path, object["id"].as_str().unwrap_or_default());
        nodes.push(render::object(request.frame(store), object, Shape::object(kind, &path, true), options)?);
    }
    Ok(reply(request, kind.path, total, page.next, nodes))
}

pub(super) fn count(
    request: Request<'_>,
    store: &Store,
    kind: &'static Kind,
    options: &Options,
) -> Result<Reply, GraphError> {
    let choice = choice(request, kind, None, options)?;
    Ok(Reply::json(200, gather(store, kind, &choice).len().to_string()))
}

/// A list of parts of one object.
pub(super) fn parts(
    asked: Asked<'_>,
    all: Vec<Cow<'_, Value>>,
    navigation: &'static Navigation,
    path: &str,
) -> Result<Reply, GraphError> {
    let Asked { request, store, options } = asked;
    let chosen: Vec<Cow<'_, Value>> = match &options.filter {
        Some(filter) => all.into_iter().filter(|part| filter.accepts(part)).collect(),
        None => all,
    };
    let offset = match Start::of(options)? {
        None => 0,
        Some(Start::Offset(offset)) => offset,
        Some(Start::After(_)) => return Err(GraphError::bad_request("Skip token is not valid.")),
    };
    let default = request.knobs.page_sizes.get(navigation.name).copied().unwrap_or(navigation.page);
    let size = page_size(options, default, 1000);
    let total = chosen.len();
    let next = (offset + size < total).then_some(Start::Offset(offset + size));
    let count = (options.count && offset == 0).then_some(total);
    let mut nodes = Vec::new();
    for part in chosen.into_iter().skip(offset).take(size) {
        nodes.push(render::shown_part(request.frame(store), part, path, navigation, options)?);
    }
    Ok(reply(request, path, count, next, nodes))
}

fn choice<'a>(
    request: Request<'_>,
    kind: &Kind,
    cast: Option<&'a str>,
    options: &'a Options,
) -> Result<Choice<'a>, GraphError> {
    let search = options.search.as_deref().map(|search| self::search(request, kind, search)).transpose()?;
    Ok(Choice { options, search, cast, ignores_filter: kind.ignores_filter })
}

/// The directory wants a header that says that its answer may be a little old; Intune does not.
fn search(request: Request<'_>, kind: &Kind, search: &str) -> Result<Search, GraphError> {
    let is_intune = ["deviceManagement/", "deviceAppManagement/"].iter().any(|of| kind.path.starts_with(of));
    if is_intune {
        return Search::of_intune(search);
    }
    if !request.eventual {
        return Err(GraphError::new(
            400,
            "Request_UnsupportedQuery",
            "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
        ));
    }
    Search::of_directory(search)
}

/// A page in the order of creation, found without walking through what lies before it.
fn page_after<'a>(store: &'a Store, kind: &Kind, choice: &Choice<'_>, after: u64, size: usize) -> Page<'a> {
    let Some(collection) = store.collection(kind.path) else {
        return Page { objects: Vec::new(), next: None };
    };
    let mut chosen = collection.after(after).filter(|(_, object)| choice.accepts(object)).peekable();
    let (mut objects, mut last) = (Vec::with_capacity(size.min(collection.len())), after);
    while objects.len() < size
        && let Some((position, object)) = chosen.next()
    {
        objects.push(object);
        last = position;
    }
    let next = chosen.peek().is_some().then_some(Start::After(last));
    Page { objects, next }
}

fn gather<'a>(store: &'a Store, kind: &Kind, choice: &Choice<'_>) -> Vec<&'a Value> {
    let own = [kind.path];
    let paths = if kind.union.is_empty() { &own } else { kind.union };
    let mut objects: Vec<&Value> = paths
        .iter()
        .filter_map(|path| store.collection(path))
        .flat_map(|collection| collection.after(0).map(|(_, object)| object))
        .filter(|object| choice.accepts(object))
        .collect();
    if let Some(orderby) = &choice.options.orderby {
        order::sort(&mut objects, orderby);
    }
    objects
}

fn page_of_all(all: Vec<&Value>, offset: usize, size: usize) -> Page<'_> {
    let next = (offset + size < all.len()).then_some(Start::Offset(offset + size));
    let objects = all.into_iter().skip(offset).take(size).collect();
    Page { objects, next }
}

pub(super) fn reply(
    request: Request<'_>,
    fragment: &str,
    count: Option<usize>,
    next: Option<Start>,
    nodes: Vec<Node<'_>>,
) -> Reply {
    let made = |text: String| Node::Made(Value::String(text));
    let context = format!("{}/$metadata#{fragment}", request.base);
    let mut fields = vec![(Cow::Borrowed("@odata.context"), made(context))];
    if let Some(count) = count {
        fields.push((Cow::Borrowed("@odata.count"), Node::Made(count.into())));
    }
    if let Some(next) = next {
        let link = next_link(request.base, request.path.trim_start_matches('/'), request.query, next);
        fields.push((Cow::Borrowed("@odata.nextLink"), made(link)));
    }
    fields.push((Cow::Borrowed("value"), Node::List(nodes)));
    Reply::json(200, text(&Node::Object(fields)))
}
