//! What an object can be found by beside its name: the lines of its settings, and the objects that it names.

use serde_json::Value;

use super::{Definitions, Reference, references, settings_in_words};
use crate::registry::Contract;

/// Rules by which this version makes what is searched. A database keeps the number with each object, and workers make
/// again what older rules made: raise it with every change that gives other lines or other references.
pub const SEARCH_RULES: i64 = 4;

/// Longest text of one object, in bytes. Real policies have some ten thousand; scripts may have more.
const BYTES_MAX: usize = 256 * 1024;
/// A longer value without a space is no text but a picture or a certificate, in characters.
const UNBROKEN_MAX: usize = 1_000;

/// One line: something that the object says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchLine {
    /// Where it stands, in words: headings and name.
    pub place: String,
    /// What Graph calls it.
    pub id: String,
    /// What it is set to.
    pub value: String,
}

impl SearchLine {
    /// As it is looked at: one line, in lower case.
    pub fn folded(&self) -> String {
        let mut text = [&self.place, "\t", &self.id, "\t", &self.value].concat();
        // A sync makes tens of thousands of lines, of which hardly any has a capital beyond ASCII.
        text.make_ascii_lowercase();
        let has_case = |letter: char| !letter.is_ascii() && letter.to_lowercase().ne([letter]);
        if text.contains(has_case) {
            text = text.to_lowercase();
        }
        let is_odd = |letter: char| letter.is_control() && letter != '\t';
        // Beyond ASCII they are two bytes that begin with this one.
        let may_be_odd = |byte: u8| (byte < b' ' && byte != b'\t') || byte == 0x7f || byte == 0xc2;
        if text.bytes().any(may_be_odd) { text.replace(is_odd, " ") } else { text }
    }
}

/// What is kept of one object to find it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Searched {
    /// Its lines, each with its end.
    pub lines: String,
    /// The objects that it names.
    pub references: Vec<Reference>,
}

/// What an observed document is found by, in words of its own.
pub fn searched(contract: &Contract, document: &Value) -> Searched {
    searched_with(contract, document, &Definitions::default())
}

/// What an observed document is found by, its settings also by the names of their definitions.
pub fn searched_with(contract: &Contract, document: &Value, known: &Definitions) -> Searched {
    let mut lines = String::new();
    for line in search_lines(contract, document, known) {
        lines.push_str(&line.folded());
        lines.push('\n');
        if lines.len() > BYTES_MAX {
            lines.truncate(lines.floor_char_boundary(BYTES_MAX));
            break;
        }
    }
    Searched { lines, references: references(contract, document) }
}

/// The lines of a document in the order of its page. What the page calls unreadable stands here as unreadable, too: a
/// secret is never among them.
pub fn search_lines(contract: &Contract, document: &Value, known: &Definitions) -> Vec<SearchLine> {
    let description = document.get("description").and_then(Value::as_str).filter(|text| !text.is_empty());
    let description = description.map(|text| SearchLine {
        place: "Description".to_owned(),
        id: "description".to_owned(),
        value: text.to_owned(),
    });
    let mut above: Vec<String> = Vec::new();
    let settings = settings_in_words(contract, document, known).into_iter().map(|row| {
        above.truncate(row.depth);
        above.push(row.name);
        let group = (!row.group.is_empty()).then_some(row.group.as_str());
        let place = group.into_iter().chain(above.iter().map(String::as_str)).collect::<Vec<_>>().join(" › ");
        let value = if is_text(&row.value) { row.value } else { String::new() };
        SearchLine { place, id: row.id, value }
    });
    description.into_iter().chain(settings).collect()
}

fn is_text(value: &str) -> bool {
    value.len() <= UNBROKEN_MAX || value.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use sha2::{Digest, Sha256};

    use super::{BYTES_MAX, SEARCH_RULES, SearchLine, search_lines, searched};
    use crate::registry::content::Definitions;
    use crate::registry::{Contract, ReferenceRule, Registry};

    fn contract(key: &str) -> &'static Contract {
        Registry::embedded().get(key).expect("contract")
    }

    #[test]
    fn a_line_has_words_ids_and_values() {
        let id = "device_vendor_msft_bitlocker_requiredeviceencryption";
        let document = json!({ "description": "For laptops", "settings": [{ "settingInstance": {
            "settingDefinitionId": id, "choiceSettingValue": { "value": format!("{id}_1"), "children": [
                { "settingDefinitionId": "bitlocker_days", "simpleSettingValue": { "value": 5 } }] } } }] });
        let lines = searched(contract("settingsCatalog"), &document).lines;
        assert_eq!(
            lines.lines().collect::<Vec<_>>(),
            [
                "description\tdescription\tfor laptops".to_owned(),
                format!("bitlocker › requiredeviceencryption\t{id} {id}_1\t1"),
                "bitlocker › requiredeviceencryption › days\tbitlocker_days\t5".to_owned(),
            ]
        );
    }

    proptest! {
        #[test]
        fn a_line_is_folded_as_its_letters_are(place in ".*", id in "[ -~]*", value in "[ΑΣσİÄß›a-z\u{0}-\u{a0} ]*") {
            let told = format!("{place}\t{id}\t{value}").to_lowercase();
            let plain = told.replace(|letter: char| letter.is_control() && letter != '\t', " ");
            prop_assert_eq!(SearchLine { place, id, value }.folded(), plain);
        }
    }

    #[test]
    fn scripts_and_addresses_of_settings_are_found_and_secrets_are_not() {
        let script = json!({ "scriptContent": "V3JpdGUtSG9zdCAxCmV4aXQK" });
        assert!(searched(contract("powershellScripts"), &script).lines.contains("write-host 1 exit"));
        let profile = json!({ "preSharedKey": "canary", "omaSettings": [
            { "displayName": "One", "omaUri": "./Device/X", "isEncrypted": true, "value": "canary" }] });
        let lines = searched(contract("deviceConfigurations"), &profile).lines;
        assert!(lines.contains("./device/x") && !lines.contains("canary"), "{lines}");
        let secret = json!({ "settings": [{ "settingInstance": { "settingDefinitionId": "a_b", "simpleSettingValue": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationSecretSettingValue", "value": "canary" } } }] });
        assert!(!searched(contract("settingsCatalog"), &secret).lines.contains("canary"));
    }

    #[test]
    fn pictures_are_left_out_and_long_texts_end_somewhere() {
        let picture = json!({ "icon": "A".repeat(2_000), "notes": "ä ".repeat(BYTES_MAX) });
        let found = search_lines(contract("mobileApps"), &picture, &Definitions::default());
        assert_eq!((found[0].value.as_str(), found[0].id.as_str()), ("", "icon"));
        let lines = searched(contract("mobileApps"), &picture).lines;
        assert!(lines.len() <= BYTES_MAX && lines.len() > BYTES_MAX - 4);
    }

    /// What the contracts of observed types say decides what is found. When this fails, raise `SEARCH_RULES` and put the new sum here.
    #[test]
    fn other_contracts_are_other_rules() {
        let told = |contract: &Contract| {
            let Contract { key, masked, encoded, .. } = contract;
            // How a reference is written decides nothing.
            let found = |ReferenceRule { path, to, except, .. }: &ReferenceRule| {
                format!("ReferenceRule {{ path: {path:?}, to: {to:?}, except: {except:?} }}")
            };
            let references: Vec<String> = contract.references.iter().map(found).collect();
            format!("{key} {masked:?} {encoded:?} [{}]\n", references.join(", "))
        };
        let all: String = Registry::embedded().observed().map(told).collect();
        let sum = data_encoding::HEXLOWER.encode(&Sha256::digest(all.as_bytes())[..8]);
        assert_eq!((SEARCH_RULES, sum.as_str()), (4, "c8c602c0765f9249"));
    }
}
