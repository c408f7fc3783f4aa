//! Lines of settings that a catalog or an administrative template describes.

use serde_json::{Value, json};

use super::{Area, Names, PATH, Side, Title, Writer, joined, placed, sides, words};
use crate::diff::change::Change;
use crate::diff::path::{Element, Path, Step};
use crate::registry::content::{
    Definition, Definitions, Piece, chosen, from_camel_case, from_setting_id, rows_of, simple_value,
};

/// Properties between a setting and its value that mean nothing to a person.
const FRAME: [&str; 11] = [
    "settings",
    "settingInstance",
    "value",
    "children",
    "choiceSettingValue",
    "choiceSettingCollectionValue",
    "simpleSettingValue",
    "simpleSettingCollectionValue",
    "groupSettingValue",
    "groupSettingCollectionValue",
    "valueJson",
];

/// What a setting of a catalog is called: by its definition, below its category and the settings that it belongs to.
pub(super) fn catalog_title(path: &Path, known: &Definitions) -> Title {
    let mut category = String::new();
    let mut parts: Vec<String> = Vec::new();
    for step in &path.0 {
        match step {
            Step::Element(Element { is, .. }) => {
                let (above, name) = setting_name(is, known.get(is));
                if parts.is_empty() {
                    category = above;
                }
                parts.push(name);
            }
            Step::Name(name) if !FRAME.contains(&name.as_str()) => parts.push(from_camel_case(name)),
            // A group of settings that there are several of: which one says its position.
            Step::At(at) if parts.len() == 1 => parts.push(format!("{}", at + 1)),
            Step::Name(_) | Step::At(_) => {}
        }
    }
    let label = parts.pop().unwrap_or_else(|| from_camel_case(path.property()));
    Title { area: Area::Settings, heading: joined([category, joined(parts)]), label, path: path.to_string() }
}

/// The category of a setting and its name.
fn setting_name(id: &str, definition: Option<&Definition>) -> (String, String) {
    let from_id = from_setting_id(id);
    let (above, end) = from_id.rsplit_once(PATH).unwrap_or(("", &from_id));
    match definition {
        Some(definition) if definition.category.is_empty() => (above.to_owned(), definition.name.clone()),
        Some(definition) => (definition.category.clone(), definition.name.clone()),
        None => (above.to_owned(), end.to_owned()),
    }
}

/// What a value of an administrative template is called: by its policy's path, name and presentation.
pub(super) fn template_title(path: &Path) -> Title {
    let elements: Vec<String> = path
        .0
        .iter()
        .filter_map(|step| match step {
            Step::Element(element) if element.called.is_empty() => Some(element.is.clone()),
            Step::Element(element) => Some(element.called.clone()),
            _ => None,
        })
        .collect();
    let policy = elements.first().map(|called| called.trim_matches('\\').replace('\\', PATH)).unwrap_or_default();
    let (category, name) = policy.rsplit_once(PATH).map_or(("", policy.as_str()), |(above, name)| (above, name.trim()));
    let inner = match path.0.last() {
        Some(Step::Name(last)) if !["enabled", "value", "values"].contains(&last.as_str()) => from_camel_case(last),
        _ => String::new(),
    };
    let mut parts = vec![category.trim_end_matches(PATH.trim_end()).to_owned(), name.to_owned()];
    parts.extend(elements.into_iter().skip(1).chain([inner]));
    parts.retain(|part| !part.is_empty());
    let label = parts.pop().unwrap_or_default();
    Title { area: Area::Settings, heading: joined(parts), label, path: path.to_string() }
}

impl<N: Names> Writer<'_, N> {
    /// A setting of a catalog.
    pub(super) fn catalog(&mut self, change: &Change) {
        let setting = change.path.0.iter().rev().find_map(|step| match step {
            Step::Element(element) => Some(element.is.clone()),
            _ => None,
        });
        if matches!(change.path.0.last(), Some(Step::Element(_))) || change.path.0.len() == 1 {
            return sides(change).for_each(|(side, value)| self.came_or_went(&change.path, side, value));
        }
        if let Some(children) = sides(change).find_map(|(side, value)| Some((side, value.get("children")?))) {
            return self.group(change, children.0);
        }
        let known = self.names.definitions();
        let id = setting.unwrap_or_default();
        let value = |value: &Option<Value>| value.as_ref().map(|value| setting_words(&change.path, &id, known, value));
        let (old, new) = (value(&change.old), value(&change.new));
        self.push(catalog_title(&change.path, known), old, new);
    }

    /// A setting with all that is inside it; `settings` itself holds several.
    fn came_or_went(&mut self, path: &Path, side: Side, value: &Value) {
        if let Value::Array(settings) = value {
            return settings.iter().for_each(|setting| self.came_or_went(path, side, setting));
        }
        let title = catalog_title(path, self.names.definitions());
        if !value.is_object() {
            let (old, new) = placed(side, words(value));
            return self.push(title, old, new);
        }
        let rows = rows_of(Piece::Setting, value, self.names.definitions());
        // Settings inside another one stand below it; the first row says the setting's own name.
        let inside = path.0.iter().filter(|step| matches!(step, Step::Element(_))).count() > 1;
        let above =
            Title { heading: if inside { title.heading } else { String::new() }, label: String::new(), ..title };
        let rows = rows.into_iter().map(|mut row| {
            if inside {
                row.group.clear();
            }
            row
        });
        self.rows(&above, side, rows);
    }

    /// One of the groups of a collection.
    fn group(&mut self, change: &Change, side: Side) {
        let title = catalog_title(&change.path, self.names.definitions());
        let value = if side == Side::Old { &change.old } else { &change.new };
        let children = value.as_ref().and_then(|value| value.get("children")).and_then(Value::as_array);
        for child in children.into_iter().flatten() {
            let rows = rows_of(Piece::Setting, child, self.names.definitions());
            self.rows(
                &title,
                side,
                rows.into_iter().map(|row| crate::registry::content::SettingRow { group: String::new(), ..row }),
            );
        }
    }

    /// A value of an administrative template.
    pub(super) fn template(&mut self, change: &Change) {
        let title = template_title(&change.path);
        let elements = change.path.0.iter().filter(|step| matches!(step, Step::Element(_) | Step::At(_))).count();
        let is_element = !matches!(change.path.0.last(), Some(Step::Name(_)));
        match elements {
            1 if is_element => sides(change).for_each(|(side, value)| {
                let above = Title { heading: String::new(), label: String::new(), ..title.clone() };
                self.rows(&above, side, rows_of(Piece::Template, value, self.names.definitions()).into_iter());
            }),
            2 if is_element => sides(change).for_each(|(side, value)| {
                let shown = value.get("value").or_else(|| value.get("values")).unwrap_or(value);
                let (old, new) = placed(side, words(shown));
                self.push(title.clone(), old, new);
            }),
            _ if change.path.property() == "enabled" => {
                let state = |value: &Option<Value>| {
                    value.as_ref().map(|value| match value.as_bool() {
                        Some(true) => "Enabled".to_owned(),
                        Some(false) => "Disabled".to_owned(),
                        None => words(value),
                    })
                };
                self.push(title, state(&change.old), state(&change.new));
            }
            _ => {
                let value = |value: &Option<Value>| value.as_ref().map(words);
                self.push(title, value(&change.old), value(&change.new));
            }
        }
    }
}

/// What a setting is set to: the name of a choice, or the value itself.
fn setting_words(path: &Path, id: &str, known: &Definitions, value: &Value) -> String {
    let frame = path.0.iter().rev().filter_map(Step::name).find(|name| FRAME.contains(name) && *name != "value");
    let inner = if value.is_object() { value.clone() } else { json!({ "value": value }) };
    let is_value = path.property() == "value" || value.get("value").is_some();
    match (frame, value) {
        (Some("choiceSettingValue" | "choiceSettingCollectionValue"), _) if is_value => {
            chosen(id, known.get(id), &inner)
        }
        (Some("simpleSettingValue" | "simpleSettingCollectionValue"), Value::Object(_)) if is_value => {
            simple_value(value)
        }
        (_, Value::String(text)) if path.property() == "valueJson" => text.trim_matches('"').to_owned(),
        _ => words(value),
    }
}
