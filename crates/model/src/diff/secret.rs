//! Secrets in a document: where they are, and what a comparison may know of them.

use serde_json::{Map, Value, json};

use crate::canonical;

/// Stands for a secret in a document that is being compared; no property of Graph is called so.
const MARK: &str = "@secret";
/// What a secret setting says when its value is a token and no secret.
const TOKEN: &str = "encryptedValueToken";
/// A shorter text of asterisks is a wildcard.
const ASTERISKS_MIN: usize = 4;

/// What is known of a secret.
#[derive(Debug, PartialEq)]
pub(super) enum Secret {
    /// Graph masks it.
    Unreadable,
    /// Its value is in the document.
    Readable(String),
}

/// The secret in place of which a mark stands.
pub(super) fn secret(value: &Value) -> Option<Secret> {
    let hidden = value.get(MARK)?;
    Some(match hidden {
        Value::Null => Secret::Unreadable,
        Value::String(text) => Secret::Readable(text.clone()),
        other => Secret::Readable(canonical::to_string(other)),
    })
}

/// A mark; `null` and asterisks are no values.
pub(super) fn hide(value: &Value) -> Value {
    let masked = value.as_str().is_some_and(|text| text.is_empty() || is_asterisks(text));
    json!({ MARK: if masked { Value::Null } else { value.clone() } })
}

/// Asterisks in place of a value.
pub(super) fn is_asterisks(text: &str) -> bool {
    text.len() >= ASTERISKS_MIN && text.chars().all(|letter| letter == '*')
}

/// Hides what says by itself that it is secret: a secret setting of a catalog, and an encrypted OMA-URI setting.
pub(super) fn hide_declared(map: &mut Map<String, Value>) {
    let kind = map.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
    let is_setting = kind.ends_with("SecretSettingValue");
    let encrypted = map.get("isEncrypted").and_then(Value::as_bool) == Some(true);
    if !is_setting && !encrypted {
        return;
    }
    let state = if is_setting { map.shift_remove("valueState") } else { None };
    let is_token = state.as_ref().and_then(Value::as_str) == Some(TOKEN);
    if let Some(value) = map.get_mut("value") {
        *value = hide(if is_token { &Value::Null } else { value });
    }
}

/// The value without its secrets.
pub(super) fn bare(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let seen = map.iter().filter(|(_, value)| secret(value).is_none());
            Value::Object(seen.map(|(name, value)| (name.clone(), bare(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        scalar => scalar.clone(),
    }
}

/// The mark of a secret under a key: equal secrets have equal marks, and nobody without the key can try out values.
pub(super) fn mark(key: &[u8; 32], secret: &Secret) -> Option<String> {
    match secret {
        Secret::Unreadable => None,
        Secret::Readable(text) => Some(blake3::keyed_hash(key, text.as_bytes()).to_hex().as_str()[..32].to_owned()),
    }
}
