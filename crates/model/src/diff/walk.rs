//! The comparison itself.

use serde_json::{Map, Value};

use super::change::{Change, ChangeKind, Marks, Rule};
use super::lists::pairs;
use super::path::{Path, Step};
use super::rules::{Node, Rules};
use super::secret::{Secret, bare, mark, secret};

/// One walk through two prepared documents.
pub(super) struct Walk<'a> {
    rules: &'a Rules,
    key: Option<&'a [u8; 32]>,
    /// Whether the old document is a promise: what it does not speak of is not compared.
    promise: bool,
    path: Vec<Step>,
    pub(super) changes: Vec<Change>,
    pub(super) unverifiable: Vec<Path>,
}

/// A place that both documents may have.
#[derive(Clone, Copy)]
struct Place<'a> {
    node: Option<&'a Node>,
    name: &'a str,
    rule: Rule,
}

impl<'a> Walk<'a> {
    pub(super) fn new(rules: &'a Rules, key: Option<&'a [u8; 32]>, promise: bool) -> Self {
        Self { rules, key, promise, path: Vec::new(), changes: Vec::new(), unverifiable: Vec::new() }
    }

    /// Compares two documents.
    pub(super) fn documents(&mut self, old: &Value, new: &Value) {
        let place = Place { node: Some(&self.rules.root), name: "", rule: Rule::Plain };
        self.both(place, old, new);
    }

    fn both(&mut self, place: Place<'_>, old: &Value, new: &Value) {
        match (old, new) {
            _ if secret(old).is_some() || secret(new).is_some() => self.secrets(Some(old), Some(new)),
            (Value::Object(old), Value::Object(new)) => self.objects(place, old, new),
            (Value::Array(old), Value::Array(new)) => self.lists(place, old, new),
            _ if old == new => {}
            _ => self.push(place, Some(old), Some(new)),
        }
    }

    fn objects(&mut self, place: Place<'_>, old: &Map<String, Value>, new: &Map<String, Value>) {
        let only_new = new.keys().filter(|name| !old.contains_key(*name));
        for name in old.keys().chain(only_new) {
            let node = place.node.and_then(|node| node.get(name));
            let rule =
                node.and_then(|node| node.rule).filter(|_| place.rule != Rule::Assignments).unwrap_or(place.rule);
            let inner = Place { node, name, rule };
            self.path.push(Step::Name(name.clone()));
            match (old.get(name), new.get(name)) {
                (Some(old), Some(new)) => self.both(inner, old, new),
                // What a promise leaves open, and what it says is not set, need not come back.
                (None, Some(_)) if self.promise => {}
                (Some(Value::Null), None) if self.promise => {}
                (old, new) => self.one(inner, old, new),
            }
            self.path.pop();
        }
    }

    /// Something that only one of them has.
    fn one(&mut self, place: Place<'_>, old: Option<&Value>, new: Option<&Value>) {
        if old.or(new).is_some_and(|value| secret(value).is_some()) {
            return self.secrets(old, new);
        }
        self.push(place, old, new);
        if let Some(value) = old.or(new) {
            self.masked_inside(value);
        }
    }

    fn lists(&mut self, place: Place<'_>, old: &[Value], new: &[Value]) {
        let rule = self.rules.list(place.node, place.name);
        for pair in pairs(rule, old, new, self.promise) {
            self.path.push(pair.step);
            match (pair.old.map(|at| &old[at]), pair.new.map(|at| &new[at])) {
                (Some(old), Some(new)) if rule.is_some_and(|rule| rule.whole) => self.whole(place, old, new),
                (Some(old), Some(new)) => self.both(place, old, new),
                (old, new) => self.one(place, old, new),
            }
            self.path.pop();
        }
    }

    /// An element that is told as a whole when a part of it differs.
    fn whole(&mut self, place: Place<'_>, old: &Value, new: &Value) {
        let mut inside = Walk::new(self.rules, self.key, self.promise);
        inside.both(place, old, new);
        if !inside.changes.is_empty() {
            self.push(place, Some(old), Some(new));
        }
    }

    fn secrets(&mut self, old: Option<&Value>, new: Option<&Value>) {
        let (before, after) = (old.and_then(secret), new.and_then(secret));
        let plain = |value: Option<&Value>| value.filter(|value| secret(value).is_none()).map(bare);
        let (was, is) = (plain(old), plain(new));
        match (&before, &after) {
            // A promised value that comes back masked was not seen, and neither was one that is masked on one side only.
            (Some(Secret::Unreadable), _) | (_, Some(Secret::Unreadable))
                if self.promise || (was.is_none() && is.is_none()) =>
            {
                return self.unverifiable.push(Path(self.path.clone()));
            }
            (Some(one), Some(other)) if one == other => return,
            _ => {}
        }
        let kind = kind(old.is_some(), new.is_some());
        let marks = self.key.map(|key| Marks {
            old: before.as_ref().and_then(|secret| mark(key, secret)),
            new: after.as_ref().and_then(|secret| mark(key, secret)),
        });
        // What was no secret before is one now, and is not told either; what is none any more is a plain value.
        self.changes.push(Change {
            path: Path(self.path.clone()),
            kind,
            rule: Rule::Secret,
            old: None,
            new: is,
            marks,
        });
    }

    fn masked_inside(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    self.path.push(Step::Name(name.clone()));
                    self.masked_inside(value);
                    self.path.pop();
                }
                if secret(value) == Some(Secret::Unreadable) {
                    self.unverifiable.push(Path(self.path.clone()));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.masked_inside(item)),
            _ => {}
        }
    }

    fn push(&mut self, place: Place<'_>, old: Option<&Value>, new: Option<&Value>) {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).is_some_and(is_text);
        let rule = if place.rule == Rule::Plain && (text(old) || text(new)) { Rule::Text } else { place.rule };
        let kind = kind(old.is_some(), new.is_some());
        let (old, new) = (old.map(bare), new.map(bare));
        self.changes.push(Change { path: Path(self.path.clone()), kind, rule, old, new, marks: None });
    }
}

/// A text with lines of its own, or with a structure that is told by lines.
fn is_text(text: &str) -> bool {
    text.contains('\n') || (text.len() > 80 && text.trim_start().starts_with(['<', '{', '[']))
}

fn kind(was: bool, is: bool) -> ChangeKind {
    match (was, is) {
        (false, _) => ChangeKind::Added,
        (true, false) => ChangeKind::Removed,
        (true, true) => ChangeKind::Changed,
    }
}
