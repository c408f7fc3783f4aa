//! The part of an object that a restore can say something about, and when two of them are the same.

use serde_json::{Map, Value};

use crate::canonical;
use crate::registry::content::path::edit_holders;
use crate::registry::{Assignable, Contract, Part, Rows};

/// What a row has of its own wherever it stands, and what no write takes.
const OF_ROWS: [&str; 4] = ["id", "createdDateTime", "lastModifiedDateTime", "sourceId"];

/// The object without what the service computes, without notes of the protocol, and with rows that have no id of their own.
pub(super) fn plain(contract: &Contract, document: &Value) -> Value {
    let mut document = document.clone();
    forget_notes(&mut document);
    for path in contract.strip.iter().chain(&contract.volatile).filter(|path| contract.part(path).is_none()) {
        edit_holders(&mut document, path, &mut |holder, name| {
            holder.shift_remove(name);
        });
    }
    for path in &contract.by_id {
        edit_holders(&mut document, path, &mut keep_id);
    }
    for part in &contract.parts {
        if let Some(value) = document.get_mut(&part.property) {
            plain_part(contract, part, value);
        }
    }
    document
}

/// What an object says of itself. Of another one that it names only the id is its own, and a row that the other one has is
/// not: both change with the other one.
pub fn own(contract: &Contract, document: &Value) -> Value {
    let mut document = document.clone();
    for path in &contract.by_id {
        edit_holders(&mut document, path, &mut keep_id);
    }
    for part in &contract.parts {
        let Some(value) = document.get_mut(&part.property) else { continue };
        if let Some(rows) = value.as_array_mut() {
            rows.retain(|row| !part.is_inverse(row));
        }
        if contract.bound(&part.property).is_some() {
            only_ids(value);
        }
    }
    document
}

fn only_ids(value: &mut Value) {
    match value {
        Value::Array(rows) => rows.iter_mut().for_each(only_id),
        value => only_id(value),
    }
}

fn plain_part(contract: &Contract, part: &Part, value: &mut Value) {
    if let Some(rows) = value.as_array_mut() {
        rows.retain(|row| !part.is_inverse(row));
    }
    let bound = contract.bound(&part.property).is_some();
    match &part.written {
        // What is bound or linked is its id and nothing else.
        _ if bound => only_ids(value),
        Some(Rows::DefinitionValues) => super::templates::plain_values(value),
        Some(Rows::InPlace { key }) | Some(Rows::Each { key }) if key == "id" => {}
        Some(Rows::Never) => {}
        _ => forget_ids(value),
    }
    if is_assignments(contract, part)
        && let Some(rows) = value.as_array_mut()
    {
        rows.iter_mut().for_each(plain_assignment);
    }
}

fn is_assignments(contract: &Contract, part: &Part) -> bool {
    contract.assignable.part() == Some(part.property.as_str())
}

/// An assignment that names no filter says so in one way.
fn plain_assignment(row: &mut Value) {
    if let Some(row) = row.as_object_mut() {
        // Always the same in one list, and not always told.
        row.shift_remove("@odata.type");
    }
    let Some(target) = row.get_mut("target").and_then(Value::as_object_mut) else { return };
    let kind = target.get("deviceAndAppManagementAssignmentFilterType").and_then(Value::as_str);
    if !matches!(kind, Some("include" | "exclude")) {
        target.shift_remove("deviceAndAppManagementAssignmentFilterType");
        target.shift_remove("deviceAndAppManagementAssignmentFilterId");
    }
}

fn keep_id(holder: &mut Map<String, Value>, name: &str) {
    if let Some(value) = holder.get_mut(name) {
        only_id(value);
    }
}

fn only_id(value: &mut Value) {
    if let Some(map) = value.as_object_mut() {
        map.retain(|name, _| name == "id");
    }
}

fn forget_notes(value: &mut Value) {
    match value {
        Value::Array(rows) => rows.iter_mut().for_each(forget_notes),
        Value::Object(map) => {
            map.retain(|name, _| name == "@odata.type" || !(name.contains('@') || name.starts_with('#')));
            map.values_mut().for_each(forget_notes);
        }
        _ => {}
    }
}

/// Rows get new ids when they are written.
fn forget_ids(value: &mut Value) {
    for row in value.as_array_mut().into_iter().flatten() {
        if let Some(map) = row.as_object_mut() {
            map.retain(|name, _| !OF_ROWS.contains(&name.as_str()));
            map.values_mut().for_each(forget_ids);
        }
    }
}

/// An object in the form in which two are compared, by property.
pub(super) struct Normal(Value);

impl Normal {
    /// Of a plain object.
    pub(super) fn of(contract: &Contract, plain: &Value) -> Self {
        let mut value = plain.clone();
        for path in &contract.sets {
            edit_holders(&mut value, path, &mut sort);
        }
        let kept = match &contract.assignable {
            Assignable::Action(assign) => Some(assign.part.as_str()),
            Assignable::Each { part, .. } => Some(part.as_str()),
            Assignable::Inside { .. } | Assignable::Never { .. } => None,
        };
        for part in contract.parts.iter().filter(|part| Some(part.property.as_str()) == kept || part.written.is_some())
        {
            edit_holders(&mut value, &part.property, &mut sort);
        }
        forget_nulls(&mut value);
        Self(value)
    }

    /// Whether both say the same of a property; absent and null are the same here, since neither asks for a write.
    pub(super) fn same(&self, other: &Normal, name: &str) -> bool {
        let text = |value: &Value| value.get(name).filter(|value| !value.is_null()).map(canonical::to_string);
        text(&self.0) == text(&other.0)
    }
}

/// Whether two rows are the same.
pub(super) fn same_row(one: &Value, two: &Value) -> bool {
    let text = |row: &Value| {
        let mut row = row.clone();
        forget_nulls(&mut row);
        canonical::to_string(&row)
    };
    text(one) == text(two)
}

fn forget_nulls(value: &mut Value) {
    match value {
        Value::Array(rows) => rows.iter_mut().for_each(forget_nulls),
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(forget_nulls);
        }
        _ => {}
    }
}

fn sort(map: &mut Map<String, Value>, name: &str) {
    if let Some(Value::Array(rows)) = map.get_mut(name) {
        rows.iter_mut().for_each(forget_nulls);
        rows.sort_by_cached_key(canonical::to_string);
    }
}
