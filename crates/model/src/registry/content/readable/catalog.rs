//! Settings of the settings catalog: choices, simple values, groups and collections of these.

use serde_json::Value;

use super::super::{Definition, Definitions, words};
use super::{CANNOT_BE_READ, PATH, SettingRow, row};

/// Deeper nesting than any real policy has; what is below is left to the JSON view.
const DEPTH_MAX: usize = 16;

/// One element of `settings`: an object with `settingInstance`.
pub(super) fn setting(setting: &Value, known: &Definitions, rows: &mut Vec<SettingRow>) {
    Catalog { known, rows }.instance(setting.get("settingInstance").unwrap_or(setting), 0);
}

/// What is known of the settings, and the rows so far.
struct Catalog<'a> {
    known: &'a Definitions,
    rows: &'a mut Vec<SettingRow>,
}

impl Catalog<'_> {
    fn instance(&mut self, value: &Value, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        // Intents, the older form, name their definition and hold the value as JSON text.
        let id = value.get("settingDefinitionId").or_else(|| value.get("definitionId"));
        let id = id.and_then(Value::as_str).unwrap_or("unknown setting");
        let definition = self.known.get(id);
        let row = |value: String| named(id, definition, value, depth);
        if let Some(choice) = value.get("choiceSettingValue") {
            self.rows.push(row(chosen(id, definition, choice)).called(ids(id, [choice])));
            self.children(choice, depth + 1);
        } else if let Some(choices) = value.get("choiceSettingCollectionValue").and_then(Value::as_array) {
            let words = choices.iter().map(|choice| chosen(id, definition, choice)).collect::<Vec<_>>().join(", ");
            self.rows.push(row(words).called(ids(id, choices)));
            choices.iter().for_each(|choice| self.children(choice, depth + 1));
        } else if let Some(simple) = value.get("simpleSettingValue") {
            self.rows.push(row(shown(simple)));
        } else if let Some(simples) = value.get("simpleSettingCollectionValue").and_then(Value::as_array) {
            self.rows.push(row(simples.iter().map(shown).collect::<Vec<_>>().join(", ")));
        } else if let Some(text) = value.get("valueJson").and_then(Value::as_str) {
            self.rows.push(row(text.trim_matches('"').to_owned()));
        } else if let Some(group) = value.get("groupSettingValue") {
            self.rows.push(row(String::new()));
            self.children(group, depth + 1);
        } else if let Some(groups) = value.get("groupSettingCollectionValue").and_then(Value::as_array) {
            for group in groups {
                self.rows.push(row(String::new()));
                self.children(group, depth + 1);
            }
        } else {
            // A kind of setting that we do not know is shown as it was sent.
            self.rows.push(row(value.to_string()));
        }
    }

    fn children(&mut self, value: &Value, depth: usize) {
        for child in value.get("children").and_then(Value::as_array).into_iter().flatten() {
            self.instance(child, depth);
        }
    }
}

/// A row that is called by its definition; without one, by the readable end of its id.
fn named(id: &str, definition: Option<&Definition>, value: String, depth: usize) -> SettingRow {
    let from_id = words::from_setting_id(id);
    let Some(definition) = definition else { return row(from_id, value, depth).called(id) };
    let category = match definition.category.as_str() {
        "" => from_id.rsplit_once(PATH).map_or(from_id.as_str(), |(above, _)| above),
        category => category,
    };
    SettingRow { group: category.to_owned(), ..row(definition.name.as_str(), value, depth) }.called(id)
}

/// The id of a definition and those of the chosen values.
fn ids<'a>(id: &str, choices: impl IntoIterator<Item = &'a Value>) -> String {
    let chosen = choices.into_iter().filter_map(|choice| choice.get("value").and_then(Value::as_str));
    std::iter::once(id).chain(chosen).collect::<Vec<_>>().join(" ")
}

/// The name of a chosen value.
pub(crate) fn chosen(id: &str, definition: Option<&Definition>, choice: &Value) -> String {
    let Some(value) = choice.get("value").and_then(Value::as_str) else { return String::new() };
    let option = definition.and_then(|definition| definition.options.get(value));
    option.cloned().unwrap_or_else(|| words::choice(id, value))
}

/// What a simple value is set to.
pub(crate) fn shown(simple: &Value) -> String {
    let kind = simple.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
    if kind.ends_with("SecretSettingValue") {
        return CANNOT_BE_READ.to_owned();
    }
    match simple.get("value") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
