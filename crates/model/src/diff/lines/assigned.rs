//! Lines of assignments and scope tags.

use serde_json::{Map, Value};

use super::{Area, Names, Side, Title, Writer, placed, sides, words};
use crate::diff::change::Change;
use crate::diff::path::{Path, Step};
use crate::registry::Assignable;
use crate::registry::content::{Assignment, FilterMode, TargetKind, assignment, from_camel_case};

impl<N: Names> Writer<'_, N> {
    /// An assignment, or one of the lists in which an object itself says whom it applies to.
    pub(super) fn assigned(&mut self, change: &Change) {
        if matches!(self.contract.assignable, Assignable::Inside { .. }) {
            return self.inside(change);
        }
        match (&change.old, &change.new) {
            (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) => self.changed(&change.path, old, new),
            _ => sides(change).for_each(|(side, value)| self.row(&change.path, side, value)),
        }
    }

    /// An assignment that came or went; the whole list holds several.
    fn row(&mut self, path: &Path, side: Side, value: &Value) {
        match value {
            Value::Array(rows) => rows.iter().for_each(|row| self.row(path, side, row)),
            Value::Object(_) => {
                let row = assignment(value);
                let (old, new) = placed(side, self.narrowed(side, &row));
                self.push(self.who(path, side, &row), old, new);
            }
            other => {
                let label = from_camel_case(path.property());
                let title = Title { area: Area::Assignments, heading: String::new(), label, path: path.to_string() };
                let (old, new) = placed(side, words(other));
                self.push(title, old, new);
            }
        }
    }

    fn changed(&mut self, path: &Path, old: &Value, new: &Value) {
        let (was, is) = (assignment(old), assignment(new));
        let title = self.who(path, Side::New, &is);
        let (before, after) = (self.narrowed(Side::Old, &was), self.narrowed(Side::New, &is));
        if before != after {
            self.push(title.clone(), Some(before), Some(after));
        }
        // What an assignment says beside its target, for example when a script runs.
        let empty = Map::new();
        let (old, new) = (old.as_object().unwrap_or(&empty), new.as_object().unwrap_or(&empty));
        let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
        for name in
            names.filter(|name| !matches!(name.as_str(), "target" | "intent") && old.get(*name) != new.get(*name))
        {
            let label = from_camel_case(name);
            let heading = super::joined([title.heading.clone(), title.label.clone()]);
            let value = |map: &Map<String, Value>| map.get(name).map(words);
            self.push(Title { heading, label, ..title.clone() }, value(old), value(new));
        }
    }

    fn who(&self, path: &Path, side: Side, row: &Assignment) -> Title {
        let label = match (&row.target, &row.group_id) {
            (TargetKind::Group | TargetKind::ExcludedGroup, Some(id)) => self.name(side, &["groups"], id),
            (kind, _) => kind.to_string(),
        };
        let heading = if row.target == TargetKind::ExcludedGroup { "Exclude" } else { "Include" };
        Title { area: Area::Assignments, heading: heading.to_owned(), label, path: path.to_string() }
    }

    /// "Required, include filter “Ring 1”".
    fn narrowed(&self, side: Side, row: &Assignment) -> String {
        let filter = row.filter_id.as_ref().map(|id| {
            let mode = if row.filter_mode == Some(FilterMode::Exclude) { "Exclude" } else { "Include" };
            format!("{mode} filter “{}”", self.name(side, &["assignmentFilters"], id))
        });
        let filter = filter.unwrap_or_else(|| "No filter".to_owned());
        match &row.intent {
            Some(intent) => format!("{}, {}", from_camel_case(intent), small(&filter)),
            None => filter,
        }
    }

    fn inside(&mut self, change: &Change) {
        let mut names = change.path.0.iter().filter_map(Step::name);
        let label = from_camel_case(names.next_back().unwrap_or_default());
        let title = Title { area: Area::Assignments, heading: String::new(), label, path: change.path.to_string() };
        let value =
            |side: Side, value: &Option<Value>| value.as_ref().map(|value| self.listed(&change.path, side, value));
        let (old, new) = (value(Side::Old, &change.old), value(Side::New, &change.new));
        self.push(title, old, new);
    }

    /// A scope tag that came or went, or the whole list.
    pub(super) fn scope_tags(&mut self, change: &Change) {
        let label = "Scope tag".to_owned();
        let title = Title { area: Area::ScopeTags, heading: String::new(), label, path: change.path.to_string() };
        let value = |side: Side, value: &Option<Value>| {
            value.as_ref().map(|value| self.list(side, value, |side, id| self.tag(side, id)))
        };
        let (old, new) = (value(Side::Old, &change.old), value(Side::New, &change.new));
        self.push(title, old, new);
    }

    fn tag(&self, side: Side, id: &str) -> String {
        // The built-in one has no object of its own everywhere.
        let known = self.names.object(side, "scopeTags", id);
        known.unwrap_or_else(|| if id == "0" { "Default".to_owned() } else { id.to_owned() })
    }

    fn listed(&self, path: &Path, side: Side, value: &Value) -> String {
        let kinds = self.kinds_of(path);
        self.list(side, value, |side, id| self.name(side, &kinds, id))
    }

    fn list(&self, side: Side, value: &Value, name: impl Fn(Side, &str) -> String) -> String {
        match value {
            Value::String(id) => name(side, id),
            Value::Array(ids) if !ids.is_empty() && ids.iter().all(Value::is_string) => {
                ids.iter().filter_map(Value::as_str).map(|id| name(side, id)).collect::<Vec<_>>().join(", ")
            }
            other => words(other),
        }
    }
}

/// The first letter small, behind other words.
fn small(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
