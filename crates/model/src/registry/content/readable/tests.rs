use serde_json::{Value, json};

use super::{CANNOT_BE_READ, readable_settings};
use crate::registry::Registry;

fn rows(key: &str, document: Value) -> Vec<String> {
    let contract = Registry::embedded().get(key).expect("contract");
    let rows = readable_settings(contract, &document);
    let heading = |group: String| if group.is_empty() { group } else { format!("[{group}] ") };
    rows.into_iter()
        .map(|row| format!("{}{}{}={}", heading(row.group), " ".repeat(row.depth), row.name, row.value))
        .collect()
}

#[test]
fn a_choice_shows_its_suffix_and_its_children() {
    let id = "device_vendor_msft_bitlocker_requiredeviceencryption";
    let document = json!({ "settings": [{ "settingInstance": { "settingDefinitionId": id, "choiceSettingValue": {
        "value": format!("{id}_1"),
        "children": [{ "settingDefinitionId": "device_vendor_msft_bitlocker_days", "simpleSettingValue": { "value": 5 } }] } } }] });
    assert_eq!(rows("settingsCatalog", document), ["[Bitlocker] Requiredeviceencryption=1", "[Bitlocker]  Days=5"]);
}

#[test]
fn what_describes_a_policy_stands_behind_its_settings() {
    let document = json!({ "platforms": "windows10", "settings": [{ "settingInstance": {
        "settingDefinitionId": "device_vendor_msft_bitlocker_days", "simpleSettingValue": { "value": 5 } } }] });
    assert_eq!(rows("settingsCatalog", document), ["[Bitlocker] Days=5", "[Properties] Platforms=windows10"]);
}

#[test]
fn a_setting_of_an_intent_shows_its_json_value() {
    let document = json!({ "settings": [
        { "definitionId": "deviceConfiguration--endpointProtection_bitLockerEncryptDevice", "valueJson": "true" } ] });
    assert_eq!(
        rows("intents", document),
        ["[Device configuration endpoint protection] Bit locker encrypt device=true"]
    );
}

#[test]
fn a_secret_setting_cannot_be_read() {
    let document = json!({ "settings": [{ "settingInstance": { "settingDefinitionId": "a_b", "simpleSettingValue": {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSecretSettingValue", "value": "token" } } }] });
    assert_eq!(rows("settingsCatalog", document), [format!("[A] B={CANNOT_BE_READ}")]);
}

#[test]
fn a_masked_property_and_an_encrypted_value_cannot_be_read() {
    let document = json!({ "preSharedKey": "canary", "omaSettings": [{ "displayName": "One", "omaUri": "./x", "isEncrypted": true, "value": "****" }] });
    let shown = rows("deviceConfigurations", document);
    assert_eq!(
        shown,
        [
            format!("Pre shared key={CANNOT_BE_READ}"),
            "One=".into(),
            " OMA-URI=./x".into(),
            format!(" Value={CANNOT_BE_READ}")
        ]
    );
}

#[test]
fn a_script_is_shown_decoded() {
    assert_eq!(
        rows("powershellScripts", json!({ "scriptContent": "V3JpdGUtSG9zdCAxCg==" })),
        ["Script content=Write-Host 1\n"]
    );
    assert_eq!(rows("powershellScripts", json!({ "scriptContent": "not base64!" })), ["Script content=not base64!"]);
}

#[test]
fn an_administrative_template_is_called_by_its_definition() {
    let document = json!({ "definitionValues": [{ "enabled": true,
        "definition": { "displayName": "Home page", "categoryPath": "\\Edge\\Startup" },
        "presentationValues": [{ "value": "https://intranet", "presentation": { "label": "Address " } }] }] });
    assert_eq!(
        rows("groupPolicyConfigurations", document),
        ["[Edge › Startup] Home page=Enabled", "[Edge › Startup]  Address=https://intranet"]
    );
}

#[test]
fn plain_properties_keep_null_empty_and_false_apart() {
    let document =
        json!({ "passwordRequired": false, "rule": null, "note": "", "list": [], "nested": { "innerValue": 1 } });
    assert_eq!(
        rows("compliancePolicies", document),
        ["Password required=No", "Rule=Not set", "Note=Empty", "List=None", "Nested=", " Inner value=1"]
    );
}
