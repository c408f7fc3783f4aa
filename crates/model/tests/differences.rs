//! Differences of policies that were exported from real tenants, in people's words: each is edited as a person might, and
//! what the lines then say is in `golden/differences.txt`.
//!
//! The policies are not part of the project. They are looked for in the folder that `TENANTATLAS_SHARED` names, or in
//! `../shared` beside the project; when they are missing the test says so loudly and proves nothing.

#![expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use model::diff::{Difference, Line, Names, Side, TextKind, lines, normal, same_after_write};
use model::registry::content::Definitions;
use model::registry::{Contract, Registry};
use serde_json::{Value, json};

/// Families of policies: the contract, and types that a file may say it has.
const FAMILIES: [(&str, &[&str]); 8] = [
    ("settingsCatalog", &["deviceManagementConfigurationPolicy"]),
    ("compliancePolicies", &["windows10CompliancePolicy", "iosCompliancePolicy", "androidWorkProfileCompliancePolicy"]),
    ("deviceConfigurations", &["iosGeneralDeviceConfiguration"]),
    ("deviceConfigurations", &["windows10CustomConfiguration"]),
    ("groupPolicyConfigurations", &["groupPolicyConfiguration"]),
    ("intents", &["deviceManagementIntent"]),
    ("androidAppProtections", &["androidManagedAppProtection"]),
    ("iosAppProtections", &["iosManagedAppProtection"]),
];
/// Policies of each family.
const EACH: usize = 3;
/// The golden file quotes no more of a value, in characters.
const QUOTED: usize = 60;

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("TENANTATLAS_SHARED").map_or_else(beside, PathBuf::from).join("corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no exported policies in {}; set TENANTATLAS_SHARED to the folder above it", folder.display());
    None
}

struct Policy {
    hash: String,
    kind: String,
    document: Value,
}

/// All policies, by their hashes.
fn policies(folder: &Path) -> Vec<Policy> {
    let index: Value = serde_json::from_str(&text(&folder.join("INDEX.json"))).expect("an index");
    let mut found = Vec::new();
    for (repository, about) in index["repos"].as_object().expect("repositories") {
        for file in about["files"].as_array().expect("files") {
            let path = folder.join(repository).join(file["path"].as_str().expect("a path"));
            let kind = file["type"].as_str().unwrap_or_default().trim_start_matches("#microsoft.graph.").to_owned();
            let hash = file["sha256"].as_str().expect("a hash")[..12].to_owned();
            let Ok(document) = serde_json::from_str(&text(&path)) else { continue };
            found.push(Policy { hash, kind, document });
        }
    }
    found.sort_by(|one, other| one.hash.cmp(&other.hash));
    found
}

fn text(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("a file of the corpus");
    let text = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => {
            let units: Vec<u16> = rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).expect("UTF-16")
        }
        bytes => String::from_utf8(bytes.to_vec()).expect("UTF-8"),
    };
    text.trim_start_matches('\u{feff}').to_owned()
}

/// What a person might do to it.
fn edited(document: &Value) -> Value {
    let mut new = document.clone();
    new["description"] = json!("Edited");
    new["assignments"] = json!([
        { "target": { "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" } },
        { "target": { "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": "pilot" } },
    ]);
    if let Some(settings) = new.get_mut("settings").and_then(Value::as_array_mut) {
        edit_settings(settings);
    }
    for value in new.get_mut("definitionValues").and_then(Value::as_array_mut).into_iter().flatten() {
        value["enabled"] = json!(!value["enabled"].as_bool().unwrap_or_default());
    }
    for setting in new.get_mut("omaSettings").and_then(Value::as_array_mut).into_iter().flatten().take(1) {
        let value = setting["value"].as_str().map_or_else(|| setting["value"].to_string(), str::to_owned);
        setting["value"] = json!(format!("{value}\nedited"));
    }
    let map = new.as_object_mut().expect("an object");
    let mut flipped = 0;
    for (_, value) in map.iter_mut().filter(|(name, _)| !name.starts_with("is")) {
        if let (Some(was), true) = (value.as_bool(), flipped < 2) {
            *value = json!(!was);
            flipped += 1;
        }
    }
    let number = map.iter().find(|(name, value)| value.is_number() && *name != "version" && *name != "settingCount");
    if let Some(name) = number.map(|(name, _)| name.clone()) {
        map.shift_remove(&name);
    }
    new
}

/// Turned around; the first one goes, one comes, and the first that holds something else is set to another value.
fn edit_settings(settings: &mut Vec<Value>) {
    let Some(mut copy) = settings.last().cloned() else { return };
    rename(&mut copy);
    if settings.len() > 1 {
        settings.remove(0);
    }
    for setting in settings.iter_mut() {
        let places =
            ["/settingInstance/choiceSettingValue/value", "/settingInstance/simpleSettingValue/value", "/valueJson"];
        if let Some(value) = places.iter().find_map(|place| setting.pointer(place).is_some().then_some(*place)) {
            let value = setting.pointer_mut(value).expect("it is there");
            *value = match value.as_str() {
                Some(text) => json!(format!("{text}_edited")),
                None => json!(4_711),
            };
            break;
        }
    }
    settings.push(copy);
    settings.reverse();
}

/// Another setting of the same kind.
fn rename(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map.iter_mut() {
                match inner {
                    Value::String(text) if name == "settingDefinitionId" || name == "definitionId" => {
                        text.push_str("_added")
                    }
                    inner => rename(inner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rename),
        _ => {}
    }
}

struct Known(Definitions);

impl Names for Known {
    fn definitions(&self) -> &Definitions {
        &self.0
    }

    fn object(&self, _: Side, _: &str, id: &str) -> Option<String> {
        (id == "pilot").then(|| "Pilot devices".to_owned())
    }
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

fn write_line(to: &mut String, line: &Line) {
    let side = |value: &Option<String>| value.as_ref().map_or_else(|| "–".to_owned(), |value| quoted(value));
    let heading = if line.heading.is_empty() { String::new() } else { format!("{} › ", line.heading) };
    let values = if line.text.is_empty() {
        format!("{} -> {}", side(&line.old), side(&line.new))
    } else {
        let count = |kind| line.text.iter().filter(|each| each.kind == kind).count();
        format!("text, {} old and {} new lines", count(TextKind::Old), count(TextKind::New))
    };
    writeln!(to, "  {} | {} | {heading}{}: {values}", line.kind, line.area, line.label).expect("a text");
}

fn golden(contract: &Contract, policy: &Policy, to: &mut String) {
    let new = edited(&policy.document);
    assert!(Difference::between(contract, &policy.document, &policy.document).is_empty(), "{}", policy.hash);
    let difference = Difference::between(contract, &policy.document, &new);
    assert_eq!(difference.apply(&policy.document), normal(contract, &new), "{}", policy.hash);
    assert!(same_after_write(contract, &new, &new).is_empty());
    assert!(!same_after_write(contract, &new, &policy.document).is_empty(), "an edit that was not taken differs");
    writeln!(to, "{} {}", contract.key, policy.hash).expect("a text");
    lines(contract, &difference, &Known(Definitions::default())).iter().for_each(|line| write_line(to, line));
}

#[test]
fn edits_of_real_policies_are_told_as_in_the_golden_file() {
    let Some(folder) = corpus() else { return };
    let all = policies(&folder);
    let mut told = String::new();
    for (key, kinds) in FAMILIES {
        let contract = Registry::embedded().get(key).expect("contract");
        let family: Vec<&Policy> =
            all.iter().filter(|policy| kinds.contains(&policy.kind.as_str())).take(EACH).collect();
        assert_eq!(family.len(), EACH, "{kinds:?}");
        family.into_iter().for_each(|policy| golden(contract, policy, &mut told));
    }
    let file = include_str!("../golden/differences.txt");
    assert_eq!(told, file, "the words changed: if that is meant, write golden/differences.txt anew:\n{told}");
}

/// Every policy there is, whatever its family: no edit gets lost, and none is made up.
#[test]
fn every_real_policy_leads_to_its_edit() {
    let Some(folder) = corpus() else { return };
    let contract = Registry::embedded().get("deviceConfigurations").expect("contract");
    let all = policies(&folder);
    assert!(all.len() > 100, "{} policies", all.len());
    for policy in &all {
        let key = FAMILIES.iter().find(|(_, kinds)| kinds.contains(&policy.kind.as_str())).map(|(key, _)| *key);
        let contract = key.and_then(|key| Registry::embedded().get(key)).unwrap_or(contract);
        let new = edited(&policy.document);
        let difference = Difference::between(contract, &policy.document, &new);
        assert_eq!(difference.apply(&policy.document), normal(contract, &new), "{}", policy.hash);
    }
}
