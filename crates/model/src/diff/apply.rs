//! Making the new document from the old one and the changes between them.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::change::Change;
use super::lists::steps;
use super::normal::sort;
use super::path::Step;
use super::rules::{Node, Rules};

/// The rest of the way to a change, and the change.
type Edit<'a> = (&'a [Step], &'a Change);

/// Applies changes to a normal document.
pub(super) fn apply(rules: &Rules, document: &mut Value, changes: &[Change]) {
    let edits = changes.iter().map(|change| (change.path.0.as_slice(), change)).collect();
    edit(rules, Some(&rules.root), "", document, edits);
}

fn edit(rules: &Rules, node: Option<&Node>, name: &str, value: &mut Value, edits: Vec<Edit<'_>>) {
    match value {
        Value::Object(map) => object(rules, node, map, edits),
        Value::Array(items) => list(rules, node, name, items, edits),
        _ => {}
    }
}

/// The changes by the next step, each with the rest of its way.
fn next<'a>(edits: Vec<Edit<'a>>) -> Vec<(&'a Step, Vec<Edit<'a>>)> {
    let mut groups: Vec<(&Step, Vec<Edit<'_>>)> = Vec::new();
    let mut places: HashMap<(&Step, bool), usize> = HashMap::new();
    for (path, change) in edits {
        let Some((step, rest)) = path.split_first() else { continue };
        // An element that was added may have the place of one that was removed.
        let added = rest.is_empty() && change.old.is_none() && change.new.is_some();
        let at = *places.entry((step, added)).or_insert_with(|| {
            groups.push((step, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push((rest, change));
    }
    groups
}

fn object(rules: &Rules, node: Option<&Node>, map: &mut Map<String, Value>, edits: Vec<Edit<'_>>) {
    for (step, edits) in next(edits) {
        let Some(name) = step.name() else { continue };
        let place = node.and_then(|node| node.get(name));
        match edits.as_slice() {
            [([], change)] => match &change.new {
                Some(new) => drop(map.insert(name.to_owned(), new.clone())),
                None => drop(map.shift_remove(name)),
            },
            _ => {
                if let Some(value) = map.get_mut(name) {
                    edit(rules, place, name, value, edits);
                }
            }
        }
    }
}

fn list(rules: &Rules, node: Option<&Node>, name: &str, items: &mut Vec<Value>, edits: Vec<Edit<'_>>) {
    let rule = rules.list(node, name);
    let places: HashMap<Step, usize> =
        steps(rule, items).into_iter().enumerate().map(|(at, step)| (step, at)).collect();
    let mut kept: Vec<Option<Value>> = std::mem::take(items).into_iter().map(Some).collect();
    let mut added: Vec<(usize, Value)> = Vec::new();
    for (step, edits) in next(edits) {
        if let [([], change)] = edits.as_slice()
            && change.old.is_none()
        {
            let at = if let Step::At(at) = step { *at } else { usize::MAX };
            added.extend(change.new.clone().map(|new| (at, new)));
            continue;
        }
        let Some(place) = places.get(step).and_then(|at| kept.get_mut(*at)) else { continue };
        match edits.as_slice() {
            [([], change)] => place.clone_from(&change.new),
            _ => {
                if let Some(value) = place {
                    edit(rules, node, name, value, edits);
                }
            }
        }
    }
    items.extend(kept.into_iter().flatten());
    added.sort_by_key(|(at, _)| *at);
    for (at, value) in added {
        items.insert(at.min(items.len()), value);
    }
    sort(rule, items);
}
