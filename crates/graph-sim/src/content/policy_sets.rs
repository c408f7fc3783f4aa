//! Policy sets: bundles of objects of the tenant.

use serde_json::{Value, json};

use super::assignments::{self, Reference};
use super::generate::Maker;
use super::names::description;

/// Collections a set takes from, with the type of the item.
const ITEMS: &[(&str, &str)] = &[
    ("deviceAppManagement/mobileApps", "mobileAppPolicySetItem"),
    ("deviceManagement/deviceConfigurations", "deviceConfigurationPolicySetItem"),
    ("deviceManagement/configurationPolicies", "deviceManagementConfigurationPolicyPolicySetItem"),
    ("deviceManagement/deviceCompliancePolicies", "deviceCompliancePolicyPolicySetItem"),
    ("deviceManagement/windowsAutopilotDeploymentProfiles", "windowsAutopilotDeploymentProfilePolicySetItem"),
];

pub(super) fn make(maker: &mut Maker, _: usize) -> Value {
    let id = maker.random.guid();
    let (created, modified) = maker.moments();
    let mut items = Vec::new();
    for (path, kind) in ITEMS {
        let all = maker.sources.made(path).to_vec();
        if !all.is_empty() {
            let one = maker.random.pick(&all).clone();
            items.push(item(maker, kind, &one));
        }
    }
    let mut assignments = assignments::bare(maker, &id);
    for assignment in &mut assignments {
        assignment["lastModifiedDateTime"] = json!(modified);
    }
    json!({
        "id": id,
        "createdDateTime": created,
        "lastModifiedDateTime": modified,
        "displayName": maker.name("SET", "Onboarding"),
        "description": description(&mut maker.random, "Onboarding"),
        "status": if assignments.is_empty() { "notAssigned" } else { "success" },
        "errorCode": "noError",
        "guidedDeploymentTags": [],
        "roleScopeTags": maker.scope_tags(),
        "items": items,
        "assignments": assignments,
    })
}

fn item(maker: &mut Maker, kind: &str, of: &Reference) -> Value {
    let (created, modified) = maker.moments();
    let mut item = json!({
        "@odata.type": format!("#microsoft.graph.{kind}"),
        "id": maker.random.guid(),
        "createdDateTime": created,
        "lastModifiedDateTime": modified,
        "payloadId": of.id,
        "itemType": format!("#microsoft.graph.{}", kind.trim_end_matches("PolicySetItem")),
        "displayName": of.name,
        "status": "success",
        "errorCode": "noError",
        "guidedDeploymentTags": [],
    });
    if kind == "mobileAppPolicySetItem" {
        item["intent"] = json!("required");
        item["settings"] = Value::Null;
    }
    item
}
