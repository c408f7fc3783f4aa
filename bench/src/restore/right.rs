//! Whether an object is in a tenant as it is in another: judged from what the simulator holds, the same for every program.

use std::collections::{BTreeMap, BTreeSet};

use model::registry::{Contract, content};
use serde_json::Value;

/// What the service gives every object or assignment by itself.
const GIVEN: [&str; 6] = ["id", "createdDateTime", "lastModifiedDateTime", "version", "source", "sourceId"];
/// How an assignment says that it has no filter, beside leaving it out.
const NO_FILTER: (&str, &str) = ("deviceAndAppManagementAssignmentFilterType", "none");
/// The filter that it names beside that: none, whatever stands there.
const FILTER: &str = "deviceAndAppManagementAssignmentFilterId";

/// Ids of the one tenant and what stands for them in the other.
pub(super) type Renamed = BTreeMap<String, String>;

/// What of the wanted objects is not in the other tenant with everything that an administrator decides of them: properties,
/// settings, contents and assignments. In words, one line an object: its type and what differs.
pub(super) fn wrong(contract: &Contract, wanted: &[Value], there: &[Value], renamed: &Renamed) -> Vec<String> {
    let mut found: Vec<Value> = there.iter().map(|object| gist(contract, object.clone())).collect();
    let mut left = Vec::new();
    for object in wanted.iter().map(|object| gist(contract, with_ids(object, renamed))) {
        // One object of the tenant stands for one wanted object only.
        match found.iter().position(|one| *one == object) {
            Some(index) => drop(found.swap_remove(index)),
            None => left.push(object),
        }
    }
    let in_words = |object: &Value| {
        let same = found.iter().find(|one| content::name(contract, one) == content::name(contract, object));
        format!("{}: {}", contract.key, same.map_or("not there".to_owned(), |one| differing(object, one)))
    };
    left.iter().map(in_words).collect()
}

fn differing(one: &Value, other: &Value) -> String {
    let names = [one, other].into_iter().filter_map(Value::as_object).flat_map(|fields| fields.keys());
    let names: BTreeSet<&str> = names.filter(|name| one.get(*name) != other.get(*name)).map(String::as_str).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The object with the ids of the other tenant.
fn with_ids(object: &Value, renamed: &Renamed) -> Value {
    match object {
        Value::String(text) => Value::String(renamed.get(text).unwrap_or(text).clone()),
        Value::Array(list) => list.iter().map(|one| with_ids(one, renamed)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), with_ids(value, renamed))).collect(),
        other => other.clone(),
    }
}

/// What is left when everything is gone that the service computes, and the order of sets.
fn gist(contract: &Contract, mut object: Value) -> Value {
    let computed = |name: &str| contract.strip.iter().any(|path| path == name);
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|name, _| !computed(name));
    }
    let within: Vec<_> = contract.strip.iter().filter_map(|path| Some(path.rsplit_once('.')?.1)).collect();
    plain(&mut object, &within);
    for set in contract.sets.iter().filter(|set| !set.contains(['.', '['])) {
        if let Some(list) = object[set].as_array_mut() {
            list.sort_by_key(Value::to_string);
        }
    }
    object
}

/// Without what is given or computed, and without what is not set.
fn plain(value: &mut Value, computed: &[&str]) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| plain(one, computed)),
        Value::Object(fields) => {
            let no_filter = fields.get(NO_FILTER.0).is_some_and(|kind| kind == NO_FILTER.1);
            let is_set =
                |name: &str, value: &Value| !(value.is_null() || no_filter && [NO_FILTER.0, FILTER].contains(&name));
            let is_given = |name: &str| GIVEN.contains(&name) || computed.contains(&name);
            fields.retain(|name, value| is_set(name, value) && !is_given(name));
            fields.values_mut().for_each(|one| plain(one, computed));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use model::registry::Registry;
    use serde_json::json;

    use super::*;

    fn judged(there: &[Value]) -> Vec<String> {
        let contract = Registry::embedded().get("settingsCatalog").expect("a type");
        let wanted = json!({
            "id": "a", "name": "One", "settings": [{ "id": "0", "v": 1 }, { "id": "1", "v": 2 }],
            "templateReference": { "templateId": "", "templateFamily": "none" },
            "assignments": [{ "id": "x", "source": "direct", "target": {
                "groupId": "g", "deviceAndAppManagementAssignmentFilterType": "none",
                "deviceAndAppManagementAssignmentFilterId": "00000000-0000-0000-0000-000000000000" } }],
        });
        wrong(contract, &[wanted], there, &Renamed::from([("g".to_owned(), "h".to_owned())]))
    }

    #[test]
    fn an_object_is_right_with_new_ids_in_another_order_and_for_the_group_that_stands_for_its_own() {
        let there = json!({
            "id": "b", "name": "One", "description": null, "settings": [{ "v": 2 }, { "v": 1 }],
            "templateReference": { "templateId": "" },
            "assignments": [{ "id": "y", "target": { "groupId": "h" } }],
        });
        assert_eq!(judged(std::slice::from_ref(&there)), [""; 0]);
        for (property, value) in [
            ("settings", json!([{ "v": 1 }])),
            ("assignments", json!([])),
            ("assignments", json!([{ "target": { "groupId": "g" } }])),
            ("name", json!("Two")),
        ] {
            let mut changed = there.clone();
            changed[property] = value;
            let told = if property == "name" { "not there" } else { property };
            assert_eq!(judged(&[changed]), [format!("settingsCatalog: {told}")]);
        }
        assert_eq!(judged(&[]), ["settingsCatalog: not there"]);
    }
}
