//! Which other objects a document names.

use serde_json::Value;

use super::path;
use crate::registry::Contract;

/// What Graph writes where no object is meant.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// One object that another one names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Key of its contract, or `external:` and a word for what has none.
    pub kind: String,
    /// Graph's id.
    pub external_id: String,
}

/// All objects that the document names, sorted, each once.
pub fn references(contract: &Contract, document: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    for rule in &contract.references {
        for value in path::values(document, &rule.path) {
            for id in
                ids(value).filter(|id| !id.is_empty() && *id != NO_ID && !rule.except.iter().any(|word| word == id))
            {
                found.push(Reference { kind: rule.to.clone(), external_id: id.to_owned() });
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn ids(value: &Value) -> impl Iterator<Item = &str> {
    let several = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    value.as_str().into_iter().chain(several)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::references;
    use crate::registry::Registry;

    #[test]
    fn words_zeros_and_repetitions_are_no_references() {
        let contract = Registry::embedded().get("conditionalAccess").expect("contract");
        let document = json!({ "conditions": {
            "users": { "includeUsers": ["All", "u"], "includeGroups": ["g"], "excludeGroups": ["g"] },
            "locations": { "excludeLocations": ["AllTrusted", "l", "00000000-0000-0000-0000-000000000000"] },
        } });
        let found: Vec<_> =
            references(contract, &document).into_iter().map(|found| (found.kind, found.external_id)).collect();
        let expected = [("external:user", "u"), ("groups", "g"), ("namedLocations", "l")];
        assert_eq!(found, expected.map(|(kind, id)| (kind.to_owned(), id.to_owned())));
    }
}
