//! Values of administrative templates: each is of a definition, its own values of presentations, and both are named by
//! address.

use serde_json::{Map, Value, json};

use super::places::{Place, address};
use super::plain::same_row;
use super::plan::{Method, Purpose, Step};

const DEFINITIONS: &str = "deviceManagement/groupPolicyDefinitions";
/// What the service adds to a value.
const COMPUTED: [&str; 3] = ["id", "createdDateTime", "lastModifiedDateTime"];

/// Leaves of each value what a restore can say: the definition and the presentations by their id.
pub(super) fn plain_values(rows: &mut Value) {
    for row in rows.as_array_mut().into_iter().flatten() {
        plain_value(row, "definition");
        let presented = row.get_mut("presentationValues").and_then(Value::as_array_mut);
        presented.into_iter().flatten().for_each(|value| plain_value(value, "presentation"));
    }
}

fn plain_value(row: &mut Value, named: &str) {
    let Some(map) = row.as_object_mut() else { return };
    map.retain(|name, _| !COMPUTED.contains(&name.as_str()));
    if let Some(named) = map.get_mut(named).and_then(Value::as_object_mut) {
        named.retain(|name, _| name == "id");
    }
}

/// The requests that make the values what they are to be. A changed one is taken away and added, in two requests: in one
/// the service finds it there already.
pub(super) fn values(place: Place<'_>, now: &[Value], goal: &[Value]) -> Vec<Step> {
    let plain = |rows: &[Value]| {
        let mut rows = Value::Array(rows.to_vec());
        plain_values(&mut rows);
        rows.as_array().cloned().unwrap_or_default()
    };
    let (before, after) = (plain(now), plain(goal));
    let is_in = |row: &Value, rows: &[Value]| rows.iter().any(|other| same_row(row, other));
    let gone = before.iter().zip(now).filter(|(row, _)| !is_in(row, &after));
    let deleted: Vec<&str> = gone.filter_map(|(_, raw)| raw.get("id")?.as_str()).collect();
    let added: Vec<Value> = after.iter().filter(|row| !is_in(row, &before)).map(|row| sent(place, row)).collect();
    let mut steps = Vec::new();
    let mut act = |body: Value| {
        steps.push(place.step(Purpose::Part, Method::Post, place.below("updateDefinitionValues"), Some(body)));
    };
    if !deleted.is_empty() {
        act(json!({ "added": [], "updated": [], "deletedIds": deleted }));
    }
    if !added.is_empty() {
        act(json!({ "added": added, "updated": [], "deletedIds": [] }));
    }
    steps
}

fn sent(place: Place<'_>, row: &Value) -> Value {
    let id = |row: &Value, name: &str| row.get(name).and_then(|named| named.get("id")?.as_str().map(str::to_owned));
    let mut map = row.as_object().cloned().unwrap_or_default();
    map.shift_remove("definition");
    let Some(definition) = id(row, "definition") else { return Value::Object(map) };
    let bound = address(place.contract.version, DEFINITIONS, &definition);
    let presented = row.get("presentationValues").and_then(Value::as_array).into_iter().flatten().map(|value| {
        let mut map: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
        map.shift_remove("presentation");
        let address = id(value, "presentation")
            .map(|id| Value::from(format!("{bound}/presentations/{}", crate::registry::path_segment(&id))));
        map.extend(address.map(|address| ("presentation@odata.bind".to_owned(), address)));
        Value::Object(map)
    });
    map.insert("presentationValues".to_owned(), presented.collect());
    map.insert("definition@odata.bind".to_owned(), Value::from(bound.clone()));
    Value::Object(map)
}
