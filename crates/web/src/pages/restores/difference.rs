//! What an item changes: the object as it is now beside the object as it is to be.

use maud::{Markup, html};
use model::diff::{Change, ChangeKind, Difference, Rule, Step};
use model::registry::Registry;
use model::restore::PlanItem;
use serde_json::Value;

use crate::kit::number::counted;

/// Lines on a page; the file has all of them.
const LINES: usize = 100;
/// Longest value on a page, in characters.
const VALUE: usize = 400;

/// How many places an item changes, in words.
pub(super) fn summary(item: &PlanItem) -> String {
    let Some(difference) = between(item) else { return String::new() };
    let (mut settings, mut assignments) = (0, 0);
    for change in difference.changes() {
        if change.rule == Rule::Assignments { assignments += 1 } else { settings += 1 }
    }
    let words = [
        (settings, counted(settings, "setting or property changes", "settings and properties change")),
        (assignments, counted(assignments, "assignment changes", "assignments change")),
    ];
    words.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect::<Vec<_>>().join(", ")
}

/// From what is there to what is promised. Nothing for an item that is not written, or whose type is not known.
fn between(item: &PlanItem) -> Option<Difference> {
    let contract = Registry::embedded().get(&item.type_key)?;
    let promised = item.promised.as_ref()?;
    Some(Difference::between(contract, item.live.as_ref().unwrap_or(&Value::Null), promised))
}

/// The difference as a table.
pub(super) fn table(item: &PlanItem, tenant: &str) -> Markup {
    let Some(difference) = between(item) else { return html! {} };
    let changes = difference.changes();
    let hidden = changes.len().saturating_sub(LINES) as u64;
    html! {
        @if changes.is_empty() { p.help { "Nothing that can be compared differs." } }
        @else {
            table.diff.stackd role="table" {
                caption.vh { "Difference of " (item.name) }
                thead role="rowgroup" {
                    tr role="row" {
                        th role="columnheader" scope="col" { "Setting" }
                        th role="columnheader" scope="col" { (tenant) " now" }
                        th role="columnheader" scope="col" { "After the restore" }
                    }
                }
                tbody role="rowgroup" { @for change in changes.iter().take(LINES) { (line(change)) } }
            }
            @if hidden > 0 { p.help { "and " (counted(hidden, "other place", "other places")) ", all of them in the downloaded plan." } }
        }
    }
}

fn line(change: &Change) -> Markup {
    let (above, label) = place(&change.path.0);
    let (old, new) = match change.rule {
        Rule::Secret => (Some("A secret".to_owned()), Some("Another secret, or none".to_owned())),
        _ => (change.old.as_ref().map(text), change.new.as_ref().map(text)),
    };
    html! {
        tr role="row" {
            th role="rowheader" scope="row" { @if !above.is_empty() { span.path { (above) } } (label) }
            td.old role="cell" data-label="Now" { @match &old { Some(old) => { del { (old) } } None => { span.muted { (absent(change.kind)) } } } }
            td.new role="cell" data-label="After" { @match &new { Some(new) => { ins { (new) } } None => { span.muted { "Not there" } } } }
        }
    }
}

fn absent(kind: ChangeKind) -> &'static str {
    if kind == ChangeKind::Added { "Not there" } else { "Nothing" }
}

/// The way to a place: what is above it, and what it is called.
fn place(path: &[Step]) -> (String, String) {
    let words: Vec<String> = path.iter().map(step).collect();
    match words.split_last() {
        None => (String::new(), "The whole object".to_owned()),
        Some((last, above)) => (above.join(" › "), last.clone()),
    }
}

fn step(step: &Step) -> String {
    match step {
        Step::Name(name) => name.clone(),
        Step::Element(element) if element.called.is_empty() => element.is.clone(),
        Step::Element(element) => element.called.clone(),
        Step::At(at) => format!("number {}", at + 1),
    }
}

fn text(value: &Value) -> String {
    let text = match value {
        Value::Null => return "Empty".to_owned(),
        Value::Bool(true) => return "Yes".to_owned(),
        Value::Bool(false) => return "No".to_owned(),
        Value::String(text) if text.is_empty() => return "Empty text".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
