//! Which types a sync or a backup covers: sorted, without duplicates, part of the run's identity.

use model::AppError;
use model::registry::{Contract, Registry};
use serde_json::{Value, json};
use store::{Db, TenantScope};

use super::exclusions::{Excluded, nothing_left};

/// A set of inventory types, never empty.
#[derive(Debug, Clone)]
pub struct Selection {
    contracts: Vec<&'static Contract>,
    whole: bool,
    /// Somebody named the types, so that each is wanted.
    named: bool,
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
        Self { named: false, ..sorted(Registry::embedded().observed().collect()) }
    }

    /// Just these type keys, in any order; an empty list means all.
    pub fn of<S: AsRef<str>>(keys: &[S]) -> Result<Self, AppError> {
        if keys.is_empty() {
            return Ok(Self::all());
        }
        Ok(sorted(keys.iter().map(|key| find(key.as_ref())).collect::<Result<_, _>>()?))
    }

    /// What of it the tenant observes: of all types those that it does not exclude. A type that was named and is excluded
    /// is refused.
    pub async fn in_tenant(&self, db: &Db, scope: &TenantScope) -> Result<Self, AppError> {
        let excluded = Excluded::of(db, scope).await?;
        if self.named {
            excluded.refuse(self.keys())?;
        }
        self.without(&excluded).ok_or_else(nothing_left)
    }

    /// The same without the types that are excluded; nothing when all are.
    pub fn without(&self, excluded: &Excluded) -> Option<Self> {
        let left: Vec<_> = self.contracts.iter().copied().filter(|contract| !excluded.has(&contract.key)).collect();
        (!left.is_empty()).then_some(Self { contracts: left, ..*self })
    }

    /// The same with the foundations that the tenant observes: what is in every backup set.
    pub fn with_foundations(&self, excluded: &Excluded) -> Self {
        let foundations = Registry::embedded().observed().filter(|contract| contract.foundation);
        let wanted = foundations.filter(|contract| !excluded.has(&contract.key));
        Self { whole: self.whole, ..sorted(self.contracts.iter().copied().chain(wanted).collect()) }
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
    Selection { contracts, whole: false, named: true }
}

/// The contract of a type that can be observed, or why there is none.
pub(super) fn find(key: &str) -> Result<&'static Contract, AppError> {
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
