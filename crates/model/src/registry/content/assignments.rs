//! Whom an object applies to.

use serde_json::Value;

use crate::registry::{Assignable, Contract};

/// Who is meant by a target.
#[derive(Debug, Clone, PartialEq, Eq, strum::Display)]
pub enum TargetKind {
    /// The members of a group.
    #[strum(serialize = "Group")]
    Group,
    /// Everybody but the members of a group.
    #[strum(serialize = "Excluded group")]
    ExcludedGroup,
    /// All devices.
    #[strum(serialize = "All devices")]
    AllDevices,
    /// All users with a licence.
    #[strum(serialize = "All users")]
    AllUsers,
    /// Nobody: a Conditional Access policy that includes no user.
    #[strum(serialize = "Nobody")]
    Nobody,
    /// A kind of target that we do not know, by its type name.
    #[strum(serialize = "{0}")]
    Other(String),
}

/// How a filter narrows a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
pub enum FilterMode {
    /// Only devices that match.
    #[strum(serialize = "include")]
    Include,
    /// Only devices that do not match.
    #[strum(serialize = "exclude")]
    Exclude,
}

/// One assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Who is meant.
    pub target: TargetKind,
    /// Graph's id of the group, for the two group kinds.
    pub group_id: Option<String>,
    /// Graph's id of the filter.
    pub filter_id: Option<String>,
    /// How the filter narrows it; absent without a filter.
    pub filter_mode: Option<FilterMode>,
    /// What is done with it, for example `required`; only some types have one.
    pub intent: Option<String>,
}

/// The assignments of a document, in its order.
pub fn assignments(contract: &Contract, document: &Value) -> Vec<Assignment> {
    if let Assignable::Inside { property, .. } = &contract.assignable {
        return super::path::values(document, property).into_iter().flat_map(from_users).collect();
    }
    let rows = contract.assignable.part().and_then(|part| document.get(part)).and_then(Value::as_array);
    rows.into_iter().flatten().map(from_row).collect()
}

/// The ids of the scope tags of a document; filters, policy sets and Cloud PC policies call the property by other names.
pub fn scope_tags(document: &Value) -> Vec<String> {
    let names = ["roleScopeTagIds", "roleScopeTags", "scopeIds"];
    let tags = names.iter().find_map(|name| document.get(*name));
    tags.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// One row of assignments.
pub(crate) fn from_row(row: &Value) -> Assignment {
    let target = row.get("target").unwrap_or(&Value::Null);
    let text = |name: &str| target.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let filter_mode = match text("deviceAndAppManagementAssignmentFilterType").as_deref() {
        Some("include") => Some(FilterMode::Include),
        Some("exclude") => Some(FilterMode::Exclude),
        _ => None,
    };
    Assignment {
        target: kind(target),
        group_id: text("groupId"),
        // Without a filter Graph sends null or a GUID of zeros, depending on the type.
        filter_id: filter_mode.and_then(|_| text("deviceAndAppManagementAssignmentFilterId")),
        filter_mode,
        intent: row.get("intent").and_then(Value::as_str).map(str::to_owned),
    }
}

fn kind(target: &Value) -> TargetKind {
    let name = target.get("@odata.type").and_then(Value::as_str).unwrap_or("unknown target");
    match name.rsplit('.').next().unwrap_or(name) {
        // Cloud PC policies have a target of their own (facts/graph.md 3.2).
        "groupAssignmentTarget" | "cloudPcManagementGroupAssignmentTarget" => TargetKind::Group,
        "exclusionGroupAssignmentTarget" => TargetKind::ExcludedGroup,
        "allDevicesAssignmentTarget" => TargetKind::AllDevices,
        "allLicensedUsersAssignmentTarget" => TargetKind::AllUsers,
        other => TargetKind::Other(other.to_owned()),
    }
}

fn from_users(users: &Value) -> Vec<Assignment> {
    let list = |name: &str| users.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let plain = |target: TargetKind, group: Option<&str>| Assignment {
        target,
        group_id: group.map(str::to_owned),
        filter_id: None,
        filter_mode: None,
        intent: None,
    };
    let special = list("includeUsers").filter_map(|user| match user {
        "All" => Some(plain(TargetKind::AllUsers, None)),
        "None" => Some(plain(TargetKind::Nobody, None)),
        _ => None,
    });
    let included = list("includeGroups").map(|group| plain(TargetKind::Group, Some(group)));
    let excluded = list("excludeGroups").map(|group| plain(TargetKind::ExcludedGroup, Some(group)));
    special.chain(included).chain(excluded).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FilterMode, TargetKind, assignments, scope_tags};
    use crate::registry::Registry;

    #[test]
    fn targets_filters_and_exclusions_are_told_apart() {
        let contract = Registry::embedded().get("settingsCatalog").expect("contract");
        let document = json!({ "assignments": [
            { "target": { "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g",
                "deviceAndAppManagementAssignmentFilterId": "f", "deviceAndAppManagementAssignmentFilterType": "exclude" } },
            { "target": { "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": "h",
                "deviceAndAppManagementAssignmentFilterId": "00000000-0000-0000-0000-000000000000",
                "deviceAndAppManagementAssignmentFilterType": "none" } },
            { "target": { "@odata.type": "#microsoft.graph.brandNewTarget" } },
        ] });
        let found = assignments(contract, &document);
        assert_eq!(found[0].target, TargetKind::Group);
        assert_eq!((found[0].filter_id.as_deref(), found[0].filter_mode), (Some("f"), Some(FilterMode::Exclude)));
        assert_eq!((found[1].target.clone(), found[1].filter_id.clone()), (TargetKind::ExcludedGroup, None));
        assert_eq!(found[2].target.to_string(), "brandNewTarget");
    }

    #[test]
    fn conditional_access_names_its_users_inside() {
        let contract = Registry::embedded().get("conditionalAccess").expect("contract");
        let document = json!({ "conditions": { "users": { "includeUsers": ["All"], "excludeGroups": ["g"] } } });
        let targets: Vec<_> = assignments(contract, &document).into_iter().map(|found| found.target).collect();
        assert_eq!(targets, [TargetKind::AllUsers, TargetKind::ExcludedGroup]);
    }

    #[test]
    fn scope_tags_have_three_names() {
        assert_eq!(scope_tags(&json!({ "roleScopeTagIds": ["0", "1"] })), ["0", "1"]);
        assert_eq!(scope_tags(&json!({ "roleScopeTags": ["2"] })), ["2"]);
        assert_eq!(scope_tags(&json!({ "scopeIds": ["3"] })), ["3"]);
    }
}
