//! What an object is called and what it is for.

use serde_json::Value;

use crate::registry::{Contract, PlatformRule};

const TYPE_PREFIX: &str = "#microsoft.graph.";

/// Graph's id, when the document has a usable one. The only object of its kind may have none: then it is the key.
pub fn external_id<'a>(contract: &'a Contract, document: &'a Value) -> Option<&'a str> {
    let id = document.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
    id.or_else(|| contract.single.then_some(contract.key.as_str()))
}

/// The type that a document says it has, without `#microsoft.graph.`; nothing when it does not say.
pub fn object_type(document: &Value) -> Option<&str> {
    Some(document.get("@odata.type")?.as_str()?.trim_start_matches(TYPE_PREFIX))
}

/// The name that a person gave. Without one the only object of its kind is called by its label, any other by its id.
pub fn name(contract: &Contract, document: &Value) -> String {
    let given = contract.name.as_ref().and_then(|name| document.get(name)).and_then(Value::as_str);
    let given = given.map(str::trim).filter(|name| !name.is_empty());
    let otherwise = || if contract.single { Some(contract.label.as_str()) } else { external_id(contract, document) };
    let name = given.or_else(otherwise).unwrap_or_default();
    contract.names.get(name).map_or(name, String::as_str).to_owned()
}

/// Whether the directory had it from the start, so that it is changed and never created or deleted.
pub fn is_built_in(contract: &Contract, document: &Value) -> bool {
    let Some(rule) = &contract.built_in else { return contract.single };
    let found = match document.get(&rule.property) {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => value.to_string(),
        _ => return false,
    };
    rule.value.strip_suffix('*').map_or(found == rule.value, |start| found.starts_with(start))
}

/// When the service says it was last changed, as sent.
pub fn modified_at(contract: &Contract, document: &Value) -> Option<String> {
    let property = contract.modified.as_ref()?;
    document.get(property)?.as_str().map(str::to_owned)
}

/// The platform in a person's words.
pub fn platform(contract: &Contract, document: &Value) -> Option<String> {
    match &contract.platform {
        PlatformRule::None => None,
        PlatformRule::Fixed { value } => Some(value.clone()),
        PlatformRule::ObjectType { prefixes } => {
            let name = object_type(document)?;
            let fits = prefixes.iter().filter(|(prefix, _)| name.starts_with(prefix.as_str()));
            fits.max_by_key(|(prefix, _)| prefix.len()).map(|(_, platform)| platform.clone())
        }
        PlatformRule::Property { property, names } => {
            let members = document.get(property)?.as_str()?.split(',').map(str::trim);
            let members = members.filter(|member| !matches!(*member, "" | "none" | "unknown" | "unknownFutureValue"));
            let mut platforms: Vec<&str> =
                members.map(|member| names.get(member).map_or(member, String::as_str)).collect();
            platforms.dedup();
            (!platforms.is_empty()).then(|| platforms.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{external_id, is_built_in, name, platform};
    use crate::registry::Registry;

    fn of(key: &str, document: serde_json::Value) -> Option<String> {
        platform(Registry::embedded().get(key).expect("contract"), &document)
    }

    #[test]
    fn the_platform_comes_from_where_the_contract_says() {
        assert_eq!(of("settingsCatalog", json!({ "platforms": "macOS,iOS" })).as_deref(), Some("macOS, iOS/iPadOS"));
        assert_eq!(of("settingsCatalog", json!({ "platforms": "brandNew" })).as_deref(), Some("brandNew"));
        assert_eq!(of("settingsCatalog", json!({ "platforms": "none" })), None);
        let wifi = json!({ "@odata.type": "#microsoft.graph.aospDeviceOwnerWiFiConfiguration" });
        assert_eq!(of("deviceConfigurations", wifi).as_deref(), Some("Android (AOSP)"));
        assert_eq!(of("remediations", json!({})).as_deref(), Some("Windows"));
        assert_eq!(of("conditionalAccess", json!({})), None);
    }

    #[test]
    fn an_object_without_a_name_is_called_by_its_id() {
        let contract = Registry::embedded().get("scopeTags").expect("contract");
        assert_eq!(name(contract, &json!({ "id": "7", "displayName": " " })), "7");
    }

    #[test]
    fn the_only_object_of_its_kind_needs_neither_id_nor_name() {
        let contract = Registry::embedded().get("tenantSettings").expect("contract");
        let document = json!({ "secureByDefault": true });
        assert_eq!(external_id(contract, &document), Some("tenantSettings"));
        assert_eq!(name(contract, &document), "Intune settings");
        assert!(is_built_in(contract, &document));
    }

    #[test]
    fn what_every_directory_has_is_told_by_its_property() {
        let built_in = |key: &str, document| is_built_in(Registry::embedded().get(key).expect("contract"), &document);
        assert!(built_in("enrollmentConfigs", json!({ "priority": 0 })));
        assert!(!built_in("enrollmentConfigs", json!({ "priority": 10 })));
        assert!(!built_in("enrollmentConfigs", json!({ "priority": null })));
        assert!(built_in("appCategories", json!({ "lastModifiedDateTime": "0001-01-01T00:00:00Z" })));
        assert!(!built_in("appCategories", json!({ "lastModifiedDateTime": "2026-01-01T00:00:00Z" })));
        assert!(built_in("scopeTags", json!({ "id": "0", "isBuiltIn": true })));
        assert!(!built_in("settingsCatalog", json!({ "id": "0" })));
    }
}
