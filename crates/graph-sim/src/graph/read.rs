//! Reading one object, one part of it, or one of the computed answers.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{Reply, Request, definitions, delta, intents, list, members, singletons};
use crate::collections::{self, Kind, Navigation};
use crate::errors::GraphError;
use crate::path::{parameter, plain_name};
use crate::query::Options;
use crate::random::Random;
use crate::render::{self, Node, Shape};
use crate::store::Store;

const APPS: &str = "deviceAppManagement/mobileApps";

/// A request with what it reads and how.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) request: Request<'a>,
    pub(super) store: &'a Store,
    pub(super) options: &'a Options,
}

pub(super) fn get(request: Request<'_>, segments: &[String]) -> Result<Reply, GraphError> {
    let reply = answer(request, segments)?;
    publish(request, segments);
    Ok(reply)
}

/// The service fetches an app of the store while the client asks for it: the first look finds it on its way.
fn publish(request: Request<'_>, segments: &[String]) {
    let [_, collection, id] = segments else {
        return;
    };
    let waits = |store: &Store| store.get(APPS, id).is_some_and(|app| app["publishingState"] == "processing");
    if collection.eq_ignore_ascii_case("mobileApps") && waits(&request.tenant.read()) {
        let mut store = request.tenant.write();
        if let Some(app) = store.get_mut(APPS, id) {
            app["publishingState"] = json!("published");
        }
    }
}

fn answer(request: Request<'_>, segments: &[String]) -> Result<Reply, GraphError> {
    let options = Options::parse(request.query)?;
    let store = request.tenant.read();
    if let Some(reply) = intents::get(request, &store, segments, &options)? {
        return Ok(reply);
    }
    let asked = Asked { request, store: &store, options: &options };
    for get in [definitions::get, members::get] {
        if let Some(reply) = get(asked, segments)? {
            return Ok(reply);
        }
    }
    if let [first, function] = segments
        && first.eq_ignore_ascii_case("groups")
        && delta::is_delta(function)
    {
        return delta::groups(request, &store, &options);
    }
    if let [first, id] = segments
        && first.eq_ignore_ascii_case("directoryObjects")
    {
        let object = directory_object(&store, id).ok_or_else(|| GraphError::not_found(id))?;
        return Ok(with_context(request, "directoryObjects/$entity", Node::Made(object)));
    }
    let Some((kind, count)) = collections::find(segments) else {
        let asked = Asked { request, store: &store, options: &options };
        return singletons::get(asked, segments)?.ok_or_else(|| unknown(segments));
    };
    match &segments[count..] {
        [] => list::collection(request, &store, kind, None, &options),
        [only] if only == "$count" => list::count(request, &store, kind, &options),
        [cast] if is_cast(cast) => list::collection(request, &store, kind, Some(cast), &options),
        [key, rest @ ..] => {
            let (id, object) = lookup(&store, kind, key).ok_or_else(|| GraphError::not_found(key))?;
            one(Asked { request, store: &store, options: &options }, kind, id, object, rest)
        }
    }
}

/// Below a known root an unknown name is a bad segment; elsewhere nothing is there.
fn unknown(segments: &[String]) -> GraphError {
    let last = segments.last().map_or("", String::as_str);
    match segments.first().map(|first| first.to_lowercase()).as_deref() {
        Some("devicemanagement" | "deviceappmanagement" | "identity") => GraphError::unknown_segment(last),
        _ => GraphError::not_found(last),
    }
}

fn is_cast(segment: &str) -> bool {
    plain_name(segment) != segment
}

/// An object of a collection or of those it unites, by id or by `appId='…'`.
pub(super) fn lookup<'a>(store: &'a Store, kind: &Kind, key: &str) -> Option<(&'a str, &'a Value)> {
    let object = if let Some(app) = key.strip_prefix("appId=") {
        let app = app.trim_matches('\'');
        let objects = store.collection(kind.path)?.after(0);
        objects.map(|(_, object)| object).find(|object| object["appId"] == app)
    } else if kind.union.is_empty() {
        store.get(kind.path, key)
    } else {
        kind.union.iter().find_map(|path| store.get(path, key))
    }?;
    Some((object["id"].as_str()?, object))
}

/// An object itself, a function of it, or a part of it.
fn one(asked: Asked<'_>, kind: &'static Kind, id: &str, object: &Value, rest: &[String]) -> Result<Reply, GraphError> {
    let path = format!("{}('{id}')", kind.path);
    // A cast says of which type the object is; it leads to the same parts, and to those of that type alone.
    let (cast, rest) = match rest {
        [cast, rest @ ..] if is_cast(cast) => (Some(plain_name(cast)), rest),
        rest => (None, rest),
    };
    match rest {
        [] => {
            let frame = asked.request.frame(asked.store);
            let node = render::object(frame, object, Shape::object(kind, &path, false), asked.options)?;
            Ok(with_context(asked.request, &format!("{}/$entity", kind.path), node))
        }
        [function] if parameter(plain_name(function), "secretReferenceValueId").is_some() => {
            let reference = parameter(plain_name(function), "secretReferenceValueId").unwrap_or_default();
            plain_text_value(asked.request, asked.store, object, reference)
        }
        [name, ..] if !is_reachable(kind, object, cast, name) => Err(GraphError::unknown_segment(name)),
        [name, rest @ ..] => part(asked, object, kind.navigations, &path, name, rest),
    }
}

/// Whether a part of derived types is asked for through a cast to the type of the object.
fn is_reachable(kind: &Kind, object: &Value, cast: Option<&str>, name: &str) -> bool {
    let derived = kind.navigations.iter().find(|one| !one.derived.is_empty() && one.name.eq_ignore_ascii_case(name));
    derived.is_none_or(|navigation| {
        let own = object["@odata.type"].as_str().unwrap_or_default().trim_start_matches("#microsoft.graph.");
        navigation.derived.contains(&own) && cast.is_some_and(|cast| cast.eq_ignore_ascii_case(own))
    })
}

/// The value behind an encrypted OMA-URI setting.
fn plain_text_value(request: Request<'_>, store: &Store, object: &Value, reference: &str) -> Result<Reply, GraphError> {
    let settings = object["omaSettings"].as_array();
    let known = settings.is_some_and(|all| all.iter().any(|setting| setting["secretReferenceValueId"] == reference));
    if !known {
        return Err(GraphError::not_found(reference));
    }
    let value = store.secret(reference).map_or_else(|| Random::from_text(reference).guid(), str::to_owned);
    Ok(with_context(request, "Edm.String", Node::Made(json!({ "value": value }))))
}

/// Follows navigations down to a list, an element or a single part.
fn part(
    asked: Asked<'_>,
    owner: &Value,
    navigations: &'static [Navigation],
    owner_path: &str,
    name: &str,
    rest: &[String],
) -> Result<Reply, GraphError> {
    let known = navigations.iter().find(|one| one.name.eq_ignore_ascii_case(name));
    let navigation = known.ok_or_else(|| GraphError::unknown_segment(name))?;
    let path = format!("{owner_path}/{}", navigation.name);
    if navigation.single {
        let value = render::single(asked.store, owner, navigation).ok_or_else(|| GraphError::not_found(name))?;
        return element(asked, value, navigation, &path, rest);
    }
    let all = render::parts(asked.store, owner, navigation);
    match rest {
        [] => list::parts(asked, all, navigation, &path),
        [id, rest @ ..] => {
            let found = all.iter().find(|part| part["id"] == id.as_str());
            let value = found.ok_or_else(|| GraphError::not_found(id))?;
            element(asked, value, navigation, &format!("{path}('{id}')"), rest)
        }
    }
}

fn element(
    asked: Asked<'_>,
    value: &Value,
    navigation: &'static Navigation,
    path: &str,
    rest: &[String],
) -> Result<Reply, GraphError> {
    match rest {
        [] => {
            let frame = asked.request.frame(asked.store);
            let node = render::object(frame, value, render::part_shape(path, navigation), asked.options)?;
            Ok(with_context(asked.request, &format!("{path}/$entity"), node))
        }
        [name, rest @ ..] => part(asked, value, navigation.parts, path, name, rest),
    }
}

/// The answer for one object: its context first, then its fields.
pub(super) fn with_context(request: Request<'_>, fragment: &str, node: Node<'_>) -> Reply {
    let context = Value::String(format!("{}/$metadata#{fragment}", request.base));
    let mut fields = vec![(Cow::Borrowed("@odata.context"), Node::Made(context))];
    match node {
        Node::Object(inner) => fields.extend(inner),
        Node::Made(Value::Object(inner)) => {
            fields.extend(inner.into_iter().map(|(name, value)| (Cow::Owned(name), Node::Made(value))));
        }
        other => fields.push((Cow::Borrowed("value"), other)),
    }
    Reply::json(200, text(&Node::Object(fields)))
}

/// Directory objects of several ids; a POST that reads.
pub(super) fn get_by_ids(request: Request<'_>) -> Result<Reply, GraphError> {
    let body = request.object()?;
    let ids = body.get("ids").and_then(Value::as_array);
    let ids = ids.ok_or_else(|| GraphError::bad_request("The parameter 'ids' is missing."))?;
    if ids.len() > 1000 {
        return Err(GraphError::bad_request("Too many ids: at most 1000 are allowed."));
    }
    let options = Options::parse(request.query)?;
    let store = request.tenant.read();
    let found = ids.iter().filter_map(|id| directory_object(&store, id.as_str()?));
    let mut objects: Vec<Value> = found.collect();
    for object in &mut objects {
        if let Some(fields) = object.as_object_mut() {
            fields.retain(|name, _| name == "id" || name.starts_with('@') || options.selects(name));
        }
    }
    Ok(with_context(request, "directoryObjects", Node::Made(Value::Array(objects))))
}

pub(super) fn text(node: &Node<'_>) -> String {
    serde_json::to_string(node).expect("a tree of JSON values has text keys and cannot fail to serialise")
}

/// A directory object of whatever kind, with its type.
pub(super) fn directory_object(store: &Store, id: &str) -> Option<Value> {
    [("groups", "group"), ("users", "user"), ("servicePrincipals", "servicePrincipal")].into_iter().find_map(
        |(path, name)| {
            let object = store.get(path, id)?.as_object()?;
            let mut typed = serde_json::Map::new();
            typed.insert("@odata.type".to_owned(), json!(format!("#microsoft.graph.{name}")));
            typed.extend(object.iter().map(|(name, value)| (name.clone(), value.clone())));
            Some(Value::Object(typed))
        },
    )
}
