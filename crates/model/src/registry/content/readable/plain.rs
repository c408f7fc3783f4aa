//! Plain properties, administrative templates, OMA-URI settings and encoded texts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::words;
use super::{CANNOT_BE_READ, SettingRow, is_asterisks, row};

/// Deeper nesting than any real policy has; what is below is shown as JSON.
const DEPTH_MAX: usize = 12;

/// One property and what is inside it.
pub(super) fn property(name: &str, value: &Value, depth: usize, rows: &mut Vec<SettingRow>) {
    if name.contains('@') && name != "@odata.type" {
        return;
    }
    let label = if name == "@odata.type" { "Type".to_owned() } else { words::from_camel_case(name) };
    match value {
        Value::Object(map) if depth < DEPTH_MAX && !map.is_empty() => {
            rows.push(row(label, "", depth).called(name));
            map.iter().for_each(|(name, value)| property(name, value, depth + 1, rows));
        }
        Value::Array(items) if depth < DEPTH_MAX && items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                property(&format!("{name} {}", index + 1), item, depth, rows);
            }
        }
        _ => rows.push(row(label, scalar(value), depth).called(name)),
    }
}

/// `null`, absent, empty and `false` stay distinct on the page as well.
pub(crate) fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "Not set".to_owned(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::String(text) if text.is_empty() => "Empty".to_owned(),
        Value::String(text) if is_asterisks(text) => CANNOT_BE_READ.to_owned(),
        Value::String(text) => text.strip_prefix("#microsoft.graph.").unwrap_or(text).to_owned(),
        Value::Array(items) if items.is_empty() => "None".to_owned(),
        Value::Array(items) => items.iter().map(scalar).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A base64 text, shown decoded.
pub(super) fn decoded(name: &str, value: &Value, rows: &mut Vec<SettingRow>) {
    let label = words::from_camel_case(name);
    let Some(text) = value.as_str().filter(|text| !text.is_empty()) else {
        return rows.push(row(label, scalar(value), 0).called(name));
    };
    rows.push(row(label, decode(text), 0).called(name));
}

/// What a base64 text says; one that is none stays as it is.
pub(crate) fn decode(text: &str) -> String {
    let shown = match STANDARD.decode(text) {
        Ok(bytes) => String::from_utf8(bytes)
            .unwrap_or_else(|error| format!("{} bytes that are no text", error.as_bytes().len())),
        Err(_) => text.to_owned(),
    };
    shown.trim_start_matches('\u{feff}').to_owned()
}

/// One value of an administrative template, called by its definition when that was read with it.
pub(super) fn definition_value(value: &Value, rows: &mut Vec<SettingRow>) {
    let definition = value.get("definition").unwrap_or(&Value::Null);
    let text = |name: &str| definition.get(name).and_then(Value::as_str).unwrap_or_default();
    let (category, title) = (text("categoryPath").trim_matches('\\').replace('\\', " › "), text("displayName"));
    let name = match (category.is_empty(), title.is_empty()) {
        (_, true) => "Unknown definition".to_owned(),
        (true, false) => title.to_owned(),
        (false, false) => format!("{category} › {title}"),
    };
    let enabled = value.get("enabled").and_then(Value::as_bool);
    let state = enabled.map_or("Unknown", |enabled| if enabled { "Enabled" } else { "Disabled" });
    rows.push(row(name, state, 0).called(text("id")));
    for presentation in value.get("presentationValues").and_then(Value::as_array).into_iter().flatten() {
        let label = presentation.get("presentation").and_then(|known| known.get("label")).and_then(Value::as_str);
        let shown = presentation.get("value").or_else(|| presentation.get("values")).unwrap_or(&Value::Null);
        match shown {
            Value::Array(items) if items.iter().any(Value::is_object) => {
                property(label.unwrap_or("value"), shown, 1, rows)
            }
            _ => rows.push(row(label.unwrap_or("Value").trim(), scalar(shown), 1)),
        }
    }
}

/// One OMA-URI setting.
pub(super) fn oma_setting(setting: &Value, rows: &mut Vec<SettingRow>) {
    let text = |name: &str| setting.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = if text("displayName").is_empty() { "OMA-URI setting" } else { text("displayName") };
    rows.push(row(name, "", 0));
    rows.push(row("OMA-URI", text("omaUri"), 1));
    let encrypted = setting.get("isEncrypted").and_then(Value::as_bool).unwrap_or(false);
    let value = setting.get("value").unwrap_or(&Value::Null);
    rows.push(row("Value", if encrypted { CANNOT_BE_READ.to_owned() } else { scalar(value) }, 1));
}
