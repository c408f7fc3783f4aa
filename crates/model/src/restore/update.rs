//! The requests that change an object which is there.

use serde_json::{Map, Value};

use super::create::addresses;
use super::follow;
use super::goal::drop_path;
use super::places::Place;
use super::plain::{Normal, plain};
use super::plan::{Method, Purpose, Step, Why};
use super::steps::loses_secret;
use super::why;
use crate::registry::{Contract, Part};

pub(super) fn update(place: Place<'_>, live: &Value, goal: &Value) -> Result<Vec<Step>, Why> {
    let mut steps: Vec<Step> = own(place, live, goal)?.into_iter().collect();
    steps.extend(follow::of_change(place, live, goal));
    Ok(steps)
}

/// The request with the object's own properties, when one of them changes: those that do, or all of it where the type is
/// replaced as a whole.
fn own(place: Place<'_>, live: &Value, goal: &Value) -> Result<Option<Step>, Why> {
    let contract = place.contract;
    let (before, after) = (plain(contract, live), plain(contract, goal));
    let (was, is) = (Normal::of(contract, &before), Normal::of(contract, &after));
    let names: Vec<String> = after.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    let changed: Vec<String> =
        names.iter().filter(|name| is_own(contract, name) && !was.same(&is, name)).cloned().collect();
    if changed.is_empty() {
        return Ok(None);
    }
    let whole = contract.update.method == "PUT";
    let sent: Vec<String> =
        if whole { names.into_iter().filter(|name| is_own(contract, name)).collect() } else { changed };
    if whole && loses_secret(&after, &sent) {
        return Err(why::secret_needed());
    }
    let mut body = body(contract, &after, &sent);
    if let (Some(kind), Some(map)) = (after.get("@odata.type"), body.as_object_mut()) {
        map.insert("@odata.type".to_owned(), kind.clone());
    }
    contract.update.without.iter().for_each(|path| drop_path(&mut body, path));
    let body = match &contract.update.inside {
        Some(property) => Value::Object(Map::from_iter([(property.clone(), body)])),
        None => body,
    };
    let path = contract.update.path.clone().unwrap_or_else(|| place.item());
    let method = if whole { Method::Put } else { Method::Patch };
    Ok(Some(place.step(Purpose::Update, method, path, Some(body))))
}

/// Whether the update itself takes the property, bound parts included.
fn is_own(contract: &Contract, name: &str) -> bool {
    match contract.part(name) {
        Some(part) => contract.replaces_part(part) || is_bound(contract, part),
        None => !contract.update.without.iter().any(|one| one == name) && name != "@odata.type",
    }
}

fn is_bound(contract: &Contract, part: &Part) -> bool {
    part.written.is_none() && contract.bound(&part.property).is_some()
}

fn body(contract: &Contract, after: &Value, names: &[String]) -> Value {
    let mut map = Map::new();
    for name in names {
        let value = after.get(name).cloned().unwrap_or_default();
        match contract.part(name).filter(|part| is_bound(contract, part)) {
            Some(part) => {
                let addresses = addresses(contract, &part.property, &value);
                map.extend(addresses.map(|addresses| (format!("{name}@odata.bind"), addresses)));
            }
            None => {
                map.insert(name.clone(), value);
            }
        }
    }
    Value::Object(map)
}

/// The request that moves the object among others of its kind, the last of all.
pub(super) fn priority(place: Place<'_>, live: Option<&Value>, goal: &Value) -> Option<Step> {
    let (action, _) =
        place.contract.writing_actions().find(|(_, names)| names.iter().any(|name| name == "priority"))?;
    let wanted = goal.get("priority").filter(|priority| !priority.is_null())?;
    if live.is_some_and(|live| live.get("priority") == Some(wanted)) {
        return None;
    }
    let body = Value::Object(Map::from_iter([("priority".to_owned(), wanted.clone())]));
    Some(place.step(Purpose::Priority, Method::Post, place.below(action), Some(body)))
}
