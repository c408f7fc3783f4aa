//! What an object is called and what it is for.

use serde_json::Value;

use crate::registry::{Contract, PlatformRule};

const TYPE_PREFIX: &str = "#microsoft.graph.";

/// Graph's id, when the document has a usable one.
pub fn external_id(document: &Value) -> Option<&str> {
    document.get("id").and_then(Value::as_str).filter(|id| !id.is_empty())
}

/// The name that a person gave; the id when there is none.
pub fn name(contract: &Contract, document: &Value) -> String {
    let given = document.get(&contract.name).and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
    given.or_else(|| external_id(document)).unwrap_or_default().to_owned()
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
            let name = document.get("@odata.type")?.as_str()?.trim_start_matches(TYPE_PREFIX);
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

    use super::{name, platform};
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
}
