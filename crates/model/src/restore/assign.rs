//! Assignments: the whole list by an action, or each by a request of its own.

use serde_json::{Map, Value};

use super::places::Place;
use super::plain::{Normal, plain, same_row};
use super::plan::{Method, Purpose, Step, Why};
use super::why;
use crate::registry::{Assign, Assignable, path_segment};

/// The requests; none when the list is as it should be.
pub(super) fn assign(place: Place<'_>, live: Option<&Value>, goal: &Value) -> Result<Vec<Step>, Why> {
    match &place.contract.assignable {
        Assignable::Action(assign) => Ok(whole(place, assign, live, goal)?.into_iter().collect()),
        Assignable::Each { part, .. } => Ok(one_by_one(place, part, live, goal)),
        // It is a part of the object itself.
        Assignable::Inside { .. } | Assignable::Never { .. } => Ok(Vec::new()),
    }
}

fn rows(place: Place<'_>, document: &Value, part: &str) -> Vec<Value> {
    plain(place.contract, document).get(part).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn whole(place: Place<'_>, assign: &Assign, live: Option<&Value>, goal: &Value) -> Result<Option<Step>, Why> {
    let contract = place.contract;
    let wanted = rows(place, goal, &assign.part);
    match live {
        Some(live) => {
            let (before, after) = (plain(contract, live), plain(contract, goal));
            if Normal::of(contract, &before).same(&Normal::of(contract, &after), &assign.part) {
                return Ok(None);
            }
        }
        None if wanted.is_empty() => return Ok(None),
        None => {}
    }
    let excludes = |row: &Value| {
        let kind = row.get("target").and_then(|target| target.get("@odata.type")).and_then(Value::as_str);
        kind.is_some_and(|kind| kind.ends_with(".exclusionGroupAssignmentTarget"))
    };
    if assign.only_includes && wanted.iter().any(excludes) {
        return Err(why::exclusion_not_kept());
    }
    let list = Value::Array(wanted);
    let body = Value::Object(Map::from_iter([(assign.parameter.clone(), list)]));
    let mut step = place.step(Purpose::Assign, Method::Post, place.below(&assign.action), Some(body));
    let ready = contract.create.ready.as_ref();
    let is_ready =
        |property: &str, value: &str| live.is_some_and(|live| live.get(property).is_some_and(|now| now == value));
    step.after = ready
        .filter(|ready| !is_ready(&ready.property, &ready.value))
        .map(|ready| (ready.property.clone(), ready.value.clone()));
    Ok(Some(step))
}

/// What is new comes before what goes, so that nobody is without it in between; but a target that only changes has to go
/// first.
fn one_by_one(place: Place<'_>, part: &str, live: Option<&Value>, goal: &Value) -> Vec<Step> {
    let wanted = rows(place, goal, part);
    let now = live.map(|live| rows(place, live, part)).unwrap_or_default();
    let raw = live.and_then(|live| live.get(part)?.as_array().cloned()).unwrap_or_default();
    let is_in = |row: &Value, rows: &[Value]| rows.iter().any(|other| same_row(row, other));
    let added: Vec<&Value> = wanted.iter().filter(|row| !is_in(row, &now)).collect();
    let gone: Vec<(&Value, &str)> = now
        .iter()
        .zip(&raw)
        .filter(|(row, _)| !is_in(row, &wanted))
        .filter_map(|(row, raw)| Some((row, raw.get("id")?.as_str()?)))
        .collect();
    let whom =
        |row: &Value| row.get("target").and_then(|target| target.get("groupId").or(target.get("@odata.type")).cloned());
    let (first, last): (Vec<_>, Vec<_>) =
        gone.into_iter().partition(|(row, _)| added.iter().any(|new| whom(new) == whom(row)));
    let remove = |id: &str| {
        let path = place.below(&format!("{part}/{}", path_segment(id)));
        place.step(Purpose::RemoveAssignment, Method::Delete, path, None)
    };
    let add = |row: &Value| place.step(Purpose::AddAssignment, Method::Post, place.below(part), Some(row.clone()));
    let first = first.into_iter().map(|(_, id)| remove(id));
    let last = last.into_iter().map(|(_, id)| remove(id));
    first.chain(added.into_iter().map(add)).chain(last).collect()
}
