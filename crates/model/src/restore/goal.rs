//! What an object is like after its requests.

use serde_json::{Map, Value};

use super::mapping::Mapped;
use super::markers;
use super::masked;
use super::plain::{Normal, plain};
use super::plan::{Slot, Why};
use super::pointer::dotted;
use super::secrets;
use super::why;
use crate::registry::content::is_built_in;
use crate::registry::content::path::{edit_holders, values};
use crate::registry::{Assignable, Contract, Part, Rows};

/// What a person wants written of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Its own properties and parts.
    pub settings: bool,
    /// Its assignments.
    pub assignments: bool,
}

/// What an object is like afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// The object. A new one has neither id nor what the service computes; ids that the plan makes are null.
    pub document: Value,
    /// Where such ids belong.
    pub slots: Vec<Slot>,
    /// Paths of what cannot be compared afterwards, because Graph never returns it or decides it itself.
    pub unverifiable: Vec<String>,
    /// What it is not like although that was wanted: no request makes it so, or a restore does not.
    pub stays: Vec<Why>,
}

/// What the object is like when [`super::steps`] has been carried out.
pub fn promise(contract: &Contract, wanted: &Mapped, live: Option<&Value>, choice: Choice) -> Promise {
    Goal::of(contract, wanted, live.map_or(From::Nothing, From::Live), choice).promise()
}

/// What the object is like when [`super::bring_back`] has been carried out.
pub fn promise_brought_back(contract: &Contract, wanted: &Mapped, deleted: &Value, choice: Choice) -> Promise {
    Goal::of(contract, wanted, From::Deleted(deleted), choice).promise()
}

/// What is there before.
#[derive(Clone, Copy)]
pub(super) enum From<'a> {
    Nothing,
    Live(&'a Value),
    /// In the directory's deleted items.
    Deleted(&'a Value),
}

impl<'a> From<'a> {
    pub(super) fn document(self) -> Option<&'a Value> {
        match self {
            From::Nothing => None,
            From::Live(document) | From::Deleted(document) => Some(document),
        }
    }
}

/// The promise while requests are made from it: markers stand where ids of the plan belong.
pub(super) struct Goal {
    pub(super) document: Value,
    unverifiable: Vec<String>,
    stays: Vec<Why>,
}

impl Goal {
    pub(super) fn of(contract: &Contract, wanted: &Mapped, before: From<'_>, choice: Choice) -> Self {
        let mut source = wanted.document.clone();
        markers::put(&mut source, &wanted.slots);
        let mut wanted = plain(contract, &source);
        let taken = masked::take(contract, &mut wanted);
        let assigned = before.document().is_none_or(|live| is_assigned(contract, live));
        let choice = Choice { assignments: choice.assignments && assigned, ..choice };
        let mut goal = match before.document() {
            None => {
                let (document, lost) = as_new(contract, wanted, choice);
                Self { document, unverifiable: taken.paths, stays: why::not_taken(&lost).into_iter().collect() }
            }
            Some(live) => {
                let kept = keep_lists(contract, &mut wanted, live, &taken.shortened);
                let wanted = as_chosen(contract, wanted, live, choice);
                let normal = Normal::of(contract, &wanted);
                let document = as_changed(contract, (&wanted, &normal), live);
                let stays = why::stays(&what_stays(contract, (&wanted, &normal), &document));
                let stays = stays.into_iter().chain(kept.then(why::secret_needed)).collect();
                Self { document, unverifiable: taken.paths, stays }
            }
        };
        if hold(contract, before, &mut goal.document) {
            goal.stays.push(why::held());
        }
        goal.unverifiable.extend(decided_by_the_service(contract, before));
        goal
    }

    fn promise(mut self) -> Promise {
        let slots = markers::take(&mut self.document);
        for pointer in secrets::hide(&mut self.document) {
            let path = dotted(&pointer);
            if !self.unverifiable.contains(&path) {
                self.unverifiable.push(path);
            }
        }
        Promise { document: self.document, slots, unverifiable: self.unverifiable, stays: self.stays }
    }
}

/// A list that lost a row would take it from the live object as well: it stays as it is there. Says whether that matters,
/// since one of its other rows was to change.
fn keep_lists(contract: &Contract, wanted: &mut Value, live: &Value, shortened: &[String]) -> bool {
    let holds = |name: &String| live.get(name).is_some_and(masked::is_in);
    let Some(map) = wanted.as_object_mut() else { return false };
    let rest: Map<String, Value> =
        shortened.iter().filter(|name| holds(name)).filter_map(|name| map.shift_remove_entry(name)).collect();
    if rest.is_empty() {
        return false;
    }
    let mut there = plain(contract, live);
    masked::take(contract, &mut there);
    let names: Vec<String> = rest.keys().cloned().collect();
    let (wanted, there) = (Normal::of(contract, &Value::Object(rest)), Normal::of(contract, &there));
    names.iter().any(|name| !wanted.same(&there, name))
}

/// The place among others of its kind: how many there are is for the service to say.
fn decided_by_the_service(contract: &Contract, before: From<'_>) -> Vec<String> {
    let moves = contract.update.actions.values().flatten().any(|name| name == "priority");
    if moves && before.document().is_none() { vec!["priority".to_owned()] } else { Vec::new() }
}

/// The object as it is made, and what it is without although it was wanted.
fn as_new(contract: &Contract, mut document: Value, choice: Choice) -> (Value, Vec<String>) {
    let follows =
        |name: &str| contract.create.then.iter().any(|then| then == "PATCH") || contract.written_by_action(name);
    let never = contract.parts.iter().filter(|part| part.written == Some(Rows::Never)).map(|part| &part.property);
    let mut lost = Vec::new();
    for path in contract.create.without.iter().filter(|path| !follows(path)).chain(never) {
        lost.extend(values(&document, path).iter().any(|value| says_something(value)).then(|| path.clone()));
        drop_path(&mut document, path);
    }
    if !choice.assignments {
        without_assignments(contract, &mut document, None);
    }
    (document, lost)
}

fn says_something(value: &Value) -> bool {
    !value.is_null() && value.as_array().is_none_or(|rows| !rows.is_empty())
}

/// The wanted object with what is not to be written as it is already.
fn as_chosen(contract: &Contract, mut wanted: Value, live: &Value, choice: Choice) -> Value {
    if !choice.assignments {
        without_assignments(contract, &mut wanted, Some(live));
    }
    if !choice.settings {
        wanted = assignments_alone(contract, &wanted, live);
    }
    for path in contract.update.without.iter().filter(|path| path.contains('.')) {
        put_back(&mut wanted, live, path);
    }
    wanted
}

fn as_changed(contract: &Contract, (wanted, normal): (&Value, &Normal), live: &Value) -> Value {
    let mut document = live.clone();
    let now = Normal::of(contract, &plain(contract, live));
    for (name, value) in wanted.as_object().into_iter().flatten() {
        if !now.same(normal, name) && changes(contract, name, value) {
            set(&mut document, name, with_what_stays(contract.part(name), value, live));
        }
    }
    document
}

/// The properties that are not what was wanted when all requests have been made.
fn what_stays(contract: &Contract, (wanted, normal): (&Value, &Normal), document: &Value) -> Vec<String> {
    let after = Normal::of(contract, &plain(contract, document));
    let names = wanted.as_object().into_iter().flat_map(Map::keys);
    names.filter(|name| !after.same(normal, name)).cloned().collect()
}

/// Whether an update can give the property that value.
fn changes(contract: &Contract, name: &str, value: &Value) -> bool {
    if value.is_null() && (contract.update.not_null.iter().any(|one| one == name) || contract.part(name).is_some()) {
        return false;
    }
    match contract.part(name) {
        Some(part) => contract.writes_part(part),
        None => contract.written_by_action(name) || !contract.update.without.iter().any(|one| one == name),
    }
}

/// The assignments of the wanted object in the words of the live one, and nothing else.
fn assignments_alone(contract: &Contract, wanted: &Value, live: &Value) -> Value {
    let mut alone = Value::Object(Map::new());
    match &contract.assignable {
        Assignable::Inside { property, .. } => {
            let outer = property.split('.').next().unwrap_or(property);
            let given = values(wanted, property).first().copied().cloned();
            set(&mut alone, outer, live.get(outer).cloned().unwrap_or_default());
            edit_holders(&mut alone, property, &mut |holder, name| {
                holder.extend(given.clone().map(|given| (name.to_owned(), given)));
            });
        }
        other => {
            if let Some((part, rows)) = other.part().and_then(|part| Some((part, wanted.get(part)?))) {
                set(&mut alone, part, rows.clone());
            }
        }
    }
    alone
}

/// The live object's, or nobody.
fn without_assignments(contract: &Contract, document: &mut Value, live: Option<&Value>) {
    match &contract.assignable {
        Assignable::Inside { property, nobody } => {
            let kept = live.and_then(|live| values(live, property).first().copied().cloned());
            let kept = kept.unwrap_or_else(|| nobody.clone());
            edit_holders(document, property, &mut |holder, name| {
                holder.insert(name.to_owned(), kept.clone());
            });
        }
        other => {
            if let Some(part) = other.part() {
                drop_path(document, part);
            }
        }
    }
}

/// Whether somebody says whom a live object applies to. What every directory has mostly applies to everybody, for good.
pub(super) fn is_assigned(contract: &Contract, live: &Value) -> bool {
    !is_built_in(contract, live) || contract.built_in.as_ref().is_some_and(|built_in| built_in.assigned)
}

/// The value with the rows that no request takes away: what another object says of this one, and what is only changed.
fn with_what_stays(part: Option<&Part>, value: &Value, live: &Value) -> Value {
    let (Some(part), Some(wanted)) = (part, value.as_array()) else { return value.clone() };
    let now = || live.get(&part.property).and_then(Value::as_array).into_iter().flatten();
    let same = |one: &Value, two: &Value, key: &str| one.get(key).is_some() && one.get(key) == two.get(key);
    match &part.written {
        Some(Rows::InPlace { key }) => {
            let changed = |row: &Value| wanted.iter().find(|other| same(row, other, key)).unwrap_or(row).clone();
            now().map(changed).collect()
        }
        Some(Rows::Settings) => {
            let stays = now().filter(|row| !wanted.iter().any(|other| same(row, other, "definitionId")));
            wanted.iter().chain(stays).cloned().collect()
        }
        _ => wanted.iter().chain(now().filter(|row| part.is_inverse(row))).cloned().collect(),
    }
}

/// A restore never turns on what takes effect on everybody at once: somebody does, when they have looked at it. Says whether
/// it would have been on.
fn hold(contract: &Contract, before: From<'_>, document: &mut Value) -> bool {
    let Some(held) = &contract.held else { return false };
    let is_on = |document: &Value| document.get(&held.property).is_some_and(|value| value == held.value.as_str());
    let instead = match before {
        _ if !is_on(document) => return false,
        // Nothing is written, so that nothing is turned on.
        From::Live(live) if live == document => return false,
        From::Live(live) if !is_on(live) => live.get(&held.property).cloned().unwrap_or_default(),
        _ => Value::from(held.instead.as_str()),
    };
    set(document, &held.property, instead);
    true
}

fn put_back(wanted: &mut Value, live: &Value, path: &str) {
    let kept = values(live, path).first().copied().cloned();
    edit_holders(wanted, path, &mut |holder, name| match &kept {
        Some(value) => {
            holder.insert(name.to_owned(), value.clone());
        }
        None => {
            holder.shift_remove(name);
        }
    });
}

pub(super) fn set(document: &mut Value, name: &str, value: Value) {
    if let Some(map) = document.as_object_mut() {
        map.insert(name.to_owned(), value);
    }
}

pub(super) fn drop_path(document: &mut Value, path: &str) {
    edit_holders(document, path, &mut |holder, name| {
        holder.shift_remove(name);
    });
}
