//! From Graph's form to IntuneCD's.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::super::{Object, Problem, Source, SourceFile, folders, names, plain_text};
use super::{
    FILTER, PAYLOAD, SCRIPT, SELECTED_APPS, TARGETED_APPS, TEMPLATE, TYPE_NOTE, each_action, each_target, objects_of,
    scripts, swap, swap_all,
};
use crate::registry::{Contract, Registry};

/// What IntuneCD takes out of every object, by its own list (`IntuneCDBase.remove_keys`).
const REMOVED: [&str; 24] = [
    "id",
    "version",
    "topicIdentifier",
    "certificate",
    "createdDateTime",
    "lastModifiedDateTime",
    "isAssigned",
    "@odata.context",
    "scheduledActionConfigurations@odata.context",
    "scheduledActionsForRule@odata.context",
    "sourceId",
    "supportsScopeTags",
    "companyCodes",
    "isGlobalScript",
    "highestAvailableVersion",
    "token",
    "lastSyncDateTime",
    "isReadOnly",
    "secretReferenceValueId",
    "isEncrypted",
    "modifiedDateTime",
    "deployedAppCount",
    "intunecd_name",
    "deviceHealthScriptType",
];
/// The parts that IntuneCD reads and writes. Others it would send where Graph does not take them.
const PARTS: [&str; 5] =
    ["assignments", "settings", "definitionValues", "scheduledActionsForRule", "localizedNotificationMessages"];
/// A type of which it keeps the parts alone, as a file each, and the property with them.
const ONLY_PARTS: (&str, &str) = ("appleAde", "enrollmentProfiles");

/// Its files; the first one is the object, others belong to it.
pub(in super::super) fn files(object: &Object, source: &Source) -> Result<Vec<SourceFile>, Problem> {
    let no_place = || Problem::new("export.no_place", "IntuneCD does not keep objects of this type");
    let (folder, single) = folders::intune_cd(&object.type_key).ok_or_else(no_place)?;
    let contract = Registry::embedded().get(&object.type_key).ok_or_else(no_place)?;
    if object.type_key == ONLY_PARTS.0 {
        let parts = object.document.get(ONLY_PARTS.1).and_then(Value::as_array);
        let files: Vec<SourceFile> = parts.into_iter().flatten().map(|part| part_file(folder, part)).collect();
        return if files.is_empty() { Err(no_place()) } else { Ok(files) };
    }
    let mut document = object.document.clone();
    if let Some(map) = document.as_object_mut() {
        if folder == "App Protection" && !map.contains_key(TYPE_NOTE) {
            // It reads them from the collection of all such policies, where Graph says the type.
            map.shift_insert(0, TYPE_NOTE.to_owned(), json!(format!("#microsoft.graph.{}", contract.entity)));
        }
        written(contract, map, source);
    }
    let folder = folder_of(folder, object);
    let path = if single.is_empty() {
        let name = names::safe(&format!("{}{}", object.name, suffix(&object.type_key, &document)));
        format!("{folder}/{name}__{}.json", names::file_id(&object.external_id))
    } else {
        format!("{folder}/{single}.json")
    };
    let mut files = vec![SourceFile { path, bytes: plain_text(&document).into_bytes() }];
    files.extend(scripts::files(&folder, object));
    Ok(files)
}

/// A part as a file of its own; its id, which begins with that of the object, is in the name.
fn part_file(folder: &str, part: &Value) -> SourceFile {
    let text = |name: &str| part.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = names::safe(&format!("{}{}", text("displayName"), suffix("", part)));
    let id = names::file_id(text("id"));
    let mut part = part.clone();
    part.as_object_mut().into_iter().for_each(without_noise);
    SourceFile { path: format!("{folder}/{name}__{id}.json"), bytes: plain_text(&part).into_bytes() }
}

/// IntuneCD keeps intents by template, applications by platform, and enrolment status pages apart.
fn folder_of(folder: &str, object: &Object) -> String {
    let text = |name: &str| object.document.get(name).and_then(Value::as_str).unwrap_or_default();
    match object.type_key.as_str() {
        "intents" => format!("{folder}/{}", names::safe(text("templateId"))),
        "mobileApps" => format!("{folder}/{}", platform(&text(TYPE_NOTE).to_lowercase())),
        "enrollmentConfigs" if text(TYPE_NOTE).ends_with("EnrollmentCompletionPageConfiguration") => {
            "Enrollment Profiles/Windows/ESP".to_owned()
        }
        _ => folder.to_owned(),
    }
}

fn platform(object_type: &str) -> &'static str {
    let marks = [
        ("ios", "iOS"),
        ("macos", "macOS"),
        ("android", "Android"),
        ("win", "Windows"),
        ("microsoft.graph.web", "Web App"),
    ];
    marks.iter().find(|(mark, _)| object_type.contains(mark)).map_or("Other", |(_, name)| name)
}

/// What IntuneCD adds to a name: the object's type, or its technologies.
fn suffix(type_key: &str, document: &Value) -> String {
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let object_type = text(TYPE_NOTE).and_then(|name| name.split('.').nth(2));
    let technologies = text("technologies")
        .map(|all| if type_key == "settingsCatalog" { all.rsplit(',').next().unwrap_or(all) } else { all });
    object_type.or(technologies).map(|word| format!("_{word}")).unwrap_or_default()
}

fn written(contract: &Contract, map: &mut Map<String, Value>, source: &Source) {
    let is_other_part = |name: &str| contract.parts.iter().any(|part| part.property == name) && !PARTS.contains(&name);
    let is_volatile = |name: &str| contract.volatile.iter().any(|one| one == name);
    without_noise(map);
    map.retain(|name, _| !is_other_part(name) && !is_volatile(name));
    if contract.key == "intents"
        && let Some(mut settings) = map.remove("settings")
    {
        objects_of(Some(&mut settings)).for_each(|setting| {
            setting.remove("id");
        });
        map.insert("settingsDelta".to_owned(), settings);
    }
    each_target(map, |target| {
        let id = target.get("groupId").and_then(Value::as_str);
        if let Some(name) = id.and_then(|id| source.groups.get(id)).cloned() {
            target.remove("groupId");
            target.insert("groupName".to_owned(), json!(name));
            target.insert("groupType".to_owned(), json!("StaticMembership"));
        }
        swap(target.get_mut(FILTER), &source.filters);
    });
    for name in ["roleScopeTagIds", "roleScopeTags"] {
        swap_all(map.get_mut(name), &source.scope_tags);
    }
    objects_of(map.get_mut("assignments"))
        .for_each(|one| one.retain(|name, _| !matches!(name.as_str(), "id" | "sourceId")));
    for list in ["scheduledActionsForRule", "localizedNotificationMessages"] {
        objects_of(map.get_mut(list)).for_each(without_noise);
    }
    each_action(map, |action| {
        without_noise(action);
        name_beside(action, TEMPLATE.0, TEMPLATE.1, &source.templates);
    });
    script(map, source);
    apps(map, source);
    payload(map);
}

fn without_noise(map: &mut Map<String, Value>) {
    map.retain(|name, _| !REMOVED.contains(&name.as_str()));
}

fn name_beside(map: &mut Map<String, Value>, id: &str, note: &str, names: &BTreeMap<String, String>) {
    let name = map.get(id).and_then(Value::as_str).and_then(|id| names.get(id)).cloned();
    map.extend(name.map(|name| (note.to_owned(), json!(name))));
}

fn script(map: &mut Map<String, Value>, source: &Source) {
    let (property, id, note) = SCRIPT;
    let name =
        map.get(property).and_then(|of| of.get(id)).and_then(Value::as_str).and_then(|id| source.scripts.get(id));
    map.extend(name.cloned().map(|name| (note.to_owned(), json!(name))));
}

fn apps(map: &mut Map<String, Value>, source: &Source) {
    let app = |id: &Value, name: &str| -> Option<Value> {
        let id = id.as_str()?;
        Some(json!({ name: source.apps.get(id)?, "type": source.app_types.get(id)? }))
    };
    let selected = map.get(SELECTED_APPS.0).and_then(Value::as_array).filter(|ids| !ids.is_empty());
    let selected = selected.and_then(|ids| ids.iter().map(|id| app(id, "name")).collect::<Option<Vec<_>>>());
    if let Some(selected) = selected {
        map.shift_remove(SELECTED_APPS.0);
        map.insert(SELECTED_APPS.1.to_owned(), json!(selected));
    }
    if let Some(Value::Array(ids)) = map.get(TARGETED_APPS)
        // It has place for one, and keeps the last itself.
        && let Some(app) = ids.last().and_then(|id| app(id, "appName"))
    {
        map.insert(TARGETED_APPS.to_owned(), app);
    }
}

fn payload(map: &mut Map<String, Value>) {
    let plain = map.get(PAYLOAD).and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok());
    let plain = plain.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()).filter(Value::is_object);
    map.extend(plain.map(|plain| (PAYLOAD.to_owned(), plain)));
}
