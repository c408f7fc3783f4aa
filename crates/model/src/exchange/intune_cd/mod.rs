//! The layout of IntuneCD: names instead of ids, without what it calls noise, some properties in a form of its own.

mod read;
mod scripts;
mod write;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::folders;
use crate::registry::Registry;

pub(super) use read::observed;
pub(super) use write::files;

const TYPE_NOTE: &str = "@odata.type";
const FILTER: &str = "deviceAndAppManagementAssignmentFilterId";
/// Beside the id of a notification template IntuneCD writes its name, and looks for it by that.
const TEMPLATE: (&str, &str) = ("notificationTemplateId", "notificationTemplateName");
/// The same for the script of a compliance policy, where the id is a step further down.
const SCRIPT: (&str, &str, &str) =
    ("deviceCompliancePolicyScript", "deviceComplianceScriptId", "deviceComplianceScriptName");
/// Apps that an enrolment status page waits for, by their ids and as IntuneCD writes them.
const SELECTED_APPS: (&str, &str) = ("selectedMobileAppIds", "selectedMobileAppNames");
/// Apps that an app configuration is for. IntuneCD keeps one of them.
const TARGETED_APPS: &str = "targetedMobileApps";
/// Base64 in Graph, and the JSON in it in IntuneCD's files.
const PAYLOAD: &str = "payloadJson";

/// Names that IntuneCD has written in the place of ids, and the ids that they mean here.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    pub(super) groups: BTreeMap<String, String>,
    pub(super) scope_tags: BTreeMap<String, String>,
    pub(super) filters: BTreeMap<String, String>,
    pub(super) templates: BTreeMap<String, String>,
    pub(super) scripts: BTreeMap<String, String>,
    pub(super) apps: BTreeMap<String, String>,
}

fn each_target(map: &mut Map<String, Value>, edit: impl FnMut(&mut Map<String, Value>)) {
    objects_of(map.get_mut("assignments")).filter_map(|one| one.get_mut("target")?.as_object_mut()).for_each(edit);
}

/// What happens when a device does not comply.
fn each_action(map: &mut Map<String, Value>, edit: impl FnMut(&mut Map<String, Value>)) {
    let rules = objects_of(map.get_mut("scheduledActionsForRule"));
    rules.flat_map(|rule| objects_of(rule.get_mut("scheduledActionConfigurations"))).for_each(edit);
}

fn objects_of(list: Option<&mut Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    list.and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
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
