//! Values that the service takes and does not give back.

use serde_json::{Value, json};

use crate::errors::GraphError;
use crate::random::Random;
use crate::store::Store;

/// Properties that come back empty. Which ones Microsoft masks, and how, is confirmed for OMA-URI values only.
const NOT_RETURNED: &[&str] = &[
    "preSharedKey",
    "sharedSecret",
    "wifiPassword",
    "adminAccountPassword",
    "adDomainPassword",
    "deviceAccountPassword",
];

/// What stands in the place of an OMA-URI value.
const MASK: &str = "****";

/// Refuses the token of a secret setting: it stands for a value that only the service knows, in one tenant.
pub(super) fn refuse_tokens(value: &Value) -> Result<(), GraphError> {
    match value {
        Value::Array(all) => all.iter().try_for_each(refuse_tokens),
        Value::Object(fields) if fields.get("valueState").is_some_and(|state| state == "encryptedValueToken") => {
            Err(GraphError::bad_request("A secret setting is written with valueState 'notEncrypted' only."))
        }
        Value::Object(fields) => fields.values().try_for_each(refuse_tokens),
        _ => Ok(()),
    }
}

/// Puts the secrets of an object away, where [`crate::Simulator::kept_secrets`] finds them. A mask that was sent back is stored as the secret, as the service does.
pub(super) fn mask(store: &mut Store, path: &str, object: &mut Value) {
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    let id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    for name in NOT_RETURNED {
        if let Some(Value::String(secret)) = fields.get_mut(*name).map(Value::take) {
            store.keep_secret(&format!("{path}/{id}/{name}"), secret);
        }
    }
    let settings = fields.get_mut("omaSettings").and_then(Value::as_array_mut);
    for (index, setting) in settings.into_iter().flatten().enumerate() {
        let is_text = matches!(
            setting["@odata.type"].as_str().unwrap_or_default().trim_start_matches('#'),
            "microsoft.graph.omaSettingString" | "microsoft.graph.omaSettingStringXml"
        );
        if setting["isEncrypted"] == true || setting["value"].is_null() {
            continue;
        }
        setting["isEncrypted"] = json!(is_text);
        setting["secretReferenceValueId"] = Value::Null;
        if is_text {
            let secret = setting["value"].as_str().unwrap_or_default().to_owned();
            let key = Random::from_text(&format!("{path}{id}{index}{secret}")).guid();
            let reference = format!("{id}_{key}");
            store.keep_secret(&reference, secret);
            setting["value"] = json!(MASK);
            setting["secretReferenceValueId"] = json!(reference);
        }
    }
    if path == "deviceManagement/configurationPolicies" {
        let parts = fields.get_mut("settings");
        parts.into_iter().for_each(|parts| hide_setting_values(store, parts));
    }
}

/// A secret setting comes back as a token that means nothing elsewhere.
fn hide_setting_values(store: &mut Store, value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| hide_setting_values(store, one)),
        Value::Object(fields) => {
            if fields.get("valueState").is_some_and(|state| state == "notEncrypted") {
                let secret = fields.get("value").and_then(Value::as_str).unwrap_or_default().to_owned();
                let token = Random::from_text(&secret).guid();
                store.keep_secret(&token, secret);
                fields.insert("value".to_owned(), json!(token));
                fields.insert("valueState".to_owned(), json!("encryptedValueToken"));
            }
            fields.values_mut().for_each(|one| hide_setting_values(store, one));
        }
        _ => {}
    }
}
