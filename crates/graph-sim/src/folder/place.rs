//! Which collection an object belongs to: by its type, by its context, by its shape.

use serde_json::Value;

use crate::collections;
use crate::path;

/// The path of the collection, or why there is none.
pub(super) fn collection(object: &Value) -> Result<&'static str, String> {
    if !object.is_object() {
        return Err("it is not an object".to_owned());
    }
    let odata_type = object["@odata.type"].as_str();
    let found = odata_type
        .and_then(by_type)
        .or_else(|| by_address(object))
        .or_else(|| by_shape(object))
        .or_else(|| odata_type.and_then(by_ending));
    let found = found.ok_or_else(|| match odata_type {
        Some(name) => format!("the type {name} is not one of a configuration object"),
        None => "neither type, context nor shape say what kind of object it is".to_owned(),
    })?;
    match collections::kind(found) {
        Some(kind) if !kind.union.is_empty() => Err("its type is abstract and has no collection of its own".to_owned()),
        _ => Ok(found),
    }
}

fn by_type(odata_type: &str) -> Option<&'static str> {
    collections::of_type(odata_type)
}

/// By `@odata.context`, `@odata.id` or `@odata.editLink`, whichever is there.
fn by_address(object: &Value) -> Option<&'static str> {
    let addresses = ["@odata.context", "@odata.id", "@odata.editLink"];
    addresses.iter().filter_map(|name| object[*name].as_str()).find_map(|address| {
        let tail = address.split_once("$metadata#").map_or(address, |(_, tail)| tail);
        let tail =
            ["/beta/", "/v1.0/"].iter().find_map(|version| tail.split_once(version)).map_or(tail, |(_, tail)| tail);
        let names = tail.split('(').next().unwrap_or_default();
        let (kind, _) = collections::find(&path::split(names))?;
        Some(kind.path)
    })
}

/// A type Microsoft's metadata did not know yet; its name still says what it is.
fn by_ending(odata_type: &str) -> Option<&'static str> {
    if odata_type.ends_with("CompliancePolicy") {
        return Some("deviceManagement/deviceCompliancePolicies");
    }
    odata_type.ends_with("DeviceConfiguration").then_some("deviceManagement/deviceConfigurations")
}

/// Properties that together only one kind of object has.
const SHAPES: &[(&[&str], &str)] = &[
    (&["settings", "scheduledActionsForRule", "technologies"], "deviceManagement/compliancePolicies"),
    (&["settings", "technologies", "platforms"], "deviceManagement/configurationPolicies"),
    (&["settings", "templateReference"], "deviceManagement/configurationPolicies"),
    (&["templateId", "settingsDelta"], "deviceManagement/intents"),
    (&["definitionValues"], "deviceManagement/groupPolicyConfigurations"),
    (&["policyConfigurationIngestionType"], "deviceManagement/groupPolicyConfigurations"),
    (&["detectionScriptContent", "remediationScriptContent"], "deviceManagement/deviceHealthScripts"),
    (&["detectionScriptContent"], "deviceManagement/deviceComplianceScripts"),
    (&["customAttributeName", "scriptContent"], "deviceManagement/deviceCustomAttributeShellScripts"),
    (&["executionFrequency", "scriptContent"], "deviceManagement/deviceShellScripts"),
    (&["retryCount", "scriptContent"], "deviceManagement/deviceShellScripts"),
    (&["scriptContent", "fileName"], "deviceManagement/deviceManagementScripts"),
    (&["rule", "platform", "displayName"], "deviceManagement/assignmentFilters"),
    (&["localizedNotificationMessages"], "deviceManagement/notificationMessageTemplates"),
    (&["brandingOptions", "displayName"], "deviceManagement/notificationMessageTemplates"),
    (&["conditions", "state", "displayName"], "identity/conditionalAccess/policies"),
    (&["conditions", "grantControls"], "identity/conditionalAccess/policies"),
    (&["ipRanges", "displayName"], "identity/conditionalAccess/namedLocations"),
    (&["countriesAndRegions", "displayName"], "identity/conditionalAccess/namedLocations"),
    (&["rolePermissions", "displayName"], "deviceManagement/roleDefinitions"),
    (&["settingInstance", "settingDefinitionId", "displayName"], "deviceManagement/reusablePolicySettings"),
    (&["featureUpdateVersion"], "deviceManagement/windowsFeatureUpdateProfiles"),
    (&["expeditedUpdateSettings"], "deviceManagement/windowsQualityUpdateProfiles"),
    (&["hotpatchEnabled"], "deviceManagement/windowsQualityUpdatePolicies"),
    (&["outOfBoxExperienceSettings"], "deviceManagement/windowsAutopilotDeploymentProfiles"),
    (&["outOfBoxExperienceSetting"], "deviceManagement/windowsAutopilotDeploymentProfiles"),
    (&["isBuiltIn", "displayName", "assignments"], "deviceManagement/roleScopeTags"),
    (&["securityEnabled", "groupTypes"], "groups"),
];

fn by_shape(object: &Value) -> Option<&'static str> {
    let has = |name: &&str| object.get(*name).is_some();
    let found = SHAPES.iter().find(|(names, _)| names.iter().all(has));
    found.map(|(_, path)| *path)
}
