//! Objects of which a tenant has exactly one: they are changed, never made or removed.

use serde_json::{Map, Value};

use super::{Reply, Request, no_route, record};
use crate::audit::{Change, Operation};
use crate::collections::singletons::canonical;
use crate::errors::GraphError;
use crate::moments::touch;
use crate::rules::{Single, single};
use crate::schema::{self, Dialect};

const ROOT: &str = "deviceManagement";
const SETTINGS: &str = "deviceManagement/settings";

/// Writes the object at a path, or an element of one of its lists.
pub(super) fn write(request: Request<'_>, segments: &[String]) -> Result<Reply, GraphError> {
    let whole = segments.join("/");
    if let Some(path) = canonical(&whole) {
        let single = single(path).filter(|single| single.method == request.method);
        return whole_object(request, single.ok_or_else(|| no_route(request))?);
    }
    if let [owner @ .., list, key] = segments
        && request.method == "PATCH"
        && let Some(single) = canonical(&owner.join("/")).and_then(single)
        && let Some((list, of)) = single.lists.iter().find(|(name, _)| name.eq_ignore_ascii_case(list))
    {
        return element(request, single, (list, of), key);
    }
    Err(match segments.first().map(|first| first.to_lowercase()).as_deref() {
        Some("devicemanagement" | "deviceappmanagement" | "identity") => {
            GraphError::unknown_segment(segments.last().map_or("", String::as_str))
        }
        _ => no_route(request),
    })
}

fn dialect(path: &str) -> Dialect {
    if path.starts_with("device") { Dialect::Intune } else { Dialect::Entra }
}

fn whole_object(request: Request<'_>, single: &Single) -> Result<Reply, GraphError> {
    if single.takes_a_person() && !request.of_person {
        let why = "Insufficient privileges to complete the operation.";
        return Err(GraphError::new(403, "Authorization_RequestDenied", why));
    }
    let body = request.object()?;
    schema::check(dialect(single.path), single.of, &body)?;
    change(request, single.path, |fields| {
        for (name, value) in body.into_iter().filter(|(name, _)| name != "id" && !name.contains('@')) {
            // Tenant settings are changed one by one inside their object.
            match (fields.get_mut(&name).and_then(Value::as_object_mut), value) {
                (Some(inner), Value::Object(value)) if single.path == ROOT => inner.extend(value),
                (_, value) => {
                    fields.insert(name, value);
                }
            }
        }
        Ok(())
    })?;
    if single.path == ROOT {
        mirror_settings(request);
    }
    Ok(Reply::empty(204))
}

/// The settings can be read at a path of their own.
fn mirror_settings(request: Request<'_>) {
    let mut store = request.tenant.write();
    if let Some(settings) = store.get(ROOT, "").map(|root| root["settings"].clone())
        && let Some(known) = store.get_mut(SETTINGS, "").and_then(Value::as_object_mut)
        && let Value::Object(settings) = settings
    {
        known.extend(settings);
    }
}

fn element(request: Request<'_>, single: &Single, (list, of): (&str, &str), key: &str) -> Result<Reply, GraphError> {
    let body = request.object()?;
    schema::check(dialect(single.path), of, &body)?;
    change(request, single.path, |fields| {
        let all = fields.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        let mut all = all.filter_map(Value::as_object_mut);
        let found =
            all.find(|one| one.get("id").is_some_and(|id| id.as_str().is_some_and(|id| id.eq_ignore_ascii_case(key))));
        let found = found.ok_or_else(|| GraphError::not_found(key))?;
        found.extend(body.into_iter().filter(|(name, _)| name != "id"));
        Ok(())
    })?;
    Ok(Reply::empty(204))
}

fn change(
    request: Request<'_>,
    path: &'static str,
    edit: impl FnOnce(&mut Map<String, Value>) -> Result<(), GraphError>,
) -> Result<(), GraphError> {
    let mut store = request.tenant.write();
    let mut object = store.get(path, "").cloned().ok_or_else(|| GraphError::not_found(path))?;
    let before = object.clone();
    edit(object.as_object_mut().ok_or_else(|| GraphError::not_found(path))?)?;
    let now = request.tenant.clock.tick();
    touch(path, &mut object, &now);
    store.insert(path, "", object.clone());
    let id = object["id"].as_str().unwrap_or(path).to_owned();
    let change = Change { path, id: &id, operation: Operation::Patch, before: Some(&before), after: Some(&object) };
    record(request, &mut store, change, &now);
    Ok(())
}
