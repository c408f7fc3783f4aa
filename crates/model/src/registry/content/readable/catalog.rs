//! Settings of the settings catalog: choices, simple values, groups and collections of these.

use serde_json::Value;

use super::super::words;
use super::{CANNOT_BE_READ, SettingRow, row};

/// Deeper nesting than any real policy has; what is below is left to the JSON view.
const DEPTH_MAX: usize = 16;

/// One element of `settings`: an object with `settingInstance`.
pub(super) fn setting(setting: &Value, depth: usize, rows: &mut Vec<SettingRow>) {
    instance(setting.get("settingInstance").unwrap_or(setting), depth, rows);
}

fn instance(value: &Value, depth: usize, rows: &mut Vec<SettingRow>) {
    if depth > DEPTH_MAX {
        return;
    }
    // Intents, the older form, name their definition and hold the value as JSON text.
    let id = value.get("settingDefinitionId").or_else(|| value.get("definitionId"));
    let id = id.and_then(Value::as_str).unwrap_or("unknown setting");
    let name = words::from_setting_id(id);
    let row = |name: String, value: String| row(name, value, depth).called(id);
    if let Some(choice) = value.get("choiceSettingValue") {
        rows.push(row(name, chosen(id, choice)).called(ids(id, [choice])));
        children(choice, depth + 1, rows);
    } else if let Some(choices) = value.get("choiceSettingCollectionValue").and_then(Value::as_array) {
        let words = choices.iter().map(|choice| chosen(id, choice)).collect::<Vec<_>>().join(", ");
        rows.push(row(name, words).called(ids(id, choices)));
        choices.iter().for_each(|choice| children(choice, depth + 1, rows));
    } else if let Some(simple) = value.get("simpleSettingValue") {
        rows.push(row(name, shown(simple)));
    } else if let Some(simples) = value.get("simpleSettingCollectionValue").and_then(Value::as_array) {
        rows.push(row(name, simples.iter().map(shown).collect::<Vec<_>>().join(", ")));
    } else if let Some(text) = value.get("valueJson").and_then(Value::as_str) {
        rows.push(row(name, text.trim_matches('"').to_owned()));
    } else if let Some(group) = value.get("groupSettingValue") {
        rows.push(row(name, String::new()));
        children(group, depth + 1, rows);
    } else if let Some(groups) = value.get("groupSettingCollectionValue").and_then(Value::as_array) {
        for group in groups {
            rows.push(row(name.clone(), String::new()));
            children(group, depth + 1, rows);
        }
    } else {
        // A kind of setting that we do not know is shown as it was sent.
        rows.push(row(name, value.to_string()));
    }
}

fn children(value: &Value, depth: usize, rows: &mut Vec<SettingRow>) {
    for child in value.get("children").and_then(Value::as_array).into_iter().flatten() {
        instance(child, depth, rows);
    }
}

/// The id of a definition and those of the chosen values.
fn ids<'a>(id: &str, choices: impl IntoIterator<Item = &'a Value>) -> String {
    let chosen = choices.into_iter().filter_map(|choice| choice.get("value").and_then(Value::as_str));
    std::iter::once(id).chain(chosen).collect::<Vec<_>>().join(" ")
}

fn chosen(id: &str, choice: &Value) -> String {
    choice.get("value").and_then(Value::as_str).map(|value| words::choice(id, value)).unwrap_or_default()
}

fn shown(simple: &Value) -> String {
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
