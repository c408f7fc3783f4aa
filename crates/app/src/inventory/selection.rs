//! Which types a sync or a backup covers: sorted, without duplicates, part of the run's identity.

use model::AppError;
use model::registry::{Contract, Registry};
use serde_json::{Value, json};

/// A set of inventory types, never empty.
#[derive(Debug, Clone)]
pub struct Selection(Vec<&'static Contract>);

/// Equal when they name the same types.
impl PartialEq for Selection {
    fn eq(&self, other: &Self) -> bool {
        self.keys() == other.keys()
    }
}

impl Selection {
    /// Every type that the inventory observes.
    pub fn all() -> Self {
        sorted(Registry::embedded().iter().filter(|contract| contract.inventory).collect())
    }

    /// Just these type keys, in any order; an empty list means all.
    pub fn of<S: AsRef<str>>(keys: &[S]) -> Result<Self, AppError> {
        if keys.is_empty() {
            return Ok(Self::all());
        }
        Ok(sorted(keys.iter().map(|key| find(key.as_ref())).collect::<Result<_, _>>()?))
    }

    /// The contracts, by key.
    pub fn contracts(&self) -> &[&'static Contract] {
        &self.0
    }

    /// The keys, sorted.
    pub fn keys(&self) -> Vec<&'static str> {
        self.0.iter().map(|contract| contract.key.as_str()).collect()
    }

    /// The inputs of a run over this selection.
    pub fn inputs(&self) -> Value {
        json!({ "types": self.keys() })
    }

    /// "13 types", or the name of the only one.
    pub fn describe(&self) -> String {
        match self.0.as_slice() {
            [only] => only.label_plural.clone(),
            several => format!("{} types", several.len()),
        }
    }
}

fn sorted(mut contracts: Vec<&'static Contract>) -> Selection {
    contracts.sort_by_key(|contract| &contract.key);
    contracts.dedup_by_key(|contract| &contract.key);
    Selection(contracts)
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
    }

    #[test]
    fn an_unknown_type_is_refused_with_the_known_ones() {
        let error = Selection::of(&["nonsense"]).unwrap_err();
        assert_eq!(error.code, "selection.unknown_type");
        assert!(error.hint.unwrap().contains("settingsCatalog"));
    }
}
