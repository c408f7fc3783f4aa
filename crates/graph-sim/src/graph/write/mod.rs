//! Writes: what a request asks for is checked against the published types and the rules of its collection; every effect
//! is recorded, in the journal and in the tenant's audit.

mod actions;
mod bind;
mod copy;
mod create;
mod deleted;
mod intents;
mod parts;
mod policy_sets;
mod priority;
mod reorder;
mod replace;
mod secrets;
mod singletons;
mod templates;

use serde_json::{Map, Value, json};

use super::read::{lookup, with_context};
use super::{Reply, Request};
use crate::audit::{self, Actor, Change, Operation};
use crate::collections::{self, Kind};
use crate::errors::GraphError;
use crate::moments::touch;
use crate::path::plain_name;
use crate::query::Options;
use crate::random::Random;
use crate::render::{self, Shape};
use crate::rules::{self, Rule};
use crate::schema::{self, Dialect};
use crate::store::Store;

pub(crate) use create::complete;
pub(super) use templates::definition as template_definition;

/// Properties that no write sets. Sources: Microsoft's metadata and what three working tools strip before a POST.
const READ_ONLY: &[&str] = &["id", "createdDateTime", "lastModifiedDateTime", "modifiedDateTime", "version"];

/// A request with the collection it goes to.
#[derive(Clone, Copy)]
struct Target<'a> {
    request: Request<'a>,
    kind: &'static Kind,
    rule: &'static Rule,
}

/// Answers a request that is no GET.
pub(super) fn answer(request: Request<'_>, segments: &[String]) -> Result<Reply, GraphError> {
    let Some((kind, count)) = collections::find(segments) else {
        return singletons::write(request, segments);
    };
    // An alias leads to the one collection behind it; what lists several is written in each of them.
    let kind = match kind.union {
        [] => kind,
        [source] => collections::kind(source).unwrap_or(kind),
        _ => return Err(no_route(request)),
    };
    let rule = rules::of(kind.path).ok_or_else(|| no_route(request))?;
    let target = Target { request, kind, rule };
    match (request.method, &segments[count..]) {
        ("POST", []) => create::create(target),
        ("PATCH", [id]) => replace::patch(target, id),
        ("PUT", [id]) => replace::put(target, id),
        ("DELETE", [id]) => remove(target, id),
        ("POST", [id, name]) => post_below(target, id, plain_name(name)),
        ("POST", [id, cast, name]) if plain_name(cast) != cast => post_below(target, id, plain_name(name)),
        (_, [id, rest @ ..]) if !rest.is_empty() => parts::write(target, id, rest),
        _ => Err(no_route(request)),
    }
}

/// An action on an object, or a new element of one of its parts.
fn post_below(target: Target<'_>, id: &str, name: &str) -> Result<Reply, GraphError> {
    if name.eq_ignore_ascii_case("assign") && target.kind.assign.is_some() {
        return actions::assign(target, id);
    }
    if name.eq_ignore_ascii_case("restore") {
        return deleted::restore(target, id);
    }
    match target.rule.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name)) {
        Some(action) => actions::act(target, id, *action),
        None => parts::write(target, id, &[name.to_owned()]),
    }
}

/// What Intune says of a call that it does not have (Intune-PowerShell-SDK issue 23); the directory has its own words.
fn no_route(request: Request<'_>) -> GraphError {
    let path = request.path.trim_matches('/');
    if !path.to_lowercase().starts_with("device") {
        return GraphError::new(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        );
    }
    let verb = request.method;
    let message = format!("No OData route exists that match template for request /{path} with http verb {verb}.");
    GraphError::new(400, "No method match route template", message)
}

impl Target<'_> {
    fn dialect(&self) -> Dialect {
        if self.kind.path.starts_with("device") { Dialect::Intune } else { Dialect::Entra }
    }

    /// The name of the declared type; empty where Microsoft's metadata does not hold it.
    fn declared(&self) -> &'static str {
        collections::declared_type(self.kind.path).unwrap_or_default()
    }

    fn no_route(&self) -> GraphError {
        no_route(self.request)
    }

    /// The body, without what the service passes over.
    fn body(&self) -> Result<Map<String, Value>, GraphError> {
        let mut body = self.request.object()?;
        let is_refused = |name: &str| self.request.method == "PATCH" && self.rule.not_patched.contains(&name);
        body.retain(|name, _| !self.rule.passed_over.contains(&name.as_str()) || is_refused(name));
        Ok(body)
    }

    /// Refuses what nobody sets.
    fn check_read_only(&self, body: &Map<String, Value>, more: &[&'static str]) -> Result<(), GraphError> {
        let refused = Rule::refused(READ_ONLY, body).or_else(|| Rule::refused(more, body));
        refused.map_or(Ok(()), |name| Err(GraphError::bad_request(read_only(name))))
    }

    /// Refuses an element of a list under a part or property that does not fit the type published there.
    fn check_elements(&self, object: &Value, part: &str, list: &[Value]) -> Result<(), GraphError> {
        let own = crate::moments::type_of(self.kind.path, object);
        let of = match own.and_then(|own| own.member(part)) {
            Some(schema::Member::Navigation(of)) => of,
            Some(schema::Member::Property(property)) => property.of,
            None => return Ok(()),
        };
        schema::check_value(self.dialect(), of, &Value::Array(list.to_vec()))
    }

    /// The object of that id as it is stored, and its own spelling of the id.
    fn find(&self, id: &str) -> Result<Value, GraphError> {
        let store = self.request.tenant.read();
        let found = lookup(&store, self.kind, id).map(|(_, object)| object.clone());
        found.ok_or_else(|| GraphError::not_found(id))
    }

    /// The object as an answer to a write shows it.
    fn shown(&self, id: &str, status: u16) -> Result<Reply, GraphError> {
        let store = self.request.tenant.read();
        let object = store.get(self.kind.path, id).ok_or_else(|| GraphError::not_found(id))?;
        let path = format!("{}('{id}')", self.kind.path);
        let shape = Shape::object(self.kind, &path, false);
        let node = render::object(self.request.frame(&store), object, shape, &Options::default())?;
        let mut reply = with_context(self.request, &format!("{}/$entity", self.kind.path), node);
        reply.status = status;
        Ok(reply)
    }

    /// An answer of that status: the object, unless the status says that there is nothing to show.
    fn answered(&self, id: &str, status: u16) -> Result<Reply, GraphError> {
        if status == 204 { Ok(Reply::empty(204)) } else { self.shown(id, status) }
    }

    /// Changes an object under the lock, moves its time and version, and records it.
    fn change<T>(
        &self,
        id: &str,
        operation: Operation,
        edit: impl FnOnce(&mut Map<String, Value>) -> Result<T, GraphError>,
    ) -> Result<T, GraphError> {
        let request = self.request;
        let mut store = request.tenant.write();
        let mut object = store.get(self.kind.path, id).cloned().ok_or_else(|| GraphError::not_found(id))?;
        let before = object.clone();
        let fields = object.as_object_mut().ok_or_else(|| GraphError::not_found(id))?;
        let done = edit(fields)?;
        secrets::mask(&mut store, self.kind.path, &mut object);
        complete(self.kind, &mut object);
        let now = request.tenant.clock.tick();
        touch(self.kind.path, &mut object, &now);
        store.insert(self.kind.path, id, object.clone());
        let change = Change { path: self.kind.path, id, operation, before: Some(&before), after: Some(&object) };
        record(request, &mut store, change, &now);
        Ok(done)
    }
}

fn read_only(name: &str) -> String {
    format!("The property '{name}' is read-only and cannot be set.")
}

/// Writes an effect into the journal, and who made it into the audit: the application of the token.
fn record(request: Request<'_>, store: &mut Store, change: Change<'_>, now: &str) {
    request.world.record(request.tenant, request.method, request.path, change.id);
    audit::append(store, &request.tenant.spec.tenant_id, Actor::Application(request.app), change, now);
}

/// A new id, the same for the same tenant, place and moment.
fn new_id(request: Request<'_>, place: &str, now: &str) -> String {
    Random::from_text(&format!("{}{place}{now}", request.tenant.spec.tenant_id)).guid()
}

fn remove(target: Target<'_>, id: &str) -> Result<Reply, GraphError> {
    let status = target.rule.removed.ok_or_else(|| target.no_route())?;
    let object = target.find(id)?;
    if target.rule.built_in.tells(&object) {
        return Err(GraphError::bad_request("A built-in object cannot be deleted."));
    }
    // A profile of Autopilot has to be unassigned first.
    let assigned = object["assignments"].as_array().is_some_and(|all| !all.is_empty());
    if target.kind.path == "deviceManagement/windowsAutopilotDeploymentProfiles" && assigned {
        return Err(GraphError::bad_request("The profile is assigned. Remove its assignments before it is deleted."));
    }
    let request = target.request;
    let mut store = request.tenant.write();
    let removed = store.remove(target.kind.path, id).ok_or_else(|| GraphError::not_found(id))?;
    let now = request.tenant.clock.tick();
    deleted::keep(&mut store, target.kind.path, id, &removed, &now);
    let change =
        Change { path: target.kind.path, id, operation: Operation::Delete, before: Some(&removed), after: None };
    record(request, &mut store, change, &now);
    Ok(Reply { status, ..Reply::empty(204) })
}

/// The list of that name in the body of an action; anything else in the body is refused.
fn list_of(body: &mut Map<String, Value>, parameter: &str) -> Result<Vec<Value>, GraphError> {
    match body.remove(parameter) {
        Some(Value::Array(list)) => Ok(list),
        Some(Value::Null) | None => Err(missing(parameter)),
        Some(_) => Err(GraphError::bad_request(format!("The parameter '{parameter}' is not a list."))),
    }
}

fn missing(parameter: &str) -> GraphError {
    GraphError::bad_request(format!("The parameter '{parameter}' is missing."))
}

/// Refuses the parameters of an action that it does not have.
fn only(body: &Map<String, Value>, action: &str, parameters: &[&str]) -> Result<(), GraphError> {
    let other = body.keys().find(|name| !parameters.contains(&name.as_str()) && !name.starts_with('@'));
    other.map_or(Ok(()), |name| {
        let message = format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the operation '{action}'."
        );
        Err(GraphError::bad_request(message))
    })
}

/// A list as the answer of an action.
fn answered_list(target: Target<'_>, id: &str, part: &str, status: u16) -> Reply {
    if status == 204 {
        return Reply::empty(204);
    }
    let store = target.request.tenant.read();
    let list = store.get(target.kind.path, id).map_or_else(|| json!([]), |object| object[part].clone());
    let path = format!("{}('{id}')/{part}", target.kind.path);
    let mut reply = with_context(target.request, &path, render::Node::Made(list));
    reply.status = status;
    reply
}
