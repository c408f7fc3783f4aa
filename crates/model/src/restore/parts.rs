//! Parts whose rows are written on their own.

use serde_json::{Map, Value, json};

use super::places::{Place, address};
use super::plain::{plain, same_row};
use super::plan::{Method, Purpose, Step};
use super::templates;
use crate::registry::{Part, Rows, path_segment};

/// The requests that make the part what it is to be.
pub(super) fn write(place: Place<'_>, part: &Part, now: &Value, goal: &Value) -> Vec<Step> {
    let raw = |document: &Value| rows(document, part);
    let plain = |document: &Value| rows(&plain(place.contract, document), part);
    let rows = Both { part, raw: raw(now), now: plain(now), goal: plain(goal) };
    match &part.written {
        Some(Rows::Each { key }) => each(place, &rows, key),
        Some(Rows::InPlace { key }) => in_place(place, &rows, key),
        Some(Rows::Links) => links(place, &rows),
        Some(Rows::DefinitionValues) => templates::values(place, &raw(now), &raw(goal)),
        Some(Rows::Settings) => settings(place, &rows).into_iter().collect(),
        Some(Rows::Items) => items(place, &rows).into_iter().collect(),
        Some(Rows::Never) | None => Vec::new(),
    }
}

fn rows(document: &Value, part: &Part) -> Vec<Value> {
    document.get(&part.property).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The rows as they are, with and without their ids, and as they are to be.
struct Both<'a> {
    part: &'a Part,
    raw: Vec<Value>,
    now: Vec<Value>,
    goal: Vec<Value>,
}

impl Both<'_> {
    /// The row that has the same key: its place among those that are there.
    fn same(&self, wanted: &Value, key: &str) -> Option<usize> {
        let value = wanted.get(key)?;
        self.now.iter().position(|row| row.get(key) == Some(value))
    }

    fn id(&self, index: usize) -> Option<&str> {
        self.raw.get(index)?.get("id")?.as_str()
    }

    /// Places of rows that are wanted no more.
    fn gone(&self, key: &str) -> Vec<usize> {
        let wanted = |row: &Value| self.goal.iter().any(|goal| row.get(key) == goal.get(key));
        self.now.iter().enumerate().filter(|(_, row)| !wanted(row)).map(|(index, _)| index).collect()
    }
}

/// Added and changed first, so that there is never none.
fn each(place: Place<'_>, rows: &Both<'_>, key: &str) -> Vec<Step> {
    let name = &rows.part.property;
    let below = |id: &str| place.below(&format!("{name}/{}", path_segment(id)));
    let mut steps = Vec::new();
    for row in &rows.goal {
        match rows.same(row, key) {
            Some(index) if same_row(&rows.now[index], row) => {}
            Some(index) => {
                if let Some(id) = rows.id(index) {
                    steps.push(place.step(Purpose::Part, Method::Patch, below(id), Some(without_id(row))));
                }
            }
            None => steps.push(place.step(Purpose::Part, Method::Post, place.below(name), Some(without_id(row)))),
        }
    }
    for id in rows.gone(key).into_iter().filter_map(|index| rows.id(index)) {
        steps.push(place.step(Purpose::Part, Method::Delete, below(id), None));
    }
    steps
}

fn without_id(row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(map) = row.as_object_mut() {
        map.shift_remove("id");
    }
    row
}

fn in_place(place: Place<'_>, rows: &Both<'_>, key: &str) -> Vec<Step> {
    let changed = rows.goal.iter().filter_map(|row| {
        let index = rows.same(row, key).filter(|index| !same_row(&rows.now[*index], row))?;
        let path = place.below(&format!("{}/{}", rows.part.property, path_segment(rows.id(index)?)));
        Some(place.step(Purpose::Part, Method::Patch, path, Some(without_id(row))))
    });
    changed.collect()
}

fn links(place: Place<'_>, rows: &Both<'_>) -> Vec<Step> {
    let Some(collection) = place.contract.bound(&rows.part.property) else { return Vec::new() };
    let name = &rows.part.property;
    let mut steps = Vec::new();
    let new = rows.goal.iter().filter(|row| rows.same(row, "id").is_none());
    for id in new.filter_map(|row| row.get("id")?.as_str()) {
        let body = json!({ "@odata.id": address(place.contract.version, collection, id) });
        steps.push(place.step(Purpose::Part, Method::Post, place.below(&format!("{name}/$ref")), Some(body)));
    }
    for id in rows.gone("id").into_iter().filter_map(|index| rows.id(index)) {
        let path = place.below(&format!("{name}/{}/$ref", path_segment(id)));
        steps.push(place.step(Purpose::Part, Method::Delete, path, None));
    }
    steps
}

/// Settings of an intent are changed or set to nothing, never taken away.
fn settings(place: Place<'_>, rows: &Both<'_>) -> Option<Step> {
    let key = "definitionId";
    let with_id = |row: &Value, index: Option<usize>| {
        let mut row = row.clone();
        if let (Some(id), Some(map)) = (index.and_then(|index| rows.id(index)), row.as_object_mut()) {
            map.insert("id".to_owned(), Value::from(id));
        }
        row
    };
    let changed = rows.goal.iter().filter_map(|row| {
        let index = rows.same(row, key);
        let same = index.is_some_and(|index| same_row(&rows.now[index], row));
        (!same).then(|| with_id(row, index))
    });
    let settings: Vec<Value> = changed.collect();
    let body = json!({ "settings": settings });
    (!settings.is_empty()).then(|| place.step(Purpose::Part, Method::Post, place.below("updateSettings"), Some(body)))
}

/// Items of a policy set, told by what they bring.
fn items(place: Place<'_>, rows: &Both<'_>) -> Option<Step> {
    // The create takes them along.
    place.id?;
    let key = "payloadId";
    let (mut added, mut updated) = (Vec::new(), Vec::new());
    for row in &rows.goal {
        match rows.same(row, key) {
            None => added.push(row.clone()),
            Some(index) if same_row(&rows.now[index], row) => {}
            Some(index) => {
                let mut row = row.as_object().cloned().unwrap_or_default();
                row.extend(rows.id(index).map(|id| ("id".to_owned(), Value::from(id))));
                updated.push(Value::Object(row));
            }
        }
    }
    let deleted: Vec<&str> = rows.gone(key).into_iter().filter_map(|index| rows.id(index)).collect();
    let lists = [
        ("addedPolicySetItems", json!(added)),
        ("updatedPolicySetItems", json!(updated)),
        ("deletedPolicySetItems", json!(deleted)),
    ];
    let given = lists.into_iter().filter(|(_, list)| list.as_array().is_some_and(|list| !list.is_empty()));
    let body: Map<String, Value> = given.map(|(name, list)| (name.to_owned(), list)).collect();
    let is_some = !body.is_empty();
    is_some.then(|| place.step(Purpose::Part, Method::Post, place.below("update"), Some(Value::Object(body))))
}
