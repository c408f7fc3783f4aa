//! Definitions of settings: what the tenant's own service calls the settings that policies name by id.
//!
//! They are read beside policies and never become a part of one (spec 033).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::registry::Contract;

/// Longest id that is looked up, in bytes; Microsoft's are below 500.
const ID_MAX: usize = 1_024;
/// Longest name of a setting, an option or a category, in characters: a page has to stay readable.
const NAME_MAX: usize = 300;
/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 4_000;
/// Options of one definition that are kept; lists of time zones have about 150.
const OPTIONS_MAX: usize = 2_000;

/// What one setting is (`deviceManagementConfigurationSettingDefinition`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its name for people.
    pub name: String,
    /// What it does; may be empty.
    pub description: String,
    /// The category it is filed under; may be empty.
    pub category_id: String,
    /// The names of the category and those above it, from the outermost one; empty when they are not known.
    pub category: String,
    /// Names of the values that can be chosen, by their ids.
    pub options: BTreeMap<String, String>,
    /// `choice`, `simple`, `settingGroupCollection`, …: what kind of value it holds.
    pub kind: String,
    /// As the service counts; another one means that the definition may say something else.
    pub version: String,
}

impl Definition {
    /// A row of the service; nothing without a name, which is no help to anybody.
    pub fn of(row: &Value) -> Option<Self> {
        let name = [text(row, "displayName", NAME_MAX), text(row, "name", NAME_MAX)];
        let name = name.into_iter().find(|name| !name.is_empty())?;
        let options = row.get("options").and_then(Value::as_array).into_iter().flatten();
        let named = |option: &Value| {
            let id = option.get("itemId").and_then(Value::as_str).filter(|id| id.len() <= ID_MAX)?;
            let name = text(option, "displayName", NAME_MAX);
            (!name.is_empty()).then(|| (id.to_owned(), name))
        };
        Some(Self {
            name,
            description: text(row, "description", DESCRIPTION_MAX),
            category_id: text(row, "categoryId", NAME_MAX),
            category: String::new(),
            options: options.take(OPTIONS_MAX).filter_map(named).collect(),
            kind: kind(row),
            version: text(row, "version", NAME_MAX),
        })
    }
}

/// Definitions by the ids of their settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definitions(HashMap<String, Definition>);

impl Definitions {
    /// That of a setting.
    pub fn get(&self, id: &str) -> Option<&Definition> {
        self.0.get(id)
    }

    /// A setting has none any more.
    pub fn forget(&mut self, id: &str) {
        self.0.remove(id);
    }
}

impl Extend<(String, Definition)> for Definitions {
    fn extend<T: IntoIterator<Item = (String, Definition)>>(&mut self, all: T) {
        self.0.extend(all);
    }
}

impl IntoIterator for Definitions {
    type Item = (String, Definition);
    type IntoIter = std::collections::hash_map::IntoIter<String, Definition>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<(String, Definition)> for Definitions {
    fn from_iter<T: IntoIterator<Item = (String, Definition)>>(all: T) -> Self {
        Self(all.into_iter().collect())
    }
}

/// The ids of all settings that the document sets, those inside others too; none where the contract has no definitions.
pub fn definition_ids<'a>(contract: &Contract, document: &'a Value) -> BTreeSet<&'a str> {
    let mut ids = BTreeSet::new();
    if contract.definitions.is_some() {
        collect(document, &mut ids);
    }
    ids
}

fn collect<'a>(value: &'a Value, ids: &mut BTreeSet<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        Value::Object(map) => map.iter().for_each(|(name, value)| match value {
            Value::String(id) if name == "settingDefinitionId" && !id.is_empty() && id.len() <= ID_MAX => {
                ids.insert(id);
            }
            value => collect(value, ids),
        }),
        _ => {}
    }
}

/// The navigation property under which a setting has its definitions.
pub const EXPANDED: &str = "settingDefinitions";

/// The names of every category by its id, each behind the names of those above it.
pub fn category_paths(rows: &[Value]) -> HashMap<String, String> {
    let of = |row: &Value| Some((row.get("id")?.as_str()?.to_owned(), row.clone()));
    let known: HashMap<String, Value> = rows.iter().filter_map(of).collect();
    known.keys().map(|id| (id.clone(), category_path(&known, id))).collect()
}

/// Deeper than any catalog is, and an end where categories lie inside each other in a circle.
const CATEGORIES_MAX: usize = 12;

fn category_path(known: &HashMap<String, Value>, id: &str) -> String {
    let mut names = Vec::new();
    let mut next = known.get(id);
    while let Some(row) = next.filter(|_| names.len() < CATEGORIES_MAX) {
        names.push(text(row, "displayName", NAME_MAX));
        next = row.get("parentCategoryId").and_then(Value::as_str).and_then(|above| known.get(above));
    }
    names.retain(|name| !name.is_empty());
    names.reverse();
    names.join(" › ")
}

/// One line: what is there for control becomes a space, and it ends somewhere.
fn text(row: &Value, property: &str, characters: usize) -> String {
    let sent = row.get(property).and_then(Value::as_str).unwrap_or_default();
    let plain = sent.replace(|letter: char| letter.is_control(), " ");
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= characters {
        return words;
    }
    words.chars().take(characters - 1).chain(['…']).collect()
}

/// From `#microsoft.graph.deviceManagementConfigurationChoiceSettingDefinition`: `choiceSetting`.
fn kind(row: &Value) -> String {
    let sent = row.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
    let name = sent.trim_start_matches("#microsoft.graph.deviceManagementConfiguration");
    let name = name.strip_suffix("Definition").unwrap_or(name);
    let mut letters = name.chars().take(NAME_MAX);
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Definition, category_paths, definition_ids};
    use crate::registry::Registry;

    #[test]
    fn a_definition_is_one_line_however_long_and_odd_it_was_sent() {
        let sent = json!({ "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingDefinition",
            "displayName": format!("  <b>One</b>\n{}", "x".repeat(10_000)), "categoryId": "c", "version": "7",
            "options": [{ "itemId": "a_1", "displayName": "On\u{0}" }, { "itemId": "a_2" }] });
        let found = Definition::of(&sent).expect("it has a name");
        assert!(found.name.starts_with("<b>One</b> xxx") && found.name.ends_with("x…"));
        assert_eq!((found.name.chars().count(), found.kind.as_str()), (300, "choiceSetting"));
        assert_eq!(found.options.into_iter().collect::<Vec<_>>(), [("a_1".to_owned(), "On".to_owned())]);
        assert_eq!(Definition::of(&json!({ "displayName": " " })), None);
    }

    #[test]
    fn ids_are_found_however_deep_and_only_where_there_are_definitions() {
        let document = json!({ "settings": [{ "settingInstance": { "settingDefinitionId": "a", "choiceSettingValue": {
            "children": [{ "settingDefinitionId": "b" }, { "settingDefinitionId": "" }] } } }] });
        let of = |key: &str| definition_ids(Registry::embedded().get(key).expect("contract"), &document);
        assert_eq!(of("settingsCatalog").into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(of("inventoryPolicies").is_empty());
    }

    #[test]
    fn a_category_stands_behind_those_above_it_and_a_circle_ends() {
        let paths = category_paths(&[
            json!({ "id": "a", "displayName": "Outer" }),
            json!({ "id": "b", "displayName": "Inner", "parentCategoryId": "a" }),
            json!({ "id": "c", "displayName": "Odd", "parentCategoryId": "c" }),
            json!({ "displayName": "Nameless" }),
        ]);
        assert_eq!((paths["b"].as_str(), paths["a"].as_str(), paths.len()), ("Outer › Inner", "Outer", 3));
        assert!(paths["c"].starts_with("Odd › Odd"));
    }
}
