//! Device configuration, endpoint security, compliance, scripts, Windows updates.

use super::{Action, Does, Rule};

/// The copy of a policy, under a name of its own.
const CREATE_COPY: Action =
    Action { name: "createCopy", does: Does::Copy { parameters: &["displayName", "description"] }, status: 200 };

const SCRIPT: Rule = Rule { approval: "script", ..Rule::intune("") };

pub(super) static RULES: &[Rule] = &[
    Rule {
        required: &["name", "platforms", "technologies"],
        not_created: &["isAssigned", "creationSource", "priorityMetaData"],
        passed_over: &["settingCount"],
        with_parts: &["settings"],
        replaced: true,
        starts: &[("isAssigned", "false"), ("creationSource", "null")],
        actions: &[CREATE_COPY, Action { name: "reorder", does: Does::Reorder, status: 204 }],
        ..Rule::intune("deviceManagement/configurationPolicies")
    },
    Rule {
        patched: Some(204),
        not_created: &["supportsScopeTags"],
        starts: &[("supportsScopeTags", "true")],
        not_patched: &[
            "qualityUpdatesPauseStartDate",
            "featureUpdatesPauseStartDate",
            "qualityUpdatesWillBeRolledBack",
            "featureUpdatesWillBeRolledBack",
        ],
        actions: &[Action {
            name: "windowsPrivacyAccessControls",
            does: Does::Replace { parameter: "windowsPrivacyAccessControls", part: "privacyAccessControls" },
            status: 204,
        }],
        ..Rule::intune("deviceManagement/deviceConfigurations")
    },
    Rule {
        required: &["displayName", "scheduledActionsForRule"],
        with_parts: &["scheduledActionsForRule"],
        patched: Some(204),
        actions: &[Action {
            name: "scheduleActionsForRules",
            does: Does::Replace {
                parameter: "deviceComplianceScheduledActionForRules",
                part: "scheduledActionsForRule",
            },
            status: 200,
        }],
        ..Rule::intune("deviceManagement/deviceCompliancePolicies")
    },
    Rule {
        required: &["name", "platforms", "technologies"],
        not_created: &["isAssigned", "creationSource"],
        passed_over: &["settingCount"],
        // It takes the actions and ignores them.
        with_parts: &["settings", "scheduledActionsForRule"],
        replaced: true,
        starts: &[("isAssigned", "false"), ("creationSource", "null")],
        actions: &[Action {
            name: "setScheduledActions",
            does: Does::Replace { parameter: "scheduledActions", part: "scheduledActionsForRule" },
            status: 200,
        }],
        ..Rule::intune("deviceManagement/compliancePolicies")
    },
    Rule {
        removed: Some(204),
        // Created empty: its values follow in an action.
        passed_over: &["policyConfigurationIngestionType", "definitionValues"],
        starts: &[("policyConfigurationIngestionType", "\"builtIn\"")],
        actions: &[Action { name: "updateDefinitionValues", does: Does::UpdateDefinitionValues, status: 204 }],
        ..Rule::intune("deviceManagement/groupPolicyConfigurations")
    },
    Rule {
        created: None,
        actions: &[Action { name: "remove", does: Does::Remove, status: 204 }],
        patched: None,
        removed: None,
        ..Rule::intune("deviceManagement/groupPolicyUploadedDefinitionFiles")
    },
    Rule {
        created: None,
        assigned: 204,
        not_patched: &["isAssigned", "templateId"],
        actions: &[Action { name: "updateSettings", does: Does::UpdateSettings, status: 204 }, CREATE_COPY],
        ..Rule::intune("deviceManagement/intents")
    },
    Rule {
        created: None,
        patched: None,
        removed: None,
        actions: &[Action { name: "createInstance", does: Does::CreateInstance, status: 201 }],
        ..Rule::intune("deviceManagement/templates")
    },
    Rule {
        required: &["displayName", "settingDefinitionId"],
        not_created: &["referencingConfigurationPolicyCount"],
        starts: &[("referencingConfigurationPolicyCount", "0")],
        replaced: true,
        actions: &[Action { name: "clone", does: Does::Copy { parameters: &[] }, status: 200 }],
        ..Rule::intune("deviceManagement/reusablePolicySettings")
    },
    Rule::intune("deviceManagement/hardwareConfigurations"),
    Rule {
        required: &["name"],
        not_created: &["settingCount", "isAssigned"],
        not_patched: &["settingCount", "isAssigned"],
        with_parts: &["settings"],
        starts: &[("isAssigned", "false")],
        ..Rule::intune("deviceManagement/inventoryPolicies")
    },
    Rule { path: "deviceManagement/deviceComplianceScripts", ..SCRIPT },
    Rule {
        not_created: &["isGlobalScript", "highestAvailableVersion"],
        starts: &[("isGlobalScript", "false"), ("highestAvailableVersion", "null")],
        not_patched: &["isGlobalScript", "highestAvailableVersion", "deviceHealthScriptType"],
        path: "deviceManagement/deviceHealthScripts",
        ..SCRIPT
    },
    Rule { path: "deviceManagement/deviceManagementScripts", ..SCRIPT },
    Rule { path: "deviceManagement/deviceShellScripts", ..SCRIPT },
    Rule {
        not_patched: &["displayName", "customAttributeName", "customAttributeType"],
        path: "deviceManagement/deviceCustomAttributeShellScripts",
        ..SCRIPT
    },
    Rule {
        created: Some(200),
        // Two steps: the messages follow, one request for each language, and say which is the default.
        not_created: &["defaultLocale"],
        not_patched: &["defaultLocale"],
        parts: &["localizedNotificationMessages"],
        ..Rule::intune("deviceManagement/notificationMessageTemplates")
    },
    Rule {
        passed_over: &["endOfSupportDate", "deployableContentDisplayName"],
        not_patched: &[
            "endOfSupportDate",
            "deployableContentDisplayName",
            "installLatestWindows10OnWindows11IneligibleDevice",
        ],
        ..Rule::intune("deviceManagement/windowsFeatureUpdateProfiles")
    },
    Rule {
        passed_over: &["releaseDateDisplayName", "deployableContentDisplayName"],
        not_patched: &["releaseDateDisplayName", "deployableContentDisplayName"],
        ..Rule::intune("deviceManagement/windowsQualityUpdateProfiles")
    },
    Rule::intune("deviceManagement/windowsQualityUpdatePolicies"),
    Rule {
        passed_over: &["newUpdates", "deviceReporting", "inventorySyncStatus", "driverInventories"],
        not_patched: &["approvalType"],
        ..Rule::intune("deviceManagement/windowsDriverUpdateProfiles")
    },
];
