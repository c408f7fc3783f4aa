//! Values that Graph masks: they are never sent back, since a mask would be stored as the secret.

use serde_json::{Map, Value};

use crate::registry::Contract;
use crate::registry::content::path::edit_holders;

/// What was taken out of an object, and what of it stands inside a list.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Paths of the values, in a person's words of JSON: `omaSettings[2].value`.
    pub(super) paths: Vec<String>,
    /// Properties of the object a row of which went with its value.
    pub(super) shortened: Vec<String>,
}

/// Takes every masked value out of a plain object. A row of a list that holds one goes as a whole: without its value it
/// would be another setting.
pub(super) fn take(contract: &Contract, plain: &mut Value) -> Taken {
    let mut taken = Taken::default();
    for path in &contract.masked {
        edit_holders(plain, path, &mut |holder, name| {
            let given = holder.get(name).is_some_and(|value| !value.is_null() && !is_mask(value));
            if holder.contains_key(name) {
                taken.paths.push(path.clone());
            }
            if !given {
                holder.shift_remove(name);
            }
        });
    }
    taken.paths.dedup();
    if let Some(map) = plain.as_object_mut() {
        for (name, value) in map.iter_mut() {
            let before = taken.paths.len();
            walk(value, name, &mut taken.paths);
            if taken.paths.len() > before && value.is_array() {
                taken.shortened.push(name.clone());
            }
        }
        map.retain(|_, value| !is_mask(value));
    }
    taken
}

/// Whether a property of the object holds a masked value.
pub(super) fn is_in(value: &Value) -> bool {
    match value {
        Value::Array(rows) => rows.iter().any(is_in),
        Value::Object(map) => is_token(map) || map.values().any(is_in),
        other => is_mask(other),
    }
}

/// Takes them out below a value; gives back whether the value itself has to go.
fn walk(value: &mut Value, path: &str, found: &mut Vec<String>) -> bool {
    match value {
        Value::Array(rows) => {
            let mut index = 0;
            rows.retain_mut(|row| {
                let goes = walk(row, &format!("{path}[{index}]"), found);
                index += 1;
                !goes
            });
            false
        }
        Value::Object(map) if is_token(map) => {
            found.push(format!("{path}.value"));
            true
        }
        Value::Object(map) => {
            let mut goes = false;
            for (name, value) in map.iter_mut() {
                goes |= walk(value, &format!("{path}.{name}"), found);
            }
            goes
        }
        other if is_mask(other) => {
            found.push(path.to_owned());
            true
        }
        _ => false,
    }
}

/// Asterisks and nothing else.
pub(super) fn is_mask(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() >= 4 && text.bytes().all(|byte| byte == b'*'))
}

/// The token of a secret setting, which means nothing elsewhere.
pub(super) fn is_token(map: &Map<String, Value>) -> bool {
    map.get("valueState").is_some_and(|state| state == "encryptedValueToken")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_in, take};
    use crate::registry::Registry;

    #[test]
    fn masks_tokens_and_empty_secrets_are_taken_out_and_named() {
        let contract = Registry::embedded().get("deviceConfigurations").expect("contract");
        let mut object = json!({ "preSharedKey": null, "ssid": "a", "password": "****", "omaSettings": [
            { "omaUri": "a", "value": "****" }, { "omaUri": "b", "value": 1 }] });
        let taken = take(contract, &mut object);
        assert_eq!(object, json!({ "ssid": "a", "omaSettings": [{ "omaUri": "b", "value": 1 }] }));
        assert_eq!(taken.paths, ["preSharedKey", "password", "omaSettings[0].value"]);
        assert_eq!(taken.shortened, ["omaSettings"]);
    }

    #[test]
    fn a_secret_that_was_given_again_is_sent_and_still_cannot_be_compared() {
        let contract = Registry::embedded().get("deviceConfigurations").expect("contract");
        let mut object = json!({ "preSharedKey": "given again" });
        let taken = take(contract, &mut object);
        assert_eq!((object, taken.paths), (json!({ "preSharedKey": "given again" }), vec!["preSharedKey".to_owned()]));
    }

    #[test]
    fn a_secret_setting_goes_with_its_row() {
        let contract = Registry::embedded().get("settingsCatalog").expect("contract");
        let secret = json!({ "settingInstance": { "simpleSettingValue": { "value": "t", "valueState": "encryptedValueToken" } } });
        let mut object = json!({ "settings": [secret, { "settingInstance": { "x": 1 } }] });
        assert!(is_in(&object));
        let taken = take(contract, &mut object);
        assert_eq!(object, json!({ "settings": [{ "settingInstance": { "x": 1 } }] }));
        assert_eq!(taken.paths, ["settings[0].settingInstance.simpleSettingValue.value"]);
    }
}
