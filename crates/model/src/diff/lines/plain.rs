//! Lines of properties that no catalog and no template describes.

use serde_json::Value;

use super::{Area, Names, Side, Title, Writer, joined, placed, sides, words};
use crate::diff::change::Change;
use crate::diff::path::{Path, Step};
use crate::registry::content::path;
use crate::registry::content::{Definitions, Piece, SettingRow, decode, from_camel_case, rows_of};
use crate::registry::{Contract, ReferenceRule};

/// Properties that every document has, by what people call them.
const BASICS: [(&str, &str); 3] = [("displayName", "Name"), ("name", "Name"), ("description", "Description")];

/// Settings that are told by an address on the device.
const OMA_URI: &str = "omaSettings";

/// What a property is called: its own name below those that it stands in.
pub(super) fn title(contract: &Contract, path: &Path) -> Title {
    let mut parts: Vec<String> = Vec::new();
    let oma_uri = path.top() == OMA_URI && path.0.len() == 3;
    for step in &path.0 {
        match step {
            Step::Name(name) if name == OMA_URI => parts.push("OMA-URI settings".to_owned()),
            // The value of such a setting is what people mean by the setting.
            Step::Name(name) if oma_uri && name == "value" => {}
            Step::Name(name) => parts.push(from_camel_case(name)),
            Step::Element(element) if element.called.is_empty() => parts.push(element.is.clone()),
            Step::Element(element) => parts.push(element.called.clone()),
            Step::At(at) => {
                if let Some(last) = parts.last_mut() {
                    *last = format!("{last} {}", at + 1);
                }
            }
        }
    }
    let label = parts.pop().unwrap_or_default();
    let basic = BASICS.iter().find(|(name, _)| path.0.len() == 1 && path.top() == *name);
    let is_property = basic.is_some() || lists_settings(contract);
    Title {
        area: if is_property { Area::Properties } else { Area::Settings },
        heading: joined(parts),
        label: basic.map_or(label, |(_, words)| (*words).to_owned()),
        path: path.to_string(),
    }
}

/// Whether its settings stand in a list, so that its own properties only describe it.
fn lists_settings(contract: &Contract) -> bool {
    let listed = |name: &str| contract.part(name).is_some();
    contract.definitions.is_some() || listed("settings") || listed("definitionValues")
}

impl<N: Names> Writer<'_, N> {
    /// A property that differs, or the properties of what came or went.
    pub(super) fn plain(&mut self, change: &Change) {
        let is_element = matches!(change.path.0.last(), Some(Step::Element(_)));
        let nested = sides(change).any(|(_, value)| is_nested(value));
        if nested {
            return sides(change).for_each(|(side, value)| self.nested(&change.path, side, value));
        }
        let mut title = title(self.contract, &change.path);
        if is_element {
            // The value itself is what came or went: it stands under the name of its list.
            title = self::title(self.contract, &Path(change.path.0[..change.path.0.len() - 1].to_vec()));
            title.path = change.path.to_string();
        }
        let value =
            |side: Side, value: &Option<Value>| value.as_ref().map(|value| self.value(&change.path, side, value));
        let (old, new) = (value(Side::Old, &change.old), value(Side::New, &change.new));
        self.push(title, old, new);
    }

    /// A value in words: what an encoded text says, what an object is called.
    fn value(&self, path: &Path, side: Side, value: &Value) -> String {
        let encoded = self.contract.encoded.iter().any(|encoded| encoded == path.property());
        match (value, self.kinds_of(path).as_slice()) {
            (Value::String(text), _) if encoded && !text.is_empty() => decode(text),
            (Value::String(id), kinds @ [_, ..]) => self.name(side, kinds, id),
            (Value::Array(ids), kinds @ [_, ..]) if !ids.is_empty() && ids.iter().all(Value::is_string) => {
                let names = ids.iter().filter_map(Value::as_str).map(|id| self.name(side, kinds, id));
                names.collect::<Vec<_>>().join(", ")
            }
            _ => words(value),
        }
    }

    /// The kinds of objects that may be named at a place.
    pub(super) fn kinds_of(&self, path: &Path) -> Vec<&str> {
        let names: Vec<_> = path.0.iter().filter_map(Step::name).collect();
        let is_there =
            |rule: &&ReferenceRule| path::Step::all(&rule.path).map(|step| step.name).eq(names.iter().copied());
        self.contract.references.iter().filter(is_there).map(|rule| rule.to.as_str()).collect()
    }

    /// The name of an object of one of these kinds; one that is not known stays an id.
    pub(super) fn name(&self, side: Side, kinds: &[&str], id: &str) -> String {
        kinds.iter().find_map(|kind| self.names.object(side, kind, id)).unwrap_or_else(|| id.to_owned())
    }

    fn nested(&mut self, path: &Path, side: Side, value: &Value) {
        let above = title(self.contract, path);
        let Value::Array(items) = value else { return self.inside_of(&above, side, value) };
        for (at, item) in items.iter().enumerate() {
            let label = format!("{} {}", above.label, at + 1);
            self.inside_of(&Title { label, ..above.clone() }, side, item);
        }
    }

    fn inside_of(&mut self, above: &Title, side: Side, value: &Value) {
        if !is_nested(value) {
            let (old, new) = placed(side, words(value));
            return self.push(above.clone(), old, new);
        }
        let rows = rows_of(Piece::Property("value"), value, &Definitions::default());
        // The first row is the value's own heading.
        let inner = rows.into_iter().filter(|row| row.depth > 0).map(|row| SettingRow { depth: row.depth - 1, ..row });
        self.rows(above, side, inner);
    }

    /// Rows of the page, each with a value a line.
    pub(super) fn rows(&mut self, above: &Title, side: Side, rows: impl Iterator<Item = SettingRow>) {
        let mut parents: Vec<String> = Vec::new();
        for row in rows {
            parents.truncate(row.depth);
            if row.value.is_empty() {
                parents.push(row.name);
                continue;
            }
            let inner = joined(parents.iter().cloned().chain([row.name.clone()]));
            parents.push(row.name);
            let group = if row.group.is_empty() { String::new() } else { row.group };
            let (heading, label) = match inner.rsplit_once(super::PATH) {
                Some((outer, label)) => (joined([group, outer.to_owned()]), label.to_owned()),
                None => (group, inner),
            };
            let heading = joined([above.heading.clone(), above.label.clone(), heading]);
            let (old, new) = placed(side, row.value);
            self.push(Title { heading, label, ..above.clone() }, old, new);
        }
    }
}

fn is_nested(value: &Value) -> bool {
    let holds = |value: &Value| value.is_object() || value.is_array();
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => items.iter().any(holds),
        _ => false,
    }
}
