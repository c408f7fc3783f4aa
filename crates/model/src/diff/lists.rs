//! Which elements of two lists are the same one.

use std::collections::HashMap;

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::path::{Element, Step};
use super::rules::ListRule;
use super::secret::bare;
use crate::canonical;

/// Longer lists without identities are compared place by place: an alignment would take too long (product of lengths).
const ALIGNED_MAX: usize = 4_000_000;

/// An element of the old list, of the new one, or of both.
pub(super) struct Pair {
    pub(super) old: Option<usize>,
    pub(super) new: Option<usize>,
    pub(super) step: Step,
}

/// What an element says, without its secrets.
pub(super) fn content(value: &Value) -> String {
    canonical::to_string(&bare(value))
}

/// What makes an element the same one; nothing when only its content does.
pub(super) fn identity(rule: Option<&ListRule>, element: &Value) -> Option<String> {
    let rule = rule?;
    if !element.is_object() {
        return (rule.set && !element.is_array()).then(|| text(element));
    }
    let at = |path: &Vec<String>| path.iter().try_fold(element, |value, step| value.get(step));
    let parts: Vec<Option<&Value>> = rule.by.iter().map(at).collect();
    if parts.iter().all(|part| part.is_none_or(Value::is_null)) {
        return None;
    }
    let parts: Vec<String> = parts.into_iter().map(|part| part.map(text).unwrap_or_default()).collect();
    Some(parts.join("|").trim_matches('|').to_owned())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The step to each element: by its identity and its number among those that share it, or by its place.
pub(super) fn steps(rule: Option<&ListRule>, items: &[Value]) -> Vec<Step> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let step = |(at, item): (usize, &Value)| match identity(rule, item) {
        None => Step::At(at),
        Some(is) => {
            let count = seen.entry(is.clone()).or_default();
            let nth = *count;
            *count += 1;
            Step::Element(Element { is, nth, called: called(rule, item) })
        }
    };
    items.iter().enumerate().map(step).collect()
}

fn called(rule: Option<&ListRule>, item: &Value) -> String {
    let at = |path: &Vec<String>| path.iter().try_fold(item, |value, step| value.get(step))?.as_str();
    let names = rule.into_iter().flat_map(|rule| rule.called.iter().filter_map(at));
    names.map(str::trim).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" › ")
}

/// Pairs the elements of two lists. `loose` also pairs what differs in a set without identities.
pub(super) fn pairs(rule: Option<&ListRule>, old: &[Value], new: &[Value], loose: bool) -> Vec<Pair> {
    let steps = (steps(rule, old), steps(rule, new));
    let found = match rule {
        Some(rule) if rule.sorted() => by_identity(rule, old, new, loose),
        _ => in_order(old, new),
    };
    let step = |old: Option<usize>, new: Option<usize>| match (old, new) {
        (Some(old), _) => steps.0[old].clone(),
        (None, Some(new)) => steps.1[new].clone(),
        (None, None) => Step::At(0),
    };
    found.into_iter().map(|(old, new)| Pair { old, new, step: step(old, new) }).collect()
}

type Indexes = (Option<usize>, Option<usize>);

/// Groups of the same identity, in the order in which they come first; equal elements of a group belong together.
fn by_identity(rule: &ListRule, old: &[Value], new: &[Value], loose: bool) -> Vec<Indexes> {
    let mut order: Vec<Option<String>> = Vec::new();
    let mut groups: HashMap<Option<String>, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (is_new, items) in [(false, old), (true, new)] {
        for (at, item) in items.iter().enumerate() {
            let key = identity(Some(rule), item);
            let group = groups.entry(key.clone()).or_insert_with(|| {
                order.push(key);
                Default::default()
            });
            if is_new { group.1.push(at) } else { group.0.push(at) }
        }
    }
    let mut found = Vec::new();
    for key in order {
        let Some((mine, theirs)) = groups.remove(&key) else { continue };
        match (mine.as_slice(), theirs.as_slice()) {
            (&[one], &[other]) if key.is_some() && !rule.by.is_empty() => found.push((Some(one), Some(other))),
            _ => group(&mine, &theirs, old, new, !rule.by.is_empty() || loose, &mut found),
        }
    }
    found
}

fn group(mine: &[usize], theirs: &[usize], old: &[Value], new: &[Value], zips: bool, found: &mut Vec<Indexes>) {
    let mut waiting: HashMap<String, Vec<usize>> = HashMap::new();
    for &at in theirs.iter().rev() {
        waiting.entry(content(&new[at])).or_default().push(at);
    }
    let mut alone = Vec::new();
    for &at in mine {
        match waiting.get_mut(&content(&old[at])).and_then(Vec::pop) {
            Some(other) => found.push((Some(at), Some(other))),
            None => alone.push(at),
        }
    }
    let mut left: Vec<usize> = waiting.into_values().flatten().collect();
    left.sort_unstable();
    rest(&alone, &left, zips, found);
}

/// What has no equal: paired in its order, or each for itself.
fn rest(alone: &[usize], left: &[usize], zips: bool, found: &mut Vec<Indexes>) {
    let together = if zips { alone.len().min(left.len()) } else { 0 };
    found.extend((0..together).map(|at| (Some(alone[at]), Some(left[at]))));
    found.extend(alone[together..].iter().map(|&at| (Some(at), None)));
    found.extend(left[together..].iter().map(|&at| (None, Some(at))));
}

/// Lists whose order counts.
fn in_order(old: &[Value], new: &[Value]) -> Vec<Indexes> {
    let mut found = Vec::new();
    let range = |from: usize, length: usize| (from..from + length).collect::<Vec<_>>();
    if old.len().saturating_mul(new.len()) > ALIGNED_MAX {
        rest(&range(0, old.len()), &range(0, new.len()), true, &mut found);
        return found;
    }
    let contents = |items: &[Value]| items.iter().map(content).collect::<Vec<_>>();
    for op in capture_diff_slices(Algorithm::Myers, &contents(old), &contents(new)) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                found.extend((0..len).map(|at| (Some(old_index + at), Some(new_index + at))));
            }
            DiffOp::Delete { old_index, old_len, .. } => rest(&range(old_index, old_len), &[], true, &mut found),
            DiffOp::Insert { new_index, new_len, .. } => rest(&[], &range(new_index, new_len), true, &mut found),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                rest(&range(old_index, old_len), &range(new_index, new_len), true, &mut found);
            }
        }
    }
    found
}
