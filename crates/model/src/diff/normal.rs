//! What comparisons look at.

use serde_json::{Map, Value};

use super::lists::{content, identity};
use super::rules::{ListRule, Node, Rules};
use super::secret::{bare, hide, hide_declared, is_asterisks, secret};
use crate::canonical;
use crate::registry::content::is_protocol;

const FILTER_ID: &str = "deviceAndAppManagementAssignmentFilterId";
const FILTER_TYPE: &str = "deviceAndAppManagementAssignmentFilterType";
/// What Graph writes where no filter is meant.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// The document in the form in which it is compared: a mark stands in place of each secret. No document is an empty one.
pub(super) fn prepared(rules: &Rules, document: &Value) -> Value {
    match document {
        Value::Null => Value::Object(Map::new()),
        document => clean(rules, Some(&rules.root), "", document),
    }
}

/// The same without the secrets.
pub(super) fn normal(rules: &Rules, document: &Value) -> Value {
    bare(&prepared(rules, document))
}

fn clean(rules: &Rules, node: Option<&Node>, name: &str, value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(object(rules, node, map)),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| clean(rules, node, name, item)).collect();
            sort(rules.list(node, name), &mut items);
            Value::Array(items)
        }
        scalar => scalar.clone(),
    }
}

fn object(rules: &Rules, node: Option<&Node>, map: &Map<String, Value>) -> Map<String, Value> {
    let mut map = map.clone();
    hide_declared(&mut map);
    without_empty_filter(&mut map);
    let mut cleaned = Map::new();
    for (name, value) in map {
        let place = node.and_then(|node| node.get(&name));
        if is_note(&name) || place.is_some_and(|place| place.away) {
            continue;
        }
        let value = match place {
            _ if secret(&value).is_some() => value,
            Some(place) if place.secret => hide(&value),
            // In a list they are left: its places are counted.
            _ if value.as_str().is_some_and(is_asterisks) => hide(&value),
            _ => clean(rules, place, &name, &value),
        };
        cleaned.insert(name, value);
    }
    cleaned
}

/// Exports say the type of a property beside it; what is bound by a link is content.
fn is_note(name: &str) -> bool {
    is_protocol(name) || (name.ends_with("@odata.type") && name != "@odata.type")
}

/// Without a filter Graph sends null or a GUID of zeros, depending on the type: both say the same as nothing.
fn without_empty_filter(map: &mut Map<String, Value>) {
    let narrows = map.get(FILTER_TYPE).map(|mode| matches!(mode.as_str(), Some("include" | "exclude")));
    let names_one = map.get(FILTER_ID).and_then(Value::as_str).is_some_and(|id| !id.is_empty() && id != NO_ID);
    if narrows == Some(false) || !names_one {
        map.shift_remove(FILTER_ID);
        if narrows != Some(true) {
            map.shift_remove(FILTER_TYPE);
        }
    }
}

/// Puts a list whose order means nothing into the same order every time.
pub(super) fn sort(rule: Option<&ListRule>, items: &mut [Value]) {
    if let Some(rule) = rule.filter(|rule| rule.sorted()) {
        // Secrets tell apart only what is equal without them: else the order would depend on the one before.
        items.sort_by_cached_key(|item| (identity(Some(rule), item), content(item), canonical::to_string(item)));
    }
}
