//! A difference in people's words: what the page, the API and the command line show.

mod assigned;
mod plain;
mod settings;
#[cfg(test)]
mod tests;
mod text;

use serde::Serialize;
use serde_json::Value;

pub use text::{TextKind, TextLine, json_lines};

use super::change::{Change, ChangeKind, Rule};
use super::path::Path;
use super::{Difference, secret};
use crate::registry::Contract;
use crate::registry::content::{Definitions, in_words};

/// Between the parts of a path of headings.
const PATH: &str = " › ";
/// Properties whose lists hold settings of a catalog.
const CATALOG: [&str; 2] = ["settings", "settingInstance"];
/// The property that holds the values of an administrative template.
const TEMPLATE: &str = "definitionValues";

/// What things are called that documents name by id.
pub trait Names {
    /// What the settings of both documents are called.
    fn definitions(&self) -> &Definitions;
    /// The name of an object: a contract's key, or `external:` and a word, and Graph's id.
    fn object(&self, side: Side, kind: &str, id: &str) -> Option<String>;
}

/// The document that an id is in: two documents may come from two tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that is compared.
    Old,
    /// The one that it is compared with.
    New,
}

/// Where a line stands, in the order in which areas are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, strum::Display, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// What it sets.
    #[strum(serialize = "Settings")]
    Settings,
    /// What describes it.
    #[strum(serialize = "Properties")]
    Properties,
    /// Whom it applies to.
    #[strum(serialize = "Assignments")]
    Assignments,
    /// Who may manage it.
    #[strum(serialize = "Scope tags")]
    ScopeTags,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, strum::Display, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LineKind {
    /// Nothing was there.
    Added,
    /// Nothing is there any more.
    Removed,
    /// Something else is there.
    Changed,
    /// A secret that Graph masks: nobody knows.
    CannotVerify,
}

/// One difference, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Where it stands.
    pub area: Area,
    /// The headings above it; may be empty.
    pub heading: String,
    /// What differs.
    pub label: String,
    /// How.
    pub kind: LineKind,
    /// What was there; absent when nothing was.
    pub old: Option<String>,
    /// What is there now.
    pub new: Option<String>,
    /// A text, line by line, in place of `old` and `new`; empty for everything else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub text: Vec<TextLine>,
    /// Where in the document, for programs.
    pub path: String,
}

/// The difference in words, by area; within an area in the order of the old document.
pub fn lines(contract: &Contract, difference: &Difference, names: &impl Names) -> Vec<Line> {
    let mut writer = Writer { contract, names, lines: Vec::new() };
    difference.changes().iter().for_each(|change| writer.change(change));
    difference.unverifiable().iter().for_each(|path| writer.unverifiable(path));
    writer.lines.sort_by_key(|line| line.area);
    writer.lines
}

/// Writes lines.
struct Writer<'a, N> {
    contract: &'a Contract,
    names: &'a N,
    lines: Vec<Line>,
}

/// What a line is called.
#[derive(Debug, Clone)]
struct Title {
    area: Area,
    heading: String,
    label: String,
    path: String,
}

impl<N: Names> Writer<'_, N> {
    fn change(&mut self, change: &Change) {
        match change.rule {
            Rule::Secret => self.secret(change),
            Rule::Assignments => self.assigned(change),
            Rule::ScopeTags => self.scope_tags(change),
            _ if CATALOG.contains(&change.path.top()) => self.catalog(change),
            _ if change.path.top() == TEMPLATE => self.template(change),
            _ => self.plain(change),
        }
    }

    fn title(&self, path: &Path) -> Title {
        match path.top() {
            top if CATALOG.contains(&top) => settings::catalog_title(path, self.names.definitions()),
            TEMPLATE => settings::template_title(path),
            _ => plain::title(self.contract, path),
        }
    }

    /// Says that a secret differs, never what it is.
    fn secret(&mut self, change: &Change) {
        let (old, new) = match change.kind {
            ChangeKind::Added => (None, Some("A secret, not shown")),
            ChangeKind::Removed => (Some("A secret, not shown"), None),
            ChangeKind::Changed => (Some("A secret, not shown"), Some("Another value, not shown")),
        };
        let title = self.title(&change.path);
        self.push(title, old.map(str::to_owned), new.map(str::to_owned));
    }

    fn unverifiable(&mut self, path: &Path) {
        let title = self.title(path);
        self.push(title, None, None);
    }

    /// A line of two values in words. Two texts are compared line by line.
    fn push(&mut self, title: Title, old: Option<String>, new: Option<String>) {
        let kind = match (&old, &new) {
            (None, None) => LineKind::CannotVerify,
            (None, Some(_)) => LineKind::Added,
            (Some(_), None) => LineKind::Removed,
            (Some(_), Some(_)) => LineKind::Changed,
        };
        let Title { area, heading, label, path } = title;
        let text = text::compared(old.as_deref(), new.as_deref());
        let (old, new) = if text.is_empty() { (old, new) } else { (None, None) };
        self.lines.push(Line { area, heading, label, kind, old, new, text, path });
    }
}

/// The values of a change, each with its side.
fn sides(change: &Change) -> impl Iterator<Item = (Side, &Value)> {
    let old = change.old.as_ref().map(|value| (Side::Old, value));
    old.into_iter().chain(change.new.as_ref().map(|value| (Side::New, value)))
}

/// Text to where it belongs.
fn placed(side: Side, text: String) -> (Option<String>, Option<String>) {
    match side {
        Side::Old => (Some(text), None),
        Side::New => (None, Some(text)),
    }
}

/// A plain value in words; what is nested is told as JSON.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => in_words(value),
        Value::String(text) if !secret::is_asterisks(text) => {
            text.strip_prefix("#microsoft.graph.").unwrap_or(text).to_owned()
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => value.to_string(),
        other => in_words(other),
    }
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(PATH)
}
