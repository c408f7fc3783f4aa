//! What follows the object itself: actions that take a property, and parts whose rows are written on their own.

use serde_json::{Map, Value};

use super::parts;
use super::places::Place;
use super::plain::{Normal, plain};
use super::plan::{Method, Purpose, Step};

/// What follows a create, in the order that the contract says. `sent` is what the create took.
pub(super) fn after_create(place: Place<'_>, sent: &Value, goal: &Value) -> Vec<Step> {
    let contract = place.contract;
    let mut now = sent.clone();
    // What is taken under another name was taken all the same.
    for property in contract.create.takes.values() {
        if let (Some(map), Some(value)) = (now.as_object_mut(), goal.get(property)) {
            map.insert(property.clone(), value.clone());
        }
    }
    let images = contract.create.then.iter().any(|step| step == "PATCH").then(|| late(place, goal)).flatten();
    let mut steps = following(place, &now, goal);
    steps.extend(images);
    steps
}

/// What follows a change.
pub(super) fn of_change(place: Place<'_>, live: &Value, goal: &Value) -> Vec<Step> {
    following(place, live, goal)
}

/// The properties that a create does not take and an update does.
fn late(place: Place<'_>, goal: &Value) -> Option<Step> {
    let contract = place.contract;
    let goal = plain(contract, goal);
    let names = contract.create.without.iter().filter(|name| !contract.update.without.contains(name));
    let given = names.filter_map(|name| Some((name.clone(), goal.get(name)?.clone())));
    let mut body: Map<String, Value> = given.filter(|(_, value)| !value.is_null()).collect();
    if body.is_empty() {
        return None;
    }
    body.extend(goal.get("@odata.type").map(|kind| ("@odata.type".to_owned(), kind.clone())));
    Some(place.step(Purpose::Update, Method::Patch, place.item(), Some(Value::Object(body))))
}

fn following(place: Place<'_>, now: &Value, goal: &Value) -> Vec<Step> {
    let contract = place.contract;
    let mut order: Vec<&str> = contract.create.then.iter().map(String::as_str).collect();
    let rest = contract.parts.iter().map(|part| part.property.as_str());
    for name in rest.chain(contract.writing_actions().map(|(name, _)| name)) {
        if !order.contains(&name) {
            order.push(name);
        }
    }
    let steps = order.into_iter().flat_map(|name| {
        if let Some(part) = contract.part(name) {
            return parts::write(place, part, now, goal);
        }
        let action = contract.writing_actions().find(|(action, _)| *action == name);
        action.and_then(|(action, parameters)| act(place, action, parameters, now, goal)).into_iter().collect()
    });
    steps.collect()
}

/// The action, when one of the properties that it takes changes.
fn act(place: Place<'_>, action: &str, parameters: &[String], now: &Value, goal: &Value) -> Option<Step> {
    let contract = place.contract;
    // Its place comes last of all.
    if parameters.iter().any(|name| name == "priority") {
        return None;
    }
    let (before, after) = (plain(contract, now), plain(contract, goal));
    let (was, is) = (Normal::of(contract, &before), Normal::of(contract, &after));
    let properties = || parameters.iter().map(|parameter| (parameter, contract.taken_by(parameter)));
    let own = properties().filter(|(_, property)| contract.part(property).is_none_or(|part| part.written.is_none()));
    let only_here = own.filter(|(_, property)| {
        contract.part(property).is_some() || contract.update.without.iter().any(|name| name == property)
    });
    let mut changed = only_here.filter(|(_, property)| !was.same(&is, property));
    let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    changed.find(|(_, property)| place.id.is_some() || !after.get(*property).is_none_or(empty))?;
    let given = properties().filter_map(|(name, property)| Some((name.clone(), after.get(property)?.clone())));
    let body = Value::Object(given.collect());
    Some(place.step(Purpose::Part, Method::Post, place.below(action), Some(body)))
}
