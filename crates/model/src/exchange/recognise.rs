//! Of which type an object is that a file holds: by what it says of itself, then by its folder, then by its shape.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::folders;
use crate::registry::content::object_type;
use crate::registry::{Contract, DIRECTORY, Registry};

/// Derived types of Microsoft's metadata and the contract that each belongs to; a test compares it with the metadata.
const DERIVED: &str = include_str!("types.txt");

static BY_TYPE: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let derived = DERIVED.lines().filter_map(|line| line.split_once(' '));
    derived.chain(Registry::embedded().iter().map(|one| (one.entity.as_str(), one.key.as_str()))).collect()
});

/// Properties that only objects of one type have together.
const SHAPES: [(&[&str], &str); 15] = [
    (&["settings", "technologies", "platforms", "scheduledActionsForRule"], "complianceCatalog"),
    (&["settings", "technologies", "platforms", "templateReference"], "settingsCatalog"),
    (&["definitionValues"], "groupPolicyConfigurations"),
    (&["settingsDelta"], "intents"),
    (&["settings", "templateId", "isMigratingToConfigurationPolicy"], "intents"),
    (&["detectionScriptContent", "remediationScriptContent"], "remediations"),
    (&["detectionScriptContent", "runAsAccount"], "complianceScripts"),
    (&["conditions", "grantControls", "state"], "conditionalAccess"),
    (&["rule", "platform", "assignmentFilterManagementType"], "assignmentFilters"),
    (&["scriptContent", "customAttributeName"], "customAttributes"),
    (&["scriptContent", "enforceSignatureCheck", "fileName"], "powershellScripts"),
    (&["scriptContent", "executionFrequency", "retryCount"], "shellScripts"),
    (&["localizedNotificationMessages", "brandingOptions"], "notificationTemplates"),
    (&["rolePermissions", "displayName"], "roles"),
    (&["settingDefinitionId", "settingInstance", "displayName"], "reusableSettings"),
];

/// The contract of the object in that file.
pub fn type_of(path: &str, document: &Value) -> Option<&'static Contract> {
    let kept = folders::types_of(path);
    let shaped = || {
        let fits = |names: &[&str]| names.iter().all(|name| document.get(name).is_some());
        SHAPES.iter().filter(move |(names, _)| fits(names)).map(|(_, key)| *key)
    };
    if let Some(name) = object_type(document) {
        return of_type(name);
    }
    let registry = Registry::embedded();
    let by_context = document.get("@odata.context").and_then(Value::as_str).and_then(of_context);
    let only_one = || if let [one] = kept[..] { Some(one) } else { None };
    let shaped_there = || shaped().find(|key| kept.iter().any(|one| one.key == *key)).and_then(|key| registry.get(key));
    let shaped_anywhere = || shaped().next().filter(|_| kept.is_empty()).and_then(|key| registry.get(key));
    by_context.or_else(only_one).or_else(shaped_there).or_else(shaped_anywhere)
}

/// By the type's name, without `#microsoft.graph.`.
pub(super) fn of_type(name: &str) -> Option<&'static Contract> {
    BY_TYPE.get(name).and_then(|key| Registry::embedded().get(key))
}

/// By the address of the metadata that an answer of Graph names: `…$metadata#deviceManagement/intents(…)/$entity`.
fn of_context(context: &str) -> Option<&'static Contract> {
    let (_, place) = context.rsplit_once("$metadata#")?;
    let place = without_keys(place);
    let place = place.trim_end_matches("/$entity").trim_end_matches('/');
    let contract = Registry::embedded().iter().filter(|one| {
        let path = one.path.split(DIRECTORY).map(|part| part.trim_matches('/')).collect::<Vec<_>>().join("/");
        path == place || place.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with("/microsoft.graph."))
    });
    contract.max_by_key(|one| one.path.len())
}

/// Without what stands in parentheses: keys and expanded parts.
fn without_keys(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for one in text.chars() {
        match one {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(one),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::type_of;

    fn key(path: &str, document: Value) -> Option<&'static str> {
        type_of(path, &document).map(|contract| contract.key.as_str())
    }

    #[test]
    fn what_an_object_says_of_itself_goes_first() {
        let wifi = json!({ "@odata.type": "#microsoft.graph.iosWiFiConfiguration" });
        assert_eq!(key("Settings Catalog/a.json", wifi), Some("deviceConfigurations"));
        let app = json!({ "@odata.type": "#microsoft.graph.iosManagedAppProtection" });
        assert_eq!(key("App Protection/a.json", app), Some("iosAppProtections"));
        assert_eq!(key("Settings Catalog/a.json", json!({ "@odata.type": "#microsoft.graph.nonsense" })), None);
    }

    #[test]
    fn the_context_of_an_answer_tells_the_collection() {
        let of =
            |context: &str| key("a.json", json!({ "@odata.context": format!("https://graph.example/beta/{context}") }));
        assert_eq!(of("$metadata#deviceManagement/configurationPolicies(settings())/$entity"), Some("settingsCatalog"));
        assert_eq!(
            of("$metadata#deviceManagement/deviceConfigurations/microsoft.graph.x/$entity"),
            Some("deviceConfigurations")
        );
        assert_eq!(of("$metadata#deviceManagement/roleScopeTags/$entity"), Some("scopeTags"));
        assert_eq!(of("$metadata#deviceManagement/managedDevices/$entity"), None);
    }

    #[test]
    fn shape_decides_where_a_folder_holds_several_or_none() {
        let catalog = json!({ "settings": [], "technologies": "x", "platforms": "y", "templateReference": {} });
        assert_eq!(key("a.json", catalog.clone()), Some("settingsCatalog"));
        let compliance =
            json!({ "settings": [], "technologies": "x", "platforms": "y", "scheduledActionsForRule": [] });
        assert_eq!(key("Compliance Policies/Policies/a.json", compliance), Some("complianceCatalog"));
        assert_eq!(key("Scope Tags/a.json", json!({ "displayName": "x" })), Some("scopeTags"));
        assert_eq!(key("a.json", json!({ "displayName": "x" })), None);
        assert_eq!(key("App Protection/a.json", catalog), None);
    }
}
