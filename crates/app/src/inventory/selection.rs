//! Which types a sync or a backup covers: sorted, without duplicates, part of the run's identity.

use model::AppError;
use model::registry::{Contract, Registry};
use serde_json::{Value, json};

/// A set of inventory types, never empty.
#[derive(Debug, Clone)]
pub struct Selection {
    contracts: Vec<&'static Contract>,
    whole: bool,
}

/// Equal when they name the same types and want the same of them.
impl PartialEq for Selection {
    fn eq(&self, other: &Self) -> bool {
        self.keys() == other.keys() && self.whole == other.whole
    }
}

impl Selection {
    /// Every type that the inventory observes.
    pub fn all() -> Self {
        sorted(Registry::embedded().observed().collect())
    }

    /// Just these type keys, in any order; an empty list means all.
    pub fn of<S: AsRef<str>>(keys: &[S]) -> Result<Self, AppError> {
        if keys.is_empty() {
            return Ok(Self::all());
        }
        Ok(sorted(keys.iter().map(|key| find(key.as_ref())).collect::<Result<_, _>>()?))
    }

    /// Every object is to be read, also those of which nothing tells that they changed.
    #[must_use]
    pub fn whole(self, whole: bool) -> Self {
        Self { whole, ..self }
    }

    /// The contracts, by key.
    pub fn contracts(&self) -> &[&'static Contract] {
        &self.contracts
    }

    /// The keys, sorted.
    pub fn keys(&self) -> Vec<&'static str> {
        self.contracts.iter().map(|contract| contract.key.as_str()).collect()
    }

    /// The inputs of a run over this selection.
    pub fn inputs(&self) -> Value {
        if self.whole { json!({ "types": self.keys(), "whole": true }) } else { json!({ "types": self.keys() }) }
    }

    /// "13 types", or the name of the only one; "13 types, everything again".
    pub fn describe(&self) -> String {
        let types = match self.contracts.as_slice() {
            [only] => only.label_plural.clone(),
            several => format!("{} types", several.len()),
        };
        if self.whole { format!("{types}, everything again") } else { types }
    }
}

fn sorted(mut contracts: Vec<&'static Contract>) -> Selection {
    contracts.sort_by_key(|contract| &contract.key);
    contracts.dedup_by_key(|contract| &contract.key);
    Selection { contracts, whole: false }
}

fn find(key: &str) -> Result<&'static Contract, AppError> {
    Registry::embedded().get(key).filter(|contract| contract.inventory).ok_or_else(|| {
        AppError::invalid("selection.unknown_type", format!("There is no configuration type \"{key}\""))
            .hint(format!("Known types: {}", Selection::all().keys().join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::Selection;

    #[test]
    fn order_and_duplicates_do_not_matter() {
        let one = Selection::of(&["scopeTags", "assignmentFilters", "scopeTags"]).unwrap();
        assert_eq!(one, Selection::of(&["assignmentFilters", "scopeTags"]).unwrap());
        assert_eq!(one.keys(), ["assignmentFilters", "scopeTags"]);
        assert_ne!(one, one.clone().whole(true));
    }

    #[test]
    fn an_unknown_type_is_refused_with_the_known_ones() {
        let error = Selection::of(&["nonsense"]).unwrap_err();
        assert_eq!(error.code, "selection.unknown_type");
        assert!(error.hint.unwrap().contains("settingsCatalog"));
    }
}
