//! Which other objects a document names.

use serde_json::Value;

use super::path;
use crate::registry::Contract;

/// What Graph writes where no object is meant.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// One object that another one names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    if contract.definitions.is_some() {
        reusable_settings(document, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

/// A setting whose value is a reusable setting may stand anywhere among others, so no path leads there
/// (`deviceManagementConfigurationReferenceSettingValue`).
fn reusable_settings(value: &Value, found: &mut Vec<Reference>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| reusable_settings(item, found)),
        Value::Object(map) => {
            let (mut kind, mut named) = ("", None);
            // One walk: looking two names up in each of some hundred objects takes longer.
            for (name, value) in map {
                match name.as_str() {
                    "@odata.type" => kind = value.as_str().unwrap_or_default(),
                    "value" => named = Some(value),
                    _ => {}
                }
                reusable_settings(value, found);
            }
            let named = named.filter(|_| kind.ends_with("ConfigurationReferenceSettingValue"));
            for id in named.into_iter().flat_map(ids).filter(|id| !id.is_empty()) {
                found.push(Reference { kind: "reusableSettings".to_owned(), external_id: id.to_owned() });
            }
        }
        _ => {}
    }
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

    #[test]
    fn a_row_of_a_policy_set_says_of_which_type_it_is() {
        let contract = Registry::embedded().get("policySets").expect("contract");
        let row =
            |kind: &str| json!({ "@odata.type": format!("#microsoft.graph.{kind}PolicySetItem"), "payloadId": kind });
        let kinds = ["mobileApp", "deviceCompliancePolicy", "managedAppProtection", "somethingNew"];
        let document = json!({ "items": kinds.map(row) });
        let found: Vec<_> =
            references(contract, &document).into_iter().map(|found| (found.kind, found.external_id)).collect();
        let expected = [
            ("compliancePolicies", "deviceCompliancePolicy"),
            ("external:app protection policy", "managedAppProtection"),
            ("mobileApps", "mobileApp"),
        ];
        assert_eq!(found, expected.map(|(kind, id)| (kind.to_owned(), id.to_owned())));
    }

    #[test]
    fn a_reusable_setting_is_named_wherever_it_stands() {
        let contract = Registry::embedded().get("settingsCatalog").expect("contract");
        let value = |id: &str| {
            json!({ "value": id,
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationReferenceSettingValue" })
        };
        let document = json!({ "settings": [{ "settingInstance": { "groupSettingCollectionValue": [{ "children": [
            { "simpleSettingCollectionValue": [value("one"), value("two"), { "value": "text" }] }] }] } }] });
        let found: Vec<_> = references(contract, &document).into_iter().map(|found| found.external_id).collect();
        assert_eq!(found, ["one", "two"]);
    }
}
