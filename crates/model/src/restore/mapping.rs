//! References of a wanted object, put into the words of the tenant it goes to.

use serde_json::{Map, Value};

use super::markers;
use super::plan::Slot;
use crate::registry::content::Reference;
use crate::registry::content::path::{Rows, Step};
use crate::registry::{Assignable, Contract};

/// What Graph writes where no object is meant.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";
/// A value that is a reusable setting ends like this, wherever it stands.
const REUSABLE: &str = "ConfigurationReferenceSettingValue";

/// What a reference becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It stays as it is: the object is in the tenant under the same id.
    Keep,
    /// Another object of the tenant stands for it.
    To(String),
    /// The object that this item of the plan makes.
    Item(u32),
    /// A person leaves it out. What cannot be without it goes with it: the assignment, the row of a list.
    LeaveOut,
    /// Nobody knows yet.
    Unresolved,
}

/// A wanted object with its references mapped.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mapped {
    /// The object. Ids of objects that the plan makes are null, see `slots`.
    pub document: Value,
    /// Where such ids belong.
    pub slots: Vec<Slot>,
    /// What nobody mapped yet, sorted, each once; the document still has the ids of its source there.
    pub unresolved: Vec<Reference>,
    /// Those of them that stand in its assignments: one stops that list, which never shrinks by itself.
    pub in_assignments: Vec<Reference>,
    /// What was left out, sorted, each once.
    pub left_out: Vec<Reference>,
}

impl Mapped {
    /// An object that stays in its tenant: every reference as it is.
    pub fn unchanged(contract: &Contract, document: &Value) -> Self {
        map_references(contract, document, &mut |_| Resolution::Keep)
    }

    /// Whether something outside of its assignments is not mapped.
    pub(super) fn unresolved_elsewhere(&self) -> usize {
        self.unresolved.iter().filter(|reference| !self.in_assignments.contains(reference)).count()
    }
}

/// Asks for each reference of the document what it becomes. Words such as `All` and the id of zeros are no references.
pub fn map_references(
    contract: &Contract,
    document: &Value,
    resolve: &mut dyn FnMut(&Reference) -> Resolution,
) -> Mapped {
    let mut mapped = Mapped { document: document.clone(), ..Mapped::default() };
    forget_inverse(contract, &mut mapped.document);
    let mut asked = Asked { resolve, unresolved: Vec::new(), in_assignments: Vec::new(), left_out: Vec::new() };
    for rule in &contract.references {
        let steps: Vec<Step<'_>> = Step::all(&rule.path).collect();
        let assigns = is_in_assignments(contract, &rule.path);
        let mut each = |id: &mut Value| asked.of(&rule.to, &rule.except, assigns, id);
        visit(&mut mapped.document, &steps, Depth { level: 0, in_list: false }, &mut each);
    }
    if contract.definitions.is_some() {
        let mut each = |id: &mut Value| asked.of("reusableSettings", &[], false, id);
        reusable(&mut mapped.document, &mut each);
    }
    mapped.slots = markers::take(&mut mapped.document);
    mapped.unresolved = sorted(asked.unresolved);
    mapped.in_assignments = sorted(asked.in_assignments);
    mapped.left_out = sorted(asked.left_out);
    mapped
}

fn sorted(mut references: Vec<Reference>) -> Vec<Reference> {
    references.sort();
    references.dedup();
    references
}

/// Rows that another object says of itself are nothing of this one.
fn forget_inverse(contract: &Contract, document: &mut Value) {
    for part in contract.parts.iter().filter(|part| part.inverse.is_some()) {
        if let Some(rows) = document.get_mut(&part.property).and_then(Value::as_array_mut) {
            rows.retain(|row| !part.is_inverse(row));
        }
    }
}

fn is_in_assignments(contract: &Contract, path: &str) -> bool {
    let place = match &contract.assignable {
        Assignable::Inside { property, .. } => property.as_str(),
        other => other.part().unwrap_or_default(),
    };
    let rest = path.strip_prefix(place).filter(|_| !place.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether a value stays or goes, and what cannot be without it goes with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    Goes,
}

struct Asked<'a> {
    resolve: &'a mut dyn FnMut(&Reference) -> Resolution,
    unresolved: Vec<Reference>,
    in_assignments: Vec<Reference>,
    left_out: Vec<Reference>,
}

impl Asked<'_> {
    fn of(&mut self, kind: &str, except: &[String], assigns: bool, id: &mut Value) -> Fate {
        let Some(text) = id.as_str().filter(|text| !text.is_empty() && *text != NO_ID) else { return Fate::Stays };
        // What was mapped by an earlier rule is not asked for again.
        if except.iter().any(|word| word == text) {
            return Fate::Stays;
        }
        let reference = Reference { kind: kind.to_owned(), external_id: text.to_owned() };
        match (self.resolve)(&reference) {
            Resolution::Keep => {}
            Resolution::To(other) => *id = Value::String(other),
            Resolution::Item(item) => *id = Value::String(markers::marker(item)),
            Resolution::LeaveOut => {
                self.left_out.push(reference);
                return Fate::Goes;
            }
            Resolution::Unresolved => {
                if assigns {
                    self.in_assignments.push(reference.clone());
                }
                self.unresolved.push(reference);
            }
        }
        Fate::Stays
    }
}

#[derive(Clone, Copy)]
struct Depth {
    level: usize,
    in_list: bool,
}

/// Goes along a path. What is left out takes the nearest row of a list with it; without one, the object that holds the id
/// becomes null.
fn visit(value: &mut Value, steps: &[Step<'_>], depth: Depth, each: &mut dyn FnMut(&mut Value) -> Fate) -> Fate {
    let Some((step, rest)) = steps.split_first() else { return leaf(value, each) };
    let Some(next) = value.get_mut(step.name) else { return Fate::Stays };
    if step.rows != Rows::No {
        let inner = Depth { level: depth.level + 1, in_list: true };
        if let Some(rows) = next.as_array_mut() {
            rows.retain_mut(|row| !step.means(row) || visit(row, rest, inner, each) == Fate::Stays);
        }
        return Fate::Stays;
    }
    let inner = Depth { level: depth.level + 1, ..depth };
    if visit(next, rest, inner, each) == Fate::Stays {
        return Fate::Stays;
    }
    if depth.in_list || (rest.is_empty() && depth.level > 0) {
        return Fate::Goes;
    }
    *next = Value::Null;
    Fate::Stays
}

fn leaf(value: &mut Value, each: &mut dyn FnMut(&mut Value) -> Fate) -> Fate {
    match value {
        Value::Array(ids) => {
            ids.retain_mut(|id| each(id) == Fate::Stays);
            Fate::Stays
        }
        id => each(id),
    }
}

/// A reusable setting may stand anywhere among others, so no path leads there.
fn reusable(value: &mut Value, each: &mut dyn FnMut(&mut Value) -> Fate) -> Fate {
    match value {
        Value::Array(rows) => {
            rows.retain_mut(|row| reusable(row, each) == Fate::Stays);
            Fate::Stays
        }
        Value::Object(map) => reusable_in(map, each),
        _ => Fate::Stays,
    }
}

fn reusable_in(map: &mut Map<String, Value>, each: &mut dyn FnMut(&mut Value) -> Fate) -> Fate {
    let named = map.get("@odata.type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with(REUSABLE));
    let mut fate = Fate::Stays;
    for (name, value) in map.iter_mut() {
        let found = if named && name == "value" { leaf(value, each) } else { reusable(value, each) };
        if found == Fate::Goes {
            fate = Fate::Goes;
        }
    }
    fate
}
