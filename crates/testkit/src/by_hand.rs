//! What somebody changes by hand: a little of everything that can be put back.

use model::registry::content::{is_built_in, object_type};
use model::registry::{Contract, CreateMode, Rows};
use serde_json::{Value, json};

/// Whether a restore makes the object when somebody has removed it, and takes it away again.
pub fn can_be_made_again(contract: &Contract, object: &Value) -> bool {
    let create = &contract.create;
    let kind = object_type(object).unwrap_or_default();
    contract.delete
        && matches!(create.mode, CreateMode::Yes | CreateMode::Partial)
        && (create.types.is_empty() || create.types.iter().any(|known| known == kind))
        && !is_built_in(contract, object)
}

/// Changes an object as it is stored.
pub fn change(contract: &Contract, object: &mut Value) {
    let fixed = |name: &str| {
        let named = |paths: &[String]| paths.iter().any(|path| path == name);
        let held = contract.held.as_ref().is_some_and(|held| held.property == name);
        let refers = contract.references.iter().any(|rule| rule.path.split(['.', '[']).next() == Some(name));
        let by_action = contract.written_by_action(name);
        let kept = named(&contract.strip) || named(&contract.volatile) || named(&contract.masked);
        name == "id" || name.contains('@') || held || refers || kept || (named(&contract.update.without) && !by_action)
    };
    let assigned = contract.assignable.part().map(str::to_owned);
    let applies_to_everybody =
        is_built_in(contract, object) && !contract.built_in.as_ref().is_some_and(|one| one.assigned);
    for (name, value) in object.as_object_mut().expect("an object is one") {
        let part = contract.part(name);
        if assigned.as_deref() == Some(name) {
            if !applies_to_everybody {
                *value = json!([]);
            }
        } else if let Some(part) = part {
            match &part.written {
                Some(Rows::InPlace { .. }) => turn_off(value),
                _ if contract.writes_part(part) && part.inverse.is_none() => shorten(value),
                _ => {}
            }
        } else if !fixed(name) {
            edit(name, value, contract.name.as_deref() == Some(name.as_str()) || name == "description");
        }
    }
}

fn turn_off(value: &mut Value) {
    for row in value.as_array_mut().into_iter().flatten() {
        row["state"] = json!(if row["state"] == "enabled" { "disabled" } else { "enabled" });
    }
}

fn shorten(value: &mut Value) {
    if let Some(rows) = value.as_array_mut()
        && rows.len() > 1
    {
        rows.pop();
    }
}

fn edit(name: &str, value: &mut Value, is_text: bool) {
    match value {
        Value::Bool(flag) => *flag = !*flag,
        Value::String(text) if is_text => *text = "Changed by hand".to_owned(),
        Value::Number(number) if name != "priority" => *value = json!(number.as_i64().unwrap_or(0) + 1),
        Value::Object(map) => map.iter_mut().for_each(|(name, value)| edit(name, value, false)),
        _ => {}
    }
}
