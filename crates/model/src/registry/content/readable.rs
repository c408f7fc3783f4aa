//! Settings in human words, as far as the document and the definitions of its settings allow; unknown properties are
//! shown, never dropped.

mod catalog;
mod plain;

pub(crate) use catalog::{chosen, shown as simple_value};
pub(crate) use plain::{decode, scalar as in_words};

use std::borrow::Cow;

use serde_json::Value;

use super::Definitions;
use super::path::{edit_holders, values};
use crate::registry::Contract;

/// Shown in place of a value that Graph masks or never returns.
pub const CANNOT_BE_READ: &str = "Cannot be read: Graph does not return this secret";

/// One line of an object's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// The heading it stands under: where a catalog or a template files it. Empty when it stands under none.
    pub group: String,
    /// What it is called.
    pub name: String,
    /// What it is set to; empty for a heading.
    pub value: String,
    /// How far it is indented, from 0.
    pub depth: usize,
    /// What Graph calls it: the id of its definition and those of the values that were chosen, or the property.
    pub id: String,
}

impl SettingRow {
    fn called(self, id: impl Into<String>) -> Self {
        Self { id: id.into(), ..self }
    }
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

/// The heading of what describes the object beside the settings that it lists.
pub const PROPERTIES: &str = "Properties";

/// Between the parts of a path of headings.
const PATH: &str = " › ";

/// The settings of a document in words of its own.
pub fn readable_settings(contract: &Contract, document: &Value) -> Vec<SettingRow> {
    settings_in_words(contract, document, &Definitions::default())
}

/// The settings of a document, in its order; where it lists its settings, its other properties come last. What has a
/// definition is called by it.
pub fn settings_in_words(contract: &Contract, document: &Value, known: &Definitions) -> Vec<SettingRow> {
    let document = masked(contract, document);
    let Value::Object(map) = &*document else { return Vec::new() };
    let (mut listed, mut rows) = (Vec::new(), Vec::new());
    for (name, value) in map.iter().filter(|(name, _)| !ELSEWHERE.contains(&name.as_str())) {
        match (name.as_str(), value) {
            ("settings", Value::Array(settings)) => {
                settings.iter().for_each(|setting| catalog::setting(setting, known, &mut listed))
            }
            ("settingInstance", Value::Object(_)) => catalog::setting(value, known, &mut listed),
            // It stands in the setting itself.
            ("settingDefinitionId", _) if contract.definitions.is_some() => {}
            ("definitionValues", Value::Array(values)) => {
                values.iter().for_each(|value| plain::definition_value(value, &mut listed))
            }
            ("omaSettings", Value::Array(settings)) => {
                settings.iter().for_each(|setting| plain::oma_setting(setting, &mut rows))
            }
            _ if contract.encoded.contains(name) => plain::decoded(name, value, &mut rows),
            _ => plain::property(name, value, 0, &mut rows),
        }
    }
    if listed.is_empty() {
        return rows;
    }
    let properties = rows.into_iter().map(|row| SettingRow { group: PROPERTIES.to_owned(), ..row });
    under_headings(listed).into_iter().chain(properties).collect()
}

/// A piece of a document that is put in words by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece<'a> {
    /// A setting of a catalog.
    Setting,
    /// A value of an administrative template.
    Template,
    /// A property of that name.
    Property(&'a str),
}

/// The rows of a piece, in the words of its page.
pub(crate) fn rows_of(piece: Piece<'_>, value: &Value, known: &Definitions) -> Vec<SettingRow> {
    let mut rows = Vec::new();
    match piece {
        Piece::Setting => catalog::setting(value, known, &mut rows),
        Piece::Template => plain::definition_value(value, &mut rows),
        Piece::Property(name) => {
            plain::property(name, value, 0, &mut rows);
            return rows;
        }
    }
    under_headings(rows)
}

/// A setting that is called by its path stands under all of it but the end; its children stand with it.
fn under_headings(rows: Vec<SettingRow>) -> Vec<SettingRow> {
    let mut heading = String::new();
    let place = |row: SettingRow| {
        // What a definition names has its heading already, and its name may look like a path.
        let (group, name) = match row.group.as_str() {
            "" => row.name.rsplit_once(PATH).unwrap_or(("", &row.name)),
            group => (group, row.name.as_str()),
        };
        if row.depth == 0 {
            group.clone_into(&mut heading);
        }
        SettingRow { group: heading.clone(), name: name.to_owned(), value: row.value, depth: row.depth, id: row.id }
    };
    rows.into_iter().map(place).collect()
}

/// The document with what Graph masks called so. Absent stays absent: the property may not exist for that type.
fn masked<'a>(contract: &Contract, document: &'a Value) -> Cow<'a, Value> {
    let is_named = |path: &String| !values(document, path).is_empty();
    let paths: Vec<_> = contract.masked.iter().filter(|path| is_named(path)).collect();
    if paths.is_empty() {
        return Cow::Borrowed(document);
    }
    let mut copy = document.clone();
    for path in paths {
        edit_holders(&mut copy, path, &mut |map, name| {
            if let Some(value) = map.get_mut(name).filter(|value| is_mask(value)) {
                *value = Value::String(CANNOT_BE_READ.to_owned());
            }
        });
    }
    Cow::Owned(copy)
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
    SettingRow { group: String::new(), name: name.into(), value: value.into(), depth, id: String::new() }
}

#[cfg(test)]
mod tests;
