//! The semantic difference between two documents of one type: what a person would call a change, and nothing else.
//!
//! Noise is told by the contract: protocol notes, volatile and computed properties are passed over, the order of sets and
//! of lists whose elements have an identity means nothing. `null`, absent, empty and `false` are different things.
//!
//! Nothing here knows about letters of either case: ids of templates and instances are case sensitive, and that the
//! service ignores case for any other GUID is not known.

mod apply;
mod change;
mod lines;
mod lists;
mod normal;
mod path;
mod rules;
mod secret;
#[cfg(test)]
mod tests;
mod walk;

use std::sync::Arc;

use serde_json::Value;

pub use change::{Change, ChangeKind, Marks, Rule};
pub use lines::{Area, Line, LineKind, Names, Side, TextKind, TextLine, json_lines, lines};
pub use path::{Element, Path, Step};

use crate::registry::Contract;
use rules::Rules;
use walk::Walk;

/// Key under which secrets are compared.
pub type SecretKey = [u8; 32];

/// What differs between two documents.
#[derive(Debug, Clone)]
pub struct Difference {
    rules: Arc<Rules>,
    changes: Vec<Change>,
    unverifiable: Vec<Path>,
}

impl Difference {
    /// From the old document to the new one. `null` stands for no document: all of the other is added, or removed.
    pub fn between(contract: &Contract, old: &Value, new: &Value) -> Self {
        Self::walked(Rules::observed(contract), None, false, old, new)
    }

    /// The same, with keyed marks of secrets that differ.
    pub fn keyed(contract: &Contract, key: &SecretKey, old: &Value, new: &Value) -> Self {
        Self::walked(Rules::observed(contract), Some(key), false, old, new)
    }

    /// From changes that were kept, for example of a read-back.
    pub fn of(contract: &Contract, changes: Vec<Change>, unverifiable: Vec<Path>) -> Self {
        Self { rules: Arc::new(Rules::observed(contract)), changes, unverifiable }
    }

    fn walked(rules: Rules, key: Option<&SecretKey>, promise: bool, old: &Value, new: &Value) -> Self {
        let (old, new) = (normal::prepared(&rules, old), normal::prepared(&rules, new));
        let mut walk = Walk::new(&rules, key, promise);
        walk.documents(&old, &new);
        let (changes, unverifiable) = (walk.changes, walk.unverifiable);
        Self { rules: Arc::new(rules), changes, unverifiable }
    }

    /// Whether nothing differs, as far as it can be seen: see [`Self::unverifiable`].
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What differs, in the order of the old document.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Places of secrets that could not be compared, because Graph masks them.
    pub fn unverifiable(&self) -> &[Path] {
        &self.unverifiable
    }

    /// The old document with the changes made to it: [`normal`] of the new one. It has no secrets.
    pub fn apply(&self, old: &Value) -> Value {
        let mut document = normal::normal(&self.rules, old);
        apply::apply(&self.rules, &mut document, &self.changes);
        document
    }
}

/// What comparisons look at: protocol notes, volatile and computed properties and secrets away, sets in a fixed order.
pub fn normal(contract: &Contract, document: &Value) -> Value {
    normal::normal(&Rules::observed(contract), document)
}

/// What a read-back says against a promise. What the promise does not speak of is not compared; what Graph masks is
/// returned as unverifiable.
pub fn same_after_write(contract: &Contract, promised: &Value, read_back: &Value) -> Difference {
    Difference::walked(Rules::written(contract), None, true, promised, read_back)
}
