//! The request that makes an object, and what has to follow it.

use serde_json::{Map, Value};

use super::follow;
use super::goal::drop_path;
use super::places::{Place, address};
use super::plain::plain;
use super::plan::{Method, Purpose, Step, Why};
use super::why;
use crate::registry::content::external_id;
use crate::registry::{Contract, CreateMode, path_segment};

pub(super) fn create(contract: &Contract, source: &Value, goal: &Value) -> Result<Vec<Step>, Why> {
    let mut body = body(contract, source, goal);
    let sent = body.clone();
    bind(contract, goal, &mut body);
    let place = Place { contract, id: None };
    if contract.create.mode == CreateMode::PatchOnly {
        // It has one of a few ids, and changing it makes it.
        let id = external_id(contract, source).ok_or_else(|| why::cannot_be_made(&contract.create.reason))?;
        let path = format!("{}/{}", contract.path, path_segment(id));
        return Ok(vec![place.step(Purpose::Create, Method::Patch, path, Some(body))]);
    }
    let mut steps = vec![place.step(Purpose::Create, Method::Post, path(contract, goal)?, Some(body))];
    steps.extend(follow::after_create(place, &sent, goal));
    Ok(steps)
}

/// The collection, or the path that the contract says, with values of the object in place of their names in braces.
fn path(contract: &Contract, goal: &Value) -> Result<String, Why> {
    let Some(path) = &contract.create.path else { return Ok(contract.path.clone()) };
    let mut whole = String::new();
    let mut rest = path.as_str();
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        let value = goal.get(name).and_then(Value::as_str);
        let value = value.ok_or_else(|| why::cannot_be_made(&contract.create.reason))?;
        whole.push_str(before);
        whole.push_str(&path_segment(value));
        rest = after;
    }
    Ok(whole + rest)
}

fn body(contract: &Contract, source: &Value, goal: &Value) -> Value {
    let create = &contract.create;
    // What a contract takes out for being computed is not taken out of a goal, whose rows may have kept their ids.
    let mut body = plain(contract, goal);
    create.without.iter().for_each(|path| drop_path(&mut body, path));
    if let Some(held) = body.as_object_mut() {
        held.retain(|name, value| {
            let part = contract.part(name);
            let refused = value.is_null() && contract.update.not_null.contains(name);
            !refused && part.is_none_or(|part| create.with_parts.contains(&part.property))
        });
        if create.with_id {
            let id = external_id(contract, source).map(Value::from);
            held.extend(id.map(|id| ("id".to_owned(), id)));
        }
    }
    if create.only.is_empty() { body } else { only(contract, goal, &body) }
}

/// The properties that the request knows, and what it calls by another name.
fn only(contract: &Contract, goal: &Value, body: &Value) -> Value {
    let mut map = Map::new();
    for name in &contract.create.only {
        map.extend(body.get(name).map(|value| (name.clone(), value.clone())));
    }
    let goal = plain(contract, goal);
    for (name, property) in &contract.create.takes {
        map.insert(name.clone(), goal.get(property).cloned().unwrap_or_else(|| Value::Array(Vec::new())));
    }
    Value::Object(map)
}

/// Puts the addresses of what parts name into a body.
fn bind(contract: &Contract, goal: &Value, body: &mut Value) {
    for part in &contract.parts {
        let value = goal.get(&part.property).unwrap_or(&Value::Null);
        let named = addresses(contract, &part.property, value);
        let named = named.filter(|named| named.as_array().is_none_or(|list| !list.is_empty()));
        if let (Some(addresses), Some(map)) = (named, body.as_object_mut()) {
            map.insert(format!("{}@odata.bind", part.property), addresses);
        }
    }
}

/// The address, or the list of them, of what a part names by address.
pub(super) fn addresses(contract: &Contract, part: &str, value: &Value) -> Option<Value> {
    let linked = contract.part(part).is_some_and(|part| part.written.is_some());
    let collection = contract.bound(part).filter(|_| !linked)?;
    let one = |value: &Value| Some(Value::from(address(contract.version, collection, value.get("id")?.as_str()?)));
    match value {
        Value::Array(rows) => Some(rows.iter().filter_map(one).collect()),
        value => one(value),
    }
}
