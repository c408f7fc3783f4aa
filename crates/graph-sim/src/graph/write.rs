//! Writes: create, change, remove, assign. Every effect is recorded, in the journal and in the tenant's audit.

use serde_json::{Map, Value, json};

use super::read::{directory_object, text, with_context};
use super::{Reply, Request};
use crate::audit::{self, Actor, Change, Operation};
use crate::collections::{self, Kind};
use crate::errors::GraphError;
use crate::path::plain_name;
use crate::query::Options;
use crate::random::Random;
use crate::render::{self, Node, Shape};
use crate::store::{Store, touch};

/// Properties a client cannot set. Sources: Microsoft's metadata and what three working tools strip before a POST.
const READ_ONLY: &[&str] = &[
    "id",
    "createdDateTime",
    "lastModifiedDateTime",
    "modifiedDateTime",
    "version",
    "settingCount",
    "isAssigned",
    "supportsScopeTags",
];

pub(super) fn post(request: Request<'_>, segments: &[String]) -> Result<Reply, GraphError> {
    if let [.., first, last] = segments
        && first.eq_ignore_ascii_case("directoryObjects")
        && plain_name(last).eq_ignore_ascii_case("getByIds")
    {
        return get_by_ids(request);
    }
    let (kind, count) = writable(segments)?;
    match &segments[count..] {
        [] => create(request, kind),
        [id, name] => {
            let name = plain_name(name);
            if name.eq_ignore_ascii_case("assign") {
                assign(request, kind, id)
            } else if name.eq_ignore_ascii_case("scheduleActionsForRules") {
                let list = "deviceComplianceScheduledActionForRules";
                replace_part(request, kind, id, list, "scheduledActionsForRule").map(|_| Reply::empty(204))
            } else {
                add_part(request, kind, id, name)
            }
        }
        [id, cast, name] if plain_name(cast) != cast && plain_name(name).eq_ignore_ascii_case("assign") => {
            assign(request, kind, id)
        }
        rest => Err(GraphError::unknown_segment(rest.last().map_or("", String::as_str))),
    }
}

fn writable(segments: &[String]) -> Result<(&'static Kind, usize), GraphError> {
    let found = collections::find(segments).filter(|(kind, _)| kind.union.is_empty());
    found.ok_or_else(|| GraphError::unknown_segment(segments.last().map_or("", String::as_str)))
}

fn get_by_ids(request: Request<'_>) -> Result<Reply, GraphError> {
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

fn create(request: Request<'_>, kind: &'static Kind) -> Result<Reply, GraphError> {
    let body = request.object()?;
    let refused = READ_ONLY.iter().find(|name| body.get(**name).is_some_and(|value| !value.is_null()));
    if let Some(name) = refused {
        return Err(GraphError::bad_request(format!("The property '{name}' is read-only and cannot be set.")));
    }
    let now = request.tenant.clock.tick();
    let id = Random::from_text(&format!("{}{}{now}", request.tenant.spec.tenant_id, kind.path)).guid();
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(id));
    object.insert("createdDateTime".to_owned(), json!(now));
    object.insert("lastModifiedDateTime".to_owned(), json!(now));
    if matches!(kind.path, "deviceManagement/deviceConfigurations" | "deviceManagement/deviceCompliancePolicies") {
        object.insert("version".to_owned(), json!(1));
    }
    object.extend(body.into_iter().filter(|(name, _)| !READ_ONLY.contains(&name.as_str())));
    let mut object = Value::Object(object);
    complete(kind, &mut object);
    let mut store = request.tenant.write();
    store.insert(kind.path, &id, object.clone());
    request.world.record(request.tenant, request.method, request.path, &id);
    let change = Change { path: kind.path, id: &id, operation: Operation::Create, before: None, after: Some(&object) };
    trace(request, &mut store, change, &now);
    shown(request, &store, kind, &id, 201)
}

/// Gives every part an id, and counts what Intune counts.
pub(crate) fn complete(kind: &Kind, object: &mut Value) {
    let id = object["id"].as_str().unwrap_or_default().to_owned();
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    for navigation in kind.navigations {
        let parts = fields.get_mut(navigation.name).and_then(Value::as_array_mut);
        for (index, part) in parts.into_iter().flatten().enumerate() {
            let part_id = match navigation.name {
                "settings" => index.to_string(),
                name => format!("{id}_{}", Random::from_text(&format!("{id}{name}{index}")).guid()),
            };
            if let Some(part) = part.as_object_mut()
                && part.get("id").is_none_or(Value::is_null)
            {
                part.insert("id".to_owned(), json!(part_id));
            }
        }
    }
    count_parts(fields);
}

fn count_parts(fields: &mut Map<String, Value>) {
    let settings = fields.get("settings").and_then(Value::as_array).map(Vec::len);
    if let Some(count) = settings
        && fields.contains_key("technologies")
    {
        fields.insert("settingCount".to_owned(), json!(count));
    }
    let assigned = fields.get("assignments").and_then(Value::as_array).map(|all| !all.is_empty());
    if let Some(assigned) = assigned
        && fields.contains_key("isAssigned")
    {
        fields.insert("isAssigned".to_owned(), json!(assigned));
    }
}

fn shown(request: Request<'_>, store: &Store, kind: &'static Kind, id: &str, status: u16) -> Result<Reply, GraphError> {
    let object = store.get(kind.path, id).ok_or_else(|| GraphError::not_found(id))?;
    let path = format!("{}('{id}')", kind.path);
    let node = render::object(request.frame(store), object, Shape::object(kind, &path, false), &Options::default())?;
    let mut reply = with_context(request, &format!("{}/$entity", kind.path), node);
    reply.status = status;
    Ok(reply)
}

/// Changes an object under the lock, moves its time and version, and records it.
fn change<T>(
    request: Request<'_>,
    kind: &'static Kind,
    id: &str,
    edit: impl FnOnce(&mut Map<String, Value>) -> Result<T, GraphError>,
) -> Result<T, GraphError> {
    let mut store = request.tenant.write();
    let object = store.get_mut(kind.path, id).ok_or_else(|| GraphError::not_found(id))?;
    let fields = object.as_object_mut().ok_or_else(|| GraphError::not_found(id))?;
    let before = Value::Object(fields.clone());
    let done = edit(fields)?;
    complete(kind, object);
    let now = request.tenant.clock.tick();
    touch(object, &now);
    let after = object.clone();
    request.world.record(request.tenant, request.method, request.path, id);
    let is_assign = request.path.trim_end_matches('/').ends_with("assign");
    let operation = if is_assign { Operation::Assign } else { Operation::Patch };
    let change = Change { path: kind.path, id, operation, before: Some(&before), after: Some(&after) };
    trace(request, &mut store, change, &now);
    Ok(done)
}

/// Writes down who made a change: the application of the token.
fn trace(request: Request<'_>, store: &mut Store, change: Change<'_>, now: &str) {
    audit::append(store, &request.tenant.spec.tenant_id, Actor::Application(request.app), change, now);
}

/// Whether an object is one of those that every tenant has and nobody can delete.
fn is_default(kind: &Kind, object: &Value) -> bool {
    object["isBuiltIn"] == true
        || object["isDefaultProfile"] == true
        || object["policyType"] == "builtIn"
        || (kind.path == "deviceManagement/deviceEnrollmentConfigurations" && object["priority"] == 0)
}

fn assign(request: Request<'_>, kind: &'static Kind, id: &str) -> Result<Reply, GraphError> {
    let name = kind.assign.ok_or_else(|| GraphError::unknown_segment("assign"))?;
    let list = replace_part(request, kind, id, name, "assignments")?;
    let path = format!("{}('{id}')/assignments", kind.path);
    Ok(with_context(request, &path, Node::Made(Value::Array(list))))
}

/// Replaces a whole list of parts by the list of that name in the body.
fn replace_part(
    request: Request<'_>,
    kind: &'static Kind,
    id: &str,
    parameter: &str,
    part: &str,
) -> Result<Vec<Value>, GraphError> {
    let mut body = request.object()?;
    let Some(Value::Array(list)) = body.remove(parameter) else {
        return Err(GraphError::bad_request(format!("The parameter '{parameter}' is missing.")));
    };
    change(request, kind, id, |fields| {
        fields.insert(part.to_owned(), Value::Array(list));
        Ok(())
    })?;
    let store = request.tenant.read();
    Ok(store.get(kind.path, id).and_then(|object| object[part].as_array().cloned()).unwrap_or_default())
}

/// Adds one element to a list of parts.
fn add_part(request: Request<'_>, kind: &'static Kind, id: &str, name: &str) -> Result<Reply, GraphError> {
    let known = kind.navigations.iter().find(|one| one.name.eq_ignore_ascii_case(name) && !one.single);
    let navigation = known.ok_or_else(|| GraphError::unknown_segment(name))?;
    let part = request.object()?;
    let added = change(request, kind, id, |fields| {
        let list = fields.entry(navigation.name).or_insert_with(|| json!([]));
        let list = list.as_array_mut().ok_or_else(|| GraphError::unknown_segment(name))?;
        list.push(Value::Object(part));
        Ok(list.len() - 1)
    })?;
    let store = request.tenant.read();
    let object = store.get(kind.path, id).ok_or_else(|| GraphError::not_found(id))?;
    Ok(Reply::json(201, text(&Node::Stored(&object[navigation.name][added]))))
}

pub(super) fn patch(request: Request<'_>, segments: &[String]) -> Result<Reply, GraphError> {
    let (kind, count) = writable(segments)?;
    let [id] = &segments[count..] else {
        return Err(GraphError::unknown_segment(segments.last().map_or("", String::as_str)));
    };
    let body = request.object()?;
    if let Some(part) = kind.navigations.iter().find(|part| body.contains_key(part.name)) {
        return Err(GraphError::bad_request(format!("The property '{}' cannot be changed by PATCH.", part.name)));
    }
    change(request, kind, id, |fields| {
        fields.extend(body.into_iter().filter(|(name, _)| !READ_ONLY.contains(&name.as_str())));
        Ok(())
    })?;
    if !kind.path.starts_with("device") {
        return Ok(Reply::empty(204));
    }
    let store = request.tenant.read();
    shown(request, &store, kind, id, 200)
}

/// Replaces a settings catalog policy, compliance policy or reusable setting, its settings included.
pub(super) fn put(request: Request<'_>, segments: &[String]) -> Result<Reply, GraphError> {
    let (kind, count) = writable(segments)?;
    let replaceable = [
        "deviceManagement/configurationPolicies",
        "deviceManagement/compliancePolicies",
        "deviceManagement/reusablePolicySettings",
    ];
    let [id] = &segments[count..] else {
        return Err(GraphError::unknown_segment("PUT"));
    };
    if !replaceable.contains(&kind.path) {
        return Err(GraphError::new(405, "MethodNotAllowed", "PUT is not allowed here."));
    }
    let body = request.object()?;
    change(request, kind, id, |fields| {
        fields.retain(|name, _| READ_ONLY.contains(&name.as_str()) || name == "assignments" || name.starts_with('@'));
        fields.extend(body.into_iter().filter(|(name, _)| !READ_ONLY.contains(&name.as_str())));
        Ok(())
    })?;
    Ok(Reply::empty(204))
}

pub(super) fn delete(request: Request<'_>, segments: &[String]) -> Result<Reply, GraphError> {
    let (kind, count) = writable(segments)?;
    let [id] = &segments[count..] else {
        return Err(GraphError::unknown_segment(segments.last().map_or("", String::as_str)));
    };
    let mut store = request.tenant.write();
    if store.get(kind.path, id).is_some_and(|object| is_default(kind, object)) {
        return Err(GraphError::bad_request("A built-in object cannot be deleted."));
    }
    let removed = store.remove(kind.path, id).ok_or_else(|| GraphError::not_found(id))?;
    request.world.record(request.tenant, request.method, request.path, id);
    let change = Change { path: kind.path, id, operation: Operation::Delete, before: Some(&removed), after: None };
    trace(request, &mut store, change, &request.tenant.clock.tick());
    Ok(Reply::empty(204))
}
