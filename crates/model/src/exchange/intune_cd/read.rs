//! From IntuneCD's form to Graph's. A name that means nothing here stays as it is: what it stands for is not guessed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{
    FILTER, Ids, PAYLOAD, SCRIPT, SELECTED_APPS, TARGETED_APPS, TEMPLATE, each_action, each_target, objects_of, swap,
    swap_all,
};
use crate::registry::Contract;

/// The object as Graph sends it, as far as IntuneCD has kept it.
pub(in super::super) fn observed(contract: &Contract, stem: &str, document: &mut Value, ids: &Ids) {
    let Some(map) = document.as_object_mut() else { return };
    if contract.key == "intents"
        && let Some(settings) = map.remove("settingsDelta")
    {
        map.insert("settings".to_owned(), settings);
    }
    if !map.contains_key("id")
        && let Some(id) = id_of(contract, stem)
    {
        map.shift_insert(0, "id".to_owned(), json!(id));
    }
    each_target(map, |target| {
        let name = target.get("groupName").and_then(Value::as_str);
        if let Some(id) = name.and_then(|name| ids.groups.get(name)).cloned() {
            target.retain(|name, _| !matches!(name.as_str(), "groupName" | "groupType" | "membershipRule"));
            target.insert("groupId".to_owned(), json!(id));
        }
        swap(target.get_mut(FILTER), &ids.filters);
    });
    for name in ["roleScopeTagIds", "roleScopeTags"] {
        swap_all(map.get_mut(name), &ids.scope_tags);
    }
    each_action(map, |action| id_for_name(action, TEMPLATE.0, TEMPLATE.1, &ids.templates));
    script(map, ids);
    apps(map, ids);
    payload(map);
    decrypted(map);
}

/// What the name of the file says of the object's id.
fn id_of<'a>(contract: &Contract, stem: &'a str) -> Option<&'a str> {
    let behind = stem.rsplit_once("__");
    if let Some((_, id)) = behind.filter(|(_, id)| is_id(id)) {
        return Some(id);
    }
    // Of the only object of its kind the id is a word; one that has none is known by its type, also in our files.
    if contract.single {
        let is_type = |id: &str| id.split('-').next() == Some(contract.key.as_str());
        return behind.map(|(_, id)| id).filter(|id| is_plain(id) && !is_type(id));
    }
    // What is called by its id has it in the name of the file alone; two of one name are told apart by sixteen more digits.
    let told_apart = |digits: &str| digits.len() == 16 && digits.chars().all(|one| one.is_ascii_hexdigit());
    let by_name = || behind.filter(|(_, digits)| told_apart(digits)).map_or(stem, |(id, _)| id);
    (contract.name.as_deref() == Some("id")).then(by_name)
}

/// Graph's ids are GUIDs, some with a letter before or a number behind.
fn is_id(text: &str) -> bool {
    is_plain(text) && text.len() >= 36 && text.matches('-').count() >= 4 || text.parse::<u32>().is_ok()
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_'))
}

/// The name that stands beside an id goes when it is known what it means here; the id is the one of here then.
fn id_for_name(map: &mut Map<String, Value>, id: &str, name: &str, ids: &BTreeMap<String, String>) {
    let known = map.get(name).and_then(Value::as_str).and_then(|name| ids.get(name)).cloned();
    if let Some(known) = known {
        map.shift_remove(name);
        map.insert(id.to_owned(), json!(known));
    }
}

fn script(map: &mut Map<String, Value>, ids: &Ids) {
    let (property, id, note) = SCRIPT;
    let Some(name) = map.get(note).cloned() else { return };
    let Some(of) = map.get_mut(property).and_then(Value::as_object_mut) else { return };
    of.insert(note.to_owned(), name);
    id_for_name(of, id, note, &ids.scripts);
    if of.shift_remove(note).is_none() {
        map.shift_remove(note);
    }
}

fn apps(map: &mut Map<String, Value>, ids: &Ids) {
    let id = |app: &Value, name: &str| app.get(name)?.as_str().and_then(|name| ids.apps.get(name)).cloned();
    let selected = map.get(SELECTED_APPS.1).and_then(Value::as_array);
    let selected = selected.and_then(|apps| apps.iter().map(|app| id(app, "name")).collect::<Option<Vec<_>>>());
    if let Some(selected) = selected {
        map.shift_remove(SELECTED_APPS.1);
        map.insert(SELECTED_APPS.0.to_owned(), json!(selected));
    }
    if let Some(targeted) = map.get_mut(TARGETED_APPS)
        && let Some(id) = id(targeted, "appName")
    {
        *targeted = json!([id]);
    }
}

fn payload(map: &mut Map<String, Value>) {
    if let Some(payload) = map.get_mut(PAYLOAD).filter(|payload| payload.is_object() || payload.is_array()) {
        *payload = json!(STANDARD.encode(payload.to_string()));
    }
}

/// A secret that IntuneCD has asked for is in the answer as Graph gave it.
fn decrypted(map: &mut Map<String, Value>) {
    for setting in objects_of(map.get_mut("omaSettings")) {
        let plain = setting.get_mut("value").and_then(|answer| answer.as_object_mut()?.remove("value"));
        if let Some(plain) = plain {
            setting.insert("value".to_owned(), plain);
        }
    }
}
