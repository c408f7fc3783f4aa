//! Who gets what: assignments to groups, with filters and exclusions, to all users, to all devices.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::generate::Maker;

/// Objects that others refer to.
#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) groups: Vec<String>,
    pub(crate) filters: Vec<String>,
    pub(crate) scope_tags: Vec<String>,
    pub(crate) notification_templates: Vec<String>,
    pub(crate) named_locations: Vec<String>,
    /// Everything made so far, by collection.
    made: HashMap<String, Vec<Reference>>,
}

/// What a reference says of the object it leads to.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The derived type, without `#microsoft.graph.`.
    pub(crate) kind: String,
}

impl Sources {
    /// What was made in a collection, in order.
    pub(crate) fn made(&self, path: &str) -> &[Reference] {
        self.made.get(path).map_or(&[], Vec::as_slice)
    }

    /// Those of one derived type.
    pub(crate) fn of_kind(&self, path: &str, kind: &str) -> Vec<Reference> {
        self.made(path).iter().filter(|one| one.kind == kind).cloned().collect()
    }

    /// Remembers an object of a collection others refer to.
    pub(crate) fn note(&mut self, path: &str, object: &Value) {
        let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
        let name = if object["displayName"].is_string() { text("displayName") } else { text("name") };
        let kind = text("@odata.type").trim_start_matches("#microsoft.graph.").to_owned();
        self.made.entry(path.to_owned()).or_default().push(Reference { id: text("id"), name, kind });
        let list = match path {
            "deviceManagement/assignmentFilters" => &mut self.filters,
            "deviceManagement/roleScopeTags" => &mut self.scope_tags,
            "deviceManagement/notificationMessageTemplates" => &mut self.notification_templates,
            "identity/conditionalAccess/namedLocations" => &mut self.named_locations,
            _ => return,
        };
        list.extend(object["id"].as_str().map(str::to_owned));
    }
}

/// Between none and five assignments of an object.
pub(crate) fn make(maker: &mut Maker, object: &str) -> Vec<Value> {
    if maker.random.chance(15) {
        return Vec::new();
    }
    let mut assignments = Vec::new();
    if maker.random.chance(30) {
        let kind = if maker.random.chance(50) { "allDevices" } else { "allLicensedUsers" };
        assignments.push(one(maker, object, &format!("#microsoft.graph.{kind}AssignmentTarget"), None));
    }
    let count = 1 + maker.random.below(3);
    let mut chosen: Vec<String> = Vec::new();
    while chosen.len() < count.min(maker.sources.groups.len()) {
        let group = maker.random.pick(&maker.sources.groups);
        if !chosen.contains(group) {
            chosen.push(group.clone());
        }
    }
    for (index, group) in chosen.iter().enumerate() {
        let excluded = index > 0 && maker.random.chance(30);
        let kind = if excluded { "exclusionGroupAssignmentTarget" } else { "groupAssignmentTarget" };
        assignments.push(one(maker, object, &format!("#microsoft.graph.{kind}"), Some(group)));
    }
    assignments
}

/// The same for types whose assignments do not say where they come from.
pub(crate) fn bare(maker: &mut Maker, object: &str) -> Vec<Value> {
    let mut assignments = make(maker, object);
    for fields in assignments.iter_mut().filter_map(Value::as_object_mut) {
        fields.remove("source");
        fields.remove("sourceId");
    }
    assignments
}

/// The same for what only users get.
pub(crate) fn to_users(maker: &mut Maker, object: &str) -> Vec<Value> {
    let mut assignments = bare(maker, object);
    for assignment in &mut assignments {
        if assignment["target"]["@odata.type"] == "#microsoft.graph.allDevicesAssignmentTarget" {
            assignment["target"]["@odata.type"] = json!("#microsoft.graph.allLicensedUsersAssignmentTarget");
        }
    }
    assignments
}

/// Groups alone, as Windows 365 takes them.
pub(crate) fn cloud_pc(maker: &mut Maker, object: &str) -> Vec<Value> {
    let groups = maker.sources.groups.clone();
    let count = 1 + maker.random.below(2);
    let chosen: Vec<String> = maker.several(&groups, count).into_iter().cloned().collect();
    let target = |group: String| {
        json!({
            "id": format!("{object}_{group}"),
            "target": {
                "@odata.type": "#microsoft.graph.cloudPcManagementGroupAssignmentTarget",
                "groupId": group, "servicePlanId": null, "allotmentDisplayName": null, "allotmentLicensesCount": null,
            },
        })
    };
    chosen.into_iter().map(target).collect()
}

fn one(maker: &mut Maker, object: &str, kind: &str, group: Option<&str>) -> Value {
    let filtered = !kind.contains("exclusion") && !maker.sources.filters.is_empty() && maker.random.chance(20);
    let filter = filtered.then(|| maker.random.pick(&maker.sources.filters).clone());
    let filter_type = match (&filter, maker.random.chance(80)) {
        (None, _) => "none",
        (Some(_), true) => "include",
        (Some(_), false) => "exclude",
    };
    let mut target = json!({
        "@odata.type": kind,
        "deviceAndAppManagementAssignmentFilterId": filter,
        "deviceAndAppManagementAssignmentFilterType": filter_type,
    });
    if let Some(group) = group {
        target["groupId"] = json!(group);
    }
    let suffix = match group {
        Some(group) => group,
        None if kind.contains("Devices") => "adadadad-808e-44e2-905a-0b7873a8a531",
        None => "acacacac-9df4-4c7d-9d50-4ef0226f57a9",
    };
    json!({ "id": format!("{object}_{suffix}"), "source": "direct", "sourceId": object, "target": target })
}
