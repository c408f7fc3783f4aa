//! Objects as they are read, and as the registry says they are sent.

use std::collections::BTreeMap;

use model::registry::content::{is_built_in, path};
use model::registry::{Assignable, Contract};
use serde_json::{Map, Value, json};

use super::Trial;

/// One object of each type that a collection serves, with the parts that are sent along; defaults are passed over.
pub(super) async fn served(trial: &Trial<'_>) -> Vec<Value> {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for row in trial.session.all(&trial.address()).await {
        let name = row["@odata.type"].as_str().unwrap_or_default().to_owned();
        if found.contains_key(&name) || is_built_in(trial.contract, &row) {
            continue;
        }
        let id = row["id"].as_str().unwrap();
        let mut object = trial.session.get(&trial.item(id)).await;
        for part in &trial.contract.create.with_parts {
            let part = trial.contract.part(part).unwrap();
            let expand =
                if part.expand.is_empty() { String::new() } else { format!("?$expand={}", part.expand.join(",")) };
            let answer = trial.session.get(&format!("{}/{}{expand}", trial.item(id), part.property)).await;
            object[&part.property] = answer["value"].clone();
        }
        for name in trial.contract.hydrate.iter().flat_map(|hydrate| hydrate.alone.iter().chain(&hydrate.properties)) {
            object[name] = trial.session.get(&format!("{}?$select={name}", trial.item(id))).await[name].clone();
        }
        found.insert(name, object);
    }
    found.into_values().collect()
}

/// The object as it is sent to make it again.
pub(super) fn to_create(contract: &Contract, served: &Value) -> Value {
    let mut object = stripped(contract, served);
    drop_paths(&mut object, &contract.create.without);
    drop_paths(&mut object, &contract.masked);
    for part in contract.parts.iter().filter(|part| !contract.create.with_parts.contains(&part.property)) {
        drop_paths(&mut object, std::slice::from_ref(&part.property));
    }
    object
}

/// The object as it is sent to change it.
pub(super) fn to_update(contract: &Contract, served: &Value) -> Value {
    let mut object = stripped(contract, served);
    drop_paths(&mut object, &contract.update.without);
    for part in &contract.parts {
        let sent = contract.update.method == "PUT" && contract.create.with_parts.contains(&part.property);
        if !sent {
            drop_paths(&mut object, std::slice::from_ref(&part.property));
        }
    }
    object
}

/// Without what is never sent back, and without what an answer adds of its own.
fn stripped(contract: &Contract, served: &Value) -> Value {
    let mut object = served.clone();
    drop_paths(&mut object, &contract.strip);
    forget_control(&mut object);
    object
}

fn drop_paths(object: &mut Value, paths: &[String]) {
    for path in paths {
        path::edit_holders(object, path, &mut |holder: &mut Map<String, Value>, name: &str| {
            holder.remove(name);
        });
    }
}

fn forget_control(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(forget_control),
        Value::Object(fields) => {
            fields.retain(|name, _| name == "@odata.type" || !(name.contains('@') || name.starts_with('#')));
            fields.values_mut().for_each(forget_control);
        }
        _ => {}
    }
}

/// One assignment to a group, as the type takes it.
pub(super) fn assignment(contract: &Contract, group: &str) -> Value {
    let element = match &contract.assignable {
        Assignable::Action(assign) => assign.element.as_str(),
        Assignable::Each { element, .. } => element.as_str(),
        Assignable::Inside { .. } | Assignable::Never { .. } => "",
    };
    let kind = if element.starts_with("cloudPc") { "cloudPcManagementGroup" } else { "group" };
    let target = json!({ "@odata.type": format!("#microsoft.graph.{kind}AssignmentTarget"), "groupId": group });
    let mut assignment = json!({ "@odata.type": format!("#microsoft.graph.{element}"), "target": target });
    if element == "mobileAppAssignment" {
        assignment["intent"] = json!("required");
    }
    assignment
}
