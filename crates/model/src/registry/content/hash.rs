//! The content of a version: what has to differ for two observations to be two versions.

use serde_json::{Map, Value};

use super::path::edit_holders;
use crate::canonical;
use crate::registry::Contract;

/// Notes of the protocol, not of the configuration. `@odata.type` is none of them: it is part of what an object is.
const PROTOCOL: [&str; 9] = [
    "@odata.context",
    "@odata.nextLink",
    "@odata.count",
    "@odata.id",
    "@odata.etag",
    "@odata.editLink",
    "@odata.navigationLink",
    "@odata.associationLink",
    "@microsoft.graph.tips",
];

/// The document without volatile properties and protocol notes, declared sets in a fixed order. The rest is as sent:
/// `null`, absent, empty and `false` stay distinct.
pub fn content_for_hash(contract: &Contract, mut content: Value) -> Value {
    remove_protocol(&mut content);
    for path in &contract.volatile {
        edit_holders(&mut content, path, &mut |map, name| {
            map.shift_remove(name);
        });
    }
    for path in &contract.sets {
        edit_holders(&mut content, path, &mut sort_set);
    }
    content
}

/// What rows of a list say.
#[derive(Debug)]
pub struct RowSignals<'a> {
    contract: &'a Contract,
    /// How its objects are read.
    reading: String,
}

impl<'a> RowSignals<'a> {
    /// Of the lists of that type.
    pub fn of(contract: &'a Contract) -> Self {
        Self { contract, reading: format!("{:?} {:?} {:?}", contract.list, contract.hydrate, contract.parts) }
    }

    /// What a row says, and how its object would be read: while this text is the same, nothing told of a change.
    /// Volatile properties count, since the time of the last change is one of them.
    pub fn signal(&self, row: &Value) -> String {
        let mut row = row.clone();
        remove_protocol(&mut row);
        for path in &self.contract.sets {
            edit_holders(&mut row, path, &mut sort_set);
        }
        format!("{}\n{}", canonical::to_string(&row), self.reading)
    }
}

/// Takes notes of the protocol away, wherever they stand.
pub(crate) fn remove_protocol(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|name, _| !is_protocol(name));
            map.values_mut().for_each(remove_protocol);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_protocol),
        _ => {}
    }
}

/// Whether a property is a note of the protocol.
pub(crate) fn is_protocol(name: &str) -> bool {
    // Actions such as `#microsoft.graph.assign` are links, too.
    name.starts_with('#') || PROTOCOL.iter().any(|note| name.ends_with(note))
}

fn sort_set(map: &mut Map<String, Value>, name: &str) {
    if let Some(Value::Array(items)) = map.get_mut(name).filter(|set| set.as_array().is_some_and(|set| set.len() > 1)) {
        items.sort_by_cached_key(canonical::to_string);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{RowSignals, content_for_hash};
    use crate::canonical;
    use crate::registry::Registry;

    fn content(document: serde_json::Value) -> String {
        let contract = Registry::embedded().get("settingsCatalog").expect("contract");
        canonical::to_string(&content_for_hash(contract, document))
    }

    #[test]
    fn time_stamps_contexts_and_the_order_of_sets_do_not_count() {
        let one = json!({ "id": "1", "lastModifiedDateTime": "a", "settings": [{ "id": "0", "x": 1 }, { "id": "1", "x": 2 }],
            "assignments@odata.context": "https://one", "roleScopeTagIds": ["1", "0"] });
        let two = json!({ "roleScopeTagIds": ["0", "1"], "settings": [{ "id": "0", "x": 2 }, { "id": "1", "x": 1 }], "id": "1",
            "lastModifiedDateTime": "b" });
        assert_eq!(content(one), content(two));
    }

    #[test]
    fn null_absent_empty_and_false_stay_distinct() {
        let texts = [json!({ "x": null }), json!({}), json!({ "x": [] }), json!({ "x": false }), json!({ "x": "" })]
            .map(content);
        let distinct: std::collections::BTreeSet<_> = texts.iter().collect();
        assert_eq!(distinct.len(), texts.len());
    }

    #[test]
    fn a_row_tells_of_every_change_but_not_of_order_and_protocol() {
        let contract = Registry::embedded().get("mobileApps").expect("contract");
        let signals = RowSignals::of(contract);
        let signal = |document: serde_json::Value| signals.signal(&document);
        let row =
            json!({ "@odata.context": "x", "id": "1", "lastModifiedDateTime": "a", "roleScopeTagIds": ["1", "0"] });
        let same = json!({ "roleScopeTagIds": ["0", "1"], "lastModifiedDateTime": "a", "id": "1" });
        assert_eq!(signal(row.clone()), signal(same.clone()));
        for (name, value) in [("lastModifiedDateTime", json!("b")), ("brandNew", json!(null))] {
            let mut other = same.clone();
            other[name] = value;
            assert_ne!(signal(row.clone()), signal(other), "{name}");
        }
        let mut reads_more = contract.clone();
        reads_more.parts.pop();
        assert_ne!(
            signal(row.clone()),
            RowSignals::of(&reads_more).signal(&row),
            "another way of reading is another signal"
        );
    }

    #[test]
    fn an_unknown_property_counts() {
        assert_ne!(content(json!({ "brandNew": 1 })), content(json!({ "brandNew": 2 })));
    }
}
