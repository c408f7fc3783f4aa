//! Settings in human words, as far as the document itself allows. Display names from Microsoft's definitions come
//! later; unknown properties are shown, never dropped.

mod catalog;
mod plain;

use serde_json::Value;

use super::path::edit_holders;
use crate::registry::Contract;

/// Shown in place of a value that Graph masks or never returns.
pub const CANNOT_BE_READ: &str = "Cannot be read: Graph does not return this secret";

/// One line of an object's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// What it is called.
    pub name: String,
    /// What it is set to; empty for a heading.
    pub value: String,
    /// How far it is indented, from 0.
    pub depth: usize,
}

/// What is shown elsewhere on the page: identity, assignments, scope tags, time stamps.
const ELSEWHERE: [&str; 12] = [
    "id",
    "displayName",
    "name",
    "description",
    "createdDateTime",
    "lastModifiedDateTime",
    "modifiedDateTime",
    "version",
    "assignments",
    "roleScopeTagIds",
    "roleScopeTags",
    "isAssigned",
];

/// The settings of a document, in its order.
pub fn readable_settings(contract: &Contract, document: &Value) -> Vec<SettingRow> {
    let document = masked(contract, document);
    let Value::Object(map) = &document else { return Vec::new() };
    let mut rows = Vec::new();
    for (name, value) in map.iter().filter(|(name, _)| !ELSEWHERE.contains(&name.as_str())) {
        match (name.as_str(), value) {
            ("settings", Value::Array(settings)) => {
                settings.iter().for_each(|setting| catalog::setting(setting, 0, &mut rows))
            }
            ("definitionValues", Value::Array(values)) => {
                values.iter().for_each(|value| plain::definition_value(value, &mut rows))
            }
            ("omaSettings", Value::Array(settings)) => {
                settings.iter().for_each(|setting| plain::oma_setting(setting, &mut rows))
            }
            _ if contract.encoded.contains(name) => plain::decoded(name, value, &mut rows),
            _ => plain::property(name, value, 0, &mut rows),
        }
    }
    rows
}

/// A copy in which what Graph masks is called so. Absent stays absent: the property may not exist for that type.
fn masked(contract: &Contract, document: &Value) -> Value {
    let mut copy = document.clone();
    for path in &contract.masked {
        edit_holders(&mut copy, path, &mut |map, name| {
            if let Some(value) = map.get_mut(name).filter(|value| is_mask(value)) {
                *value = Value::String(CANNOT_BE_READ.to_owned());
            }
        });
    }
    copy
}

/// Graph may answer null or asterisks for a secret (facts/graph.md 3.5); a value that is really there is shown as a
/// secret, too, since this is a page and not a safe.
fn is_mask(value: &Value) -> bool {
    value.is_null() || value.is_string()
}

/// Asterisks in place of a value.
fn is_asterisks(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter == '*')
}

fn row(name: impl Into<String>, value: impl Into<String>, depth: usize) -> SettingRow {
    SettingRow { name: name.into(), value: value.into(), depth }
}

#[cfg(test)]
mod tests;
