//! Values that Graph masks and a person enters: where they are, and how they get into a body.
//!
//! While a body is put together a mark with the value's id stands where the value belongs. A plan holds the id and the
//! place; the value itself is put in when the request is sent.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::masked::{is_mask, is_token};
use super::pointer::{Pointer, each_text, split};
use crate::ids::SecretId;
use crate::registry::Contract;
use crate::registry::content::path::pointers;
use crate::registry::content::{from_camel_case, from_setting_id};

/// No text of a configuration has it.
const MARK: char = '\u{2}';
/// What a secret setting says of a value that is one.
const PLAIN: &str = "notEncrypted";
/// What it says of a value that is a token.
const TOKEN: &str = "encryptedValueToken";
/// What Graph puts in the place of other values.
const MASK: &str = "****";

/// A value of an object that no version has, because Graph masks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretPlace {
    /// Where it is, as a JSON pointer (RFC 6901) into the object.
    pub pointer: String,
    /// What it is called, for people: the name of a property or of an OMA-URI setting, or what the definition's id tells.
    pub name: String,
    /// The id of the setting's definition, which may have a better name.
    pub definition: Option<String>,
    /// Whether it may have several lines, as XML has.
    pub lines: bool,
}

/// A place in a body that takes a value which a person entered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SecretSlot {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Which value.
    pub secret: SecretId,
}

impl SecretSlot {
    /// Writes the value into a body, where the place is.
    pub fn fill(&self, body: &mut Value, value: &str) {
        if let Some(place) = body.pointer_mut(&self.pointer) {
            *place = Value::from(value);
        }
    }
}

/// The values of the object that can be entered, in its order.
pub fn secret_places(contract: &Contract, document: &Value) -> Vec<SecretPlace> {
    let written = |path: &&String| !contract.strip.contains(path) && !contract.volatile.contains(path);
    let declared: HashSet<String> =
        contract.masked.iter().filter(written).flat_map(|path| pointers(document, path)).collect();
    let mut places = Vec::new();
    walk(document, &mut Pointer::default(), &declared, &mut places);
    places
}

fn walk(value: &Value, at: &mut Pointer, declared: &HashSet<String>, places: &mut Vec<SecretPlace>) {
    let unknown = value.is_null() || value.as_str().is_some_and(str::is_empty);
    if is_mask(value) || (unknown && declared.contains(at.text())) {
        let name = from_camel_case(at.last());
        return places.push(SecretPlace { pointer: at.text().to_owned(), name, definition: None, lines: false });
    }
    match value {
        Value::Array(rows) => {
            for (index, row) in rows.iter().enumerate() {
                at.inside(&index.to_string(), |at| walk(row, at, declared, places));
            }
        }
        Value::Object(map) => {
            let before = places.len();
            if is_token(map) {
                at.inside("value", |at| {
                    let (pointer, name) = (at.text().to_owned(), String::new());
                    places.push(SecretPlace { pointer, name, definition: None, lines: false });
                });
            } else {
                for (name, value) in map {
                    at.inside(name, |at| walk(value, at, declared, places));
                }
            }
            places[before..].iter_mut().for_each(|place| called(map, at, place));
        }
        _ => {}
    }
}

/// A value is called by the setting that holds it.
fn called(map: &Map<String, Value>, at: &Pointer, place: &mut SecretPlace) {
    let text = |name: &str| map.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let direct = place.pointer.strip_prefix(at.text()) == Some("/value");
    if direct && let Some(uri) = text("omaUri") {
        text("displayName").unwrap_or(uri).clone_into(&mut place.name);
        place.lines = kind_of(map).ends_with("omaSettingStringXml");
    } else if place.name.is_empty()
        && let Some(definition) = text("settingDefinitionId")
    {
        place.name = from_setting_id(definition);
        place.definition = Some(definition.to_owned());
    }
}

fn kind_of(map: &Map<String, Value>) -> &str {
    map.get("@odata.type").and_then(Value::as_str).unwrap_or_default()
}

/// The value as Graph takes it at that place: binary where its type is (`omaSettingStringXml.value`, Edm.Binary).
pub fn secret_as_sent(document: &Value, pointer: &str, typed: &str) -> String {
    use base64::Engine as _;
    let holder = split(pointer).and_then(|(holder, _)| document.pointer(holder)?.as_object());
    if holder.is_some_and(|holder| kind_of(holder).ends_with("omaSettingStringXml")) {
        return base64::engine::general_purpose::STANDARD.encode(typed);
    }
    typed.to_owned()
}

/// Marks the places of values that were entered; a place that the object does not have is passed over.
pub fn with_secrets<'a>(document: &mut Value, given: impl IntoIterator<Item = (&'a str, SecretId)>) {
    for (pointer, secret) in given {
        let Some((above, name)) = split(pointer) else { continue };
        let Some(holder) = document.pointer_mut(above).and_then(Value::as_object_mut) else { continue };
        if !holder.contains_key(&name) {
            continue;
        }
        holder.insert(name, Value::from(format!("{MARK}{secret}{MARK}")));
        if is_token(holder) {
            holder.insert("valueState".to_owned(), Value::from(PLAIN));
        }
        holder.shift_remove("isEncrypted");
        holder.shift_remove("secretReferenceValueId");
    }
}

/// Takes all marks out of a body: null stands there then, and the slots say where.
pub(super) fn take(body: &mut Value) -> Vec<SecretSlot> {
    let mut slots = Vec::new();
    each_text(body, &mut |value, pointer| {
        let Some(secret) = marked(value) else { return };
        slots.push(SecretSlot { pointer: pointer.to_owned(), secret });
        *value = Value::Null;
    });
    slots
}

/// The document as Graph is going to return it, and where it hides what was entered.
pub(super) fn hide(document: &mut Value) -> Vec<String> {
    let slots = take(document);
    for slot in &slots {
        let Some((above, name)) = split(&slot.pointer) else { continue };
        let Some(holder) = document.pointer_mut(above).and_then(Value::as_object_mut) else { continue };
        holder.insert(name, Value::from(MASK));
        if holder.get("valueState").is_some_and(|state| state == PLAIN) {
            holder.insert("valueState".to_owned(), Value::from(TOKEN));
        } else if holder.contains_key("omaUri") {
            holder.insert("isEncrypted".to_owned(), Value::from(true));
        }
    }
    slots.into_iter().map(|slot| slot.pointer).collect()
}

fn marked(value: &Value) -> Option<SecretId> {
    value.as_str()?.strip_prefix(MARK)?.strip_suffix(MARK)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{SecretSlot, hide, secret_as_sent, secret_places, take, with_secrets};
    use crate::ids::{Id, SecretId};
    use crate::registry::Registry;

    fn places(key: &str, document: &Value) -> Vec<(String, String, bool)> {
        let contract = Registry::embedded().get(key).expect("contract");
        secret_places(contract, document).into_iter().map(|one| (one.pointer, one.name, one.lines)).collect()
    }

    fn place(pointer: &str, name: &str, lines: bool) -> (String, String, bool) {
        (pointer.to_owned(), name.to_owned(), lines)
    }

    #[test]
    fn masked_values_are_found_with_names_and_others_are_not() {
        let xml = "#microsoft.graph.omaSettingStringXml";
        let wifi = json!({ "preSharedKey": null, "sharedSecret": "known", "ssid": null, "password": "*****", "omaSettings": [
            { "omaUri": "./a", "displayName": "", "value": "****" }, { "omaUri": "./b", "value": 1 },
            { "@odata.type": xml, "omaUri": "./c", "displayName": "Profile", "value": "****" }] });
        let found = places("deviceConfigurations", &wifi);
        let wanted = [
            place("/preSharedKey", "Pre shared key", false),
            place("/password", "Password", false),
            place("/omaSettings/0/value", "./a", false),
            place("/omaSettings/2/value", "Profile", true),
        ];
        assert_eq!(found, wanted);
        let token = json!({ "settingDefinitionId": "vendor_key", "simpleSettingValue": { "value": "t", "valueState": "encryptedValueToken" } });
        let policy = json!({ "settings": [{ "settingInstance": { "choiceSettingValue": { "children": [token] } } }] });
        let at = "/settings/0/settingInstance/choiceSettingValue/children/0/simpleSettingValue/value";
        assert_eq!(places("settingsCatalog", &policy), [place(at, "Vendor › Key", false)]);
        let computed = json!({ "tokenValue": null, "wifiPassword": null });
        assert_eq!(places("androidEnrollment", &computed), [place("/wifiPassword", "Wifi password", false)]);
    }

    #[test]
    fn xml_is_sent_as_what_its_type_is() {
        let row = |kind: &str| json!({ "omaSettings": [{ "@odata.type": kind, "value": "****" }] });
        let sent = |kind: &str| secret_as_sent(&row(kind), "/omaSettings/0/value", "<a/>");
        assert_eq!(sent("#microsoft.graph.omaSettingStringXml"), "PGEvPg==");
        assert_eq!(sent("#microsoft.graph.omaSettingString"), "<a/>");
    }

    #[test]
    fn what_was_entered_leaves_its_id_in_the_body_and_its_value_nowhere() {
        let id = SecretId::from_uuid(uuid::Uuid::from_u128(7));
        let token = json!({ "value": "t", "valueState": "encryptedValueToken" });
        let oma = json!([{ "omaUri": "./a", "isEncrypted": true, "secretReferenceValueId": "x", "value": "****" }]);
        let mut document = json!({ "preSharedKey": null, "a/b": token, "omaSettings": oma });
        let given = ["/preSharedKey", "/a~1b/value", "/omaSettings/0/value", "/gone", "/omaSettings/9/value"];
        with_secrets(&mut document, given.map(|pointer| (pointer, id)));
        let (mut body, mut promised) = (document.clone(), document);
        let slots = take(&mut body);
        assert_eq!(slots.iter().map(|slot| slot.pointer.as_str()).collect::<Vec<_>>(), given[..3]);
        let plain = json!({ "value": null, "valueState": "notEncrypted" });
        assert_eq!(
            body,
            json!({ "preSharedKey": null, "a/b": plain, "omaSettings": [{ "omaUri": "./a", "value": null }] })
        );
        SecretSlot { pointer: "/a~1b/value".into(), secret: id }.fill(&mut body, "typed");
        assert_eq!(body["a/b"]["value"], "typed");
        assert_eq!(hide(&mut promised).len(), 3);
        let token = json!({ "value": "****", "valueState": "encryptedValueToken" });
        let oma = json!([{ "omaUri": "./a", "value": "****", "isEncrypted": true }]);
        assert_eq!(promised, json!({ "preSharedKey": "****", "a/b": token, "omaSettings": oma }));
    }
}
