//! Parts of an object whose elements have requests of their own.

use serde_json::{Map, Value, json};

use super::super::read::text;
use super::{READ_ONLY, Reply, Target, new_id};
use crate::audit::Operation;
use crate::errors::GraphError;
use crate::render::Node;
use crate::rules::Rule;
use crate::schema;

/// A part of an object: its path in the rule, its property, and the property of the part it stands in.
struct Place<'a> {
    outer: Option<&'a str>,
    name: &'a str,
}

impl Place<'_> {
    fn list<'f>(&self, fields: &'f mut Map<String, Value>) -> Result<&'f mut Vec<Value>, GraphError> {
        let unknown = || GraphError::unknown_segment(self.name);
        let fields = match self.outer {
            Some(outer) => fields.get_mut(outer).and_then(Value::as_object_mut).ok_or_else(unknown)?,
            None => fields,
        };
        fields.entry(self.name).or_insert_with(|| json!([])).as_array_mut().ok_or_else(unknown)
    }
}

/// `POST`, `PATCH` and `DELETE` below an object.
pub(super) fn write(target: Target<'_>, id: &str, rest: &[String]) -> Result<Reply, GraphError> {
    let found = target.rule.parts.iter().find_map(|part| {
        let names: Vec<&str> = part.split('/').collect();
        let fits = rest.len() >= names.len()
            && names.iter().zip(rest).all(|(name, segment)| name.eq_ignore_ascii_case(segment));
        fits.then_some((names.len(), part))
    });
    let last = rest.last().map_or("", String::as_str);
    let (count, part) = found.ok_or_else(|| match target.request.method {
        "POST" => GraphError::unknown_segment(last),
        _ => target.no_route(),
    })?;
    let place = match part.split_once('/') {
        Some((outer, name)) => Place { outer: Some(outer), name },
        None => Place { outer: None, name: part },
    };
    let rest: Vec<&str> = rest[count..].iter().map(String::as_str).collect();
    match (target.request.method, rest.as_slice()) {
        ("POST", ["$ref"]) => link(target, id, &place),
        ("DELETE", [key, "$ref"]) => unlink(target, id, &place, key),
        ("POST", []) => add(target, id, &place),
        ("PATCH", [key]) => edit(target, id, &place, key),
        ("DELETE", [key]) => take_away(target, id, &place, key),
        ("DELETE", []) if place.name == "assignments" => clear(target, id, &place),
        _ => Err(target.no_route()),
    }
}

fn checked(target: Target<'_>, id: &str, place: &Place<'_>) -> Result<Map<String, Value>, GraphError> {
    let body = target.request.object()?;
    // A language of the sign-in page is its own id.
    let is_new_language = place.outer.is_some() && target.request.method == "POST";
    let read_only = READ_ONLY.iter().copied().filter(|name| !(is_new_language && *name == "id"));
    if let Some(name) = Rule::refused(&read_only.collect::<Vec<_>>(), &body) {
        return Err(GraphError::bad_request(super::read_only(name)));
    }
    let object = target.find(id)?;
    match place.outer {
        // The type of a part in a part is the only one that stands in such a place.
        Some(_) => schema::check(target.dialect(), "organizationalBrandingLocalization", &body)?,
        None => target.check_elements(&object, place.name, &[Value::Object(body.clone())])?,
    }
    Ok(body)
}

fn add(target: Target<'_>, id: &str, place: &Place<'_>) -> Result<Reply, GraphError> {
    let body = checked(target, id, place)?;
    let now = target.request.tenant.clock.tick();
    let own = match body.get("id").and_then(Value::as_str) {
        Some("0") => return Err(GraphError::bad_request("The default cannot be created.")),
        Some(given) => given.to_owned(),
        None => format!("{id}_{}", new_id(target.request, place.name, &now)),
    };
    let mut part = body;
    part.insert("id".to_owned(), json!(own));
    let shown = Value::Object(part.clone());
    target.change(id, Operation::Patch, |fields| {
        let list = place.list(fields)?;
        if list.iter().any(|known| known["id"] == own.as_str()) {
            return Err(GraphError::new(409, "Conflict", format!("'{own}' exists already.")));
        }
        list.push(Value::Object(part));
        say_default(fields, place);
        Ok(())
    })?;
    Ok(Reply::json(target.rule.created.unwrap_or(201), text(&Node::Stored(&shown))))
}

fn edit(target: Target<'_>, id: &str, place: &Place<'_>, key: &str) -> Result<Reply, GraphError> {
    let body = checked(target, id, place)?;
    let shown = target.change(id, Operation::Patch, |fields| {
        let list = place.list(fields)?;
        let part = list.iter_mut().find(|part| part["id"] == key).ok_or_else(|| GraphError::not_found(key))?;
        if let Some(part) = part.as_object_mut() {
            part.extend(body.into_iter().filter(|(name, _)| !READ_ONLY.contains(&name.as_str())));
        }
        let shown = part.clone();
        say_default(fields, place);
        Ok(shown)
    })?;
    if target.rule.approval.is_empty() {
        return Ok(Reply::empty(204));
    }
    Ok(Reply::json(200, text(&Node::Stored(&shown))))
}

/// The language of the message that is the default, as the template says it.
fn say_default(fields: &mut Map<String, Value>, place: &Place<'_>) {
    if place.name != "localizedNotificationMessages" {
        return;
    }
    let messages = fields.get(place.name).and_then(Value::as_array);
    let default = messages.and_then(|all| all.iter().rev().find(|message| message["isDefault"] == true));
    if let Some(locale) = default.map(|message| message["locale"].clone()) {
        fields.insert("defaultLocale".to_owned(), locale);
    }
}

fn take_away(target: Target<'_>, id: &str, place: &Place<'_>, key: &str) -> Result<Reply, GraphError> {
    if place.outer.is_some() && key == "0" {
        return Err(GraphError::bad_request("The default cannot be deleted."));
    }
    target.change(id, Operation::Patch, |fields| {
        let list = place.list(fields)?;
        let index = list.iter().position(|part| part["id"] == key).ok_or_else(|| GraphError::not_found(key))?;
        list.remove(index);
        Ok(())
    })?;
    Ok(Reply { status: if target.rule.approval.is_empty() { 204 } else { 200 }, ..Reply::empty(204) })
}

/// Takes all assignments away at once.
fn clear(target: Target<'_>, id: &str, place: &Place<'_>) -> Result<Reply, GraphError> {
    target.change(id, Operation::Patch, |fields| {
        place.list(fields)?.clear();
        Ok(())
    })?;
    Ok(Reply { status: 200, ..Reply::empty(204) })
}

/// Links an object of another collection, such as a category of an app.
fn link(target: Target<'_>, id: &str, place: &Place<'_>) -> Result<Reply, GraphError> {
    let body = target.request.object()?;
    let navigation = target.kind.navigations.iter().find(|one| one.name == place.name);
    let of = navigation.and_then(|navigation| navigation.of).ok_or_else(|| target.no_route())?;
    let address = body.get("@odata.id").and_then(Value::as_str);
    let address = address.ok_or_else(|| GraphError::bad_request("The property '@odata.id' is required."))?;
    let linked = super::bind::named(&target.request.tenant.read(), of, address)?;
    target.change(id, Operation::Patch, |fields| {
        let list = place.list(fields)?;
        if !list.iter().any(|known| known == &linked) {
            list.push(json!(linked));
        }
        Ok(())
    })?;
    Ok(Reply::empty(204))
}

fn unlink(target: Target<'_>, id: &str, place: &Place<'_>, key: &str) -> Result<Reply, GraphError> {
    target.change(id, Operation::Patch, |fields| {
        let list = place.list(fields)?;
        let index = list.iter().position(|known| known == key).ok_or_else(|| GraphError::not_found(key))?;
        list.remove(index);
        Ok(())
    })?;
    Ok(Reply::empty(204))
}
