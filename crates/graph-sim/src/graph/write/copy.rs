//! Copies of an object, by `createCopy` and `clone`. Its settings come along, its assignments do not.

use serde_json::{Map, Value, json};

use super::{Reply, Target, complete, new_id, only, record};
use crate::audit::{Change, Operation};
use crate::errors::GraphError;
use crate::moments;
use crate::rules::Action;

/// What a copy of its own name is called by: the parameter, and the properties that may hold it.
const GIVEN: [(&str, &[&str]); 2] = [("displayName", &["name", "displayName"]), ("description", &["description"])];

pub(super) fn copy(target: Target<'_>, id: &str, action: Action, parameters: &[&str]) -> Result<Reply, GraphError> {
    let request = target.request;
    let empty = request.body.is_empty() && parameters.is_empty();
    let body = if empty { Map::new() } else { request.object()? };
    only(&body, action.name, parameters)?;
    let mut object = target.find(id)?;
    for (parameter, properties) in GIVEN {
        let property = properties.iter().find(|property| object.get(**property).is_some());
        match body.get(parameter) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => object[*property.unwrap_or(&parameter)] = json!(text),
            Some(other) => return Err(wrong_type(other)),
        }
    }
    let now = request.tenant.clock.tick();
    let new = new_id(request, &format!("{}{id}", target.kind.path), &now);
    begin(target, &mut object, &new, &now);
    let mut store = request.tenant.write();
    store.insert(target.kind.path, &new, object.clone());
    let operation = Operation::Action(action.name);
    let change = Change { path: target.kind.path, id: &new, operation, before: None, after: Some(&object) };
    record(request, &mut store, change, &now);
    drop(store);
    target.shown(&new, action.status)
}

/// A new object with the content of another.
fn begin(target: Target<'_>, object: &mut Value, id: &str, now: &str) {
    let Some(fields) = object.as_object_mut() else { return };
    fields.insert("id".to_owned(), json!(id));
    for (name, start) in [("assignments", json!([])), ("referencingConfigurationPolicyCount", json!(0))] {
        if let Some(value) = fields.get_mut(name) {
            *value = start;
        }
    }
    // The parts get ids of their own.
    for navigation in target.kind.navigations {
        let parts = fields.get_mut(navigation.name).and_then(Value::as_array_mut);
        for part in parts.into_iter().flatten().filter_map(Value::as_object_mut) {
            part.remove("id");
        }
    }
    moments::begin(target.kind.path, fields, now);
    complete(target.kind, object);
}

fn wrong_type(value: &Value) -> GraphError {
    GraphError::bad_request(format!("Cannot convert the literal '{value}' to the expected type 'Edm.String'."))
}
