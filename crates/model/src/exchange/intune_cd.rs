//! The layout of IntuneCD: names instead of ids, without what it calls noise, some properties in a form of its own.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Object, Problem, Source, folders, names, plain_text};
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

const TYPE_NOTE: &str = "@odata.type";
const FILTER: &str = "deviceAndAppManagementAssignmentFilterId";

/// Names that IntuneCD has written in the place of ids, and the ids that they mean here.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    pub(super) groups: BTreeMap<String, String>,
    pub(super) scope_tags: BTreeMap<String, String>,
    pub(super) filters: BTreeMap<String, String>,
}

/// Its path and text.
pub(super) fn file(object: &Object, source: &Source) -> Result<(String, String), Problem> {
    let no_place = || Problem::new("export.no_place", "IntuneCD does not keep objects of this type");
    let (folder, single) = folders::intune_cd(&object.type_key).ok_or_else(no_place)?;
    let mut document = object.document.clone();
    if let Some(map) = document.as_object_mut() {
        if folder == "App Protection" && !map.contains_key(TYPE_NOTE) {
            // It reads them from the collection of all such policies, where Graph says the type.
            let entity = Registry::embedded().get(&object.type_key).map_or("", |contract| contract.entity.as_str());
            map.shift_insert(0, TYPE_NOTE.to_owned(), json!(format!("#microsoft.graph.{entity}")));
        }
        map.retain(|name, _| !REMOVED.contains(&name.as_str()));
        written(&object.type_key, map, source);
    }
    let path = if single.is_empty() {
        let name = names::safe(&format!("{}{}", object.name, suffix(&object.type_key, &document)));
        format!("{}/{name}__{}.json", folder_of(folder, object), names::file_id(&object.external_id))
    } else {
        format!("{folder}/{single}.json")
    };
    Ok((path, plain_text(&document)))
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

fn written(type_key: &str, map: &mut Map<String, Value>, source: &Source) {
    if type_key == "intents"
        && let Some(mut settings) = map.remove("settings")
    {
        settings.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut).for_each(|setting| {
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
    map.get_mut("assignments").and_then(Value::as_array_mut).into_iter().flatten().for_each(|one| {
        if let Some(one) = one.as_object_mut() {
            one.retain(|name, _| !matches!(name.as_str(), "id" | "sourceId"));
        }
    });
}

/// From IntuneCD's form to Graph's. A name that means nothing here stays as it is: what it stands for is not guessed.
pub(super) fn observed(contract: &Contract, stem: &str, document: &mut Value, ids: &Ids) {
    let Some(map) = document.as_object_mut() else { return };
    if contract.key == "intents"
        && let Some(settings) = map.remove("settingsDelta")
    {
        map.insert("settings".to_owned(), settings);
    }
    if !map.contains_key("id")
        && let Some((_, id)) = stem.rsplit_once("__").filter(|(_, id)| is_id(id))
    {
        map.shift_insert(0, "id".to_owned(), json!(id));
    }
    // What is called by its id has it in the name of the file alone; two of one name are told apart by sixteen more digits.
    if !map.contains_key("id") && contract.name.as_deref() == Some("id") {
        let told_apart = |digits: &str| digits.len() == 16 && digits.chars().all(|one| one.is_ascii_hexdigit());
        let id = stem.rsplit_once("__").filter(|(_, digits)| told_apart(digits)).map_or(stem, |(id, _)| id);
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
}

/// Graph's ids are GUIDs, some with a letter before or a number behind.
fn is_id(text: &str) -> bool {
    let plain = text.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_'));
    plain && text.len() >= 36 && text.matches('-').count() >= 4 || text.parse::<u32>().is_ok()
}

fn each_target(map: &mut Map<String, Value>, edit: impl FnMut(&mut Map<String, Value>)) {
    let assignments = map.get_mut("assignments").and_then(Value::as_array_mut).into_iter().flatten();
    assignments.filter_map(|one| one.get_mut("target")?.as_object_mut()).for_each(edit);
}

fn swap(value: Option<&mut Value>, words: &BTreeMap<String, String>) {
    if let Some(Value::String(text)) = value
        && let Some(word) = words.get(text.as_str())
    {
        text.clone_from(word);
    }
}

/// All or none: IntuneCD looks for every entry by its name.
fn swap_all(value: Option<&mut Value>, words: &BTreeMap<String, String>) {
    let Some(Value::Array(items)) = value else { return };
    let known = |one: &Value| one.as_str().is_some_and(|text| words.contains_key(text));
    if items.iter().all(known) {
        items.iter_mut().for_each(|one| swap(Some(one), words));
    }
}

/// Whether the registry has a contract that this folder layout is about; IntuneCD's folders have spaces and capitals.
pub(super) fn is_folder(folder: &str) -> bool {
    let first = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
    Registry::embedded()
        .iter()
        .filter_map(|one| folders::intune_cd(&one.key))
        .any(|(known, _)| first(known) == folder && folder.contains(' '))
}
