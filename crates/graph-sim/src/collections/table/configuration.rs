//! Device configuration, endpoint security, compliance, scripts, Windows updates.

use super::{ASSIGNMENTS, Declared, derived_parts};
use crate::collections::{Kind, Navigation};

const SETTING_PARTS: &[Navigation] = &[Navigation::list("settingDefinitions")];

/// Everything under a settings catalog policy comes in pages of 25.
const CATALOG: &[Navigation] = &[
    Navigation { page: 25, parts: SETTING_PARTS, ..Navigation::list("settings") },
    Navigation { page: 25, ..ASSIGNMENTS },
];

const SCHEDULED: Navigation = Navigation {
    parts: &[Navigation::list("scheduledActionConfigurations")],
    ..Navigation::list("scheduledActionsForRule")
};

const COMPLIANCE_CATALOG: &[Navigation] =
    &[Navigation { parts: SETTING_PARTS, ..Navigation::list("settings") }, ASSIGNMENTS, SCHEDULED];

const DEFINITION_VALUES: Navigation = Navigation {
    parts: &[
        Navigation::single("definition"),
        Navigation { parts: &[Navigation::single("presentation")], ..Navigation::list("presentationValues") },
    ],
    ..Navigation::list("definitionValues")
};

const DEVICE_CONFIGURATION: &[Navigation] = &[
    ASSIGNMENTS,
    Navigation::list("groupAssignments"),
    derived_parts::DERIVED_CREDENTIAL_SETTINGS,
    derived_parts::IDENTITY_CERTIFICATE,
    derived_parts::IDENTITY_CERTIFICATE_FOR_CLIENT_AUTHENTICATION,
    derived_parts::NETWORK_ACCESS_CONFIGURATIONS,
    derived_parts::PRIVACY_ACCESS_CONTROLS,
    derived_parts::ROOT_CERTIFICATE,
    derived_parts::ROOT_CERTIFICATE_FOR_CLIENT_VALIDATION,
    derived_parts::ROOT_CERTIFICATE_FOR_SERVER_VALIDATION,
    derived_parts::ROOT_CERTIFICATES_FOR_CLIENT_VALIDATION,
    derived_parts::ROOT_CERTIFICATES_FOR_SERVER_VALIDATION,
    derived_parts::SECONDARY_IDENTITY_CERTIFICATE_FOR_CLIENT_AUTHENTICATION,
    derived_parts::SECONDARY_ROOT_CERTIFICATE_FOR_CLIENT_VALIDATION,
    derived_parts::SINGLE_SIGN_ON_EXTENSION_PKINIT_CERTIFICATE,
    derived_parts::SMIME_ENCRYPTION_CERTIFICATE,
    derived_parts::SMIME_SIGNING_CERTIFICATE,
];

pub(super) static KINDS: &[Kind] = &[
    Kind {
        page: 25,
        empty_on_object: &["assignments"],
        ..Kind::with("deviceManagement/configurationPolicies", CATALOG)
    },
    Kind::with("deviceManagement/deviceConfigurations", DEVICE_CONFIGURATION),
    Kind::with("deviceManagement/deviceCompliancePolicies", &[ASSIGNMENTS, SCHEDULED]),
    Kind {
        empty_on_object: &["scheduledActionsForRule"],
        ..Kind::with("deviceManagement/compliancePolicies", COMPLIANCE_CATALOG)
    },
    Kind::with("deviceManagement/groupPolicyConfigurations", &[ASSIGNMENTS, DEFINITION_VALUES]),
    Kind::scripts("deviceManagement/deviceManagementScripts", &["scriptContent"], "deviceManagementScriptAssignments"),
    Kind::scripts("deviceManagement/deviceShellScripts", &["scriptContent"], "deviceManagementScriptAssignments"),
    Kind::scripts(
        "deviceManagement/deviceCustomAttributeShellScripts",
        &["scriptContent"],
        "deviceManagementScriptAssignments",
    ),
    Kind {
        ignores_filter: true,
        ..Kind::scripts(
            "deviceManagement/deviceHealthScripts",
            &["detectionScriptContent", "remediationScriptContent"],
            "deviceHealthScriptAssignments",
        )
    },
    Kind::scripts(
        "deviceManagement/deviceComplianceScripts",
        &["detectionScriptContent"],
        "deviceHealthScriptAssignments",
    ),
    Kind::unassigned(
        "deviceManagement/notificationMessageTemplates",
        &[Navigation::list("localizedNotificationMessages")],
    ),
    Kind::with("deviceManagement/intents", &[ASSIGNMENTS, Navigation::list("settings")]),
    Kind::unassigned("deviceManagement/templates", &[Navigation::list("categories")]),
    Kind::with("deviceManagement/inventoryPolicies", &[ASSIGNMENTS, Navigation::list("settings")]),
    Kind { only_selected: &["settingInstance"], ..Kind::unassigned("deviceManagement/reusablePolicySettings", &[]) },
    Kind {
        refused_on_list: &["assignments"],
        assign: Some("hardwareConfigurationAssignments"),
        ..Kind::plain("deviceManagement/hardwareConfigurations")
    },
    Kind::unassigned("deviceManagement/groupPolicyUploadedDefinitionFiles", &[]),
    Kind::plain("deviceManagement/windowsFeatureUpdateProfiles"),
    Kind::plain("deviceManagement/windowsQualityUpdateProfiles"),
    Kind::plain("deviceManagement/windowsQualityUpdatePolicies"),
    Kind::plain("deviceManagement/windowsDriverUpdateProfiles"),
];

pub(super) static DECLARED: &[Declared] = &[
    ("deviceManagement/configurationPolicies", "deviceManagementConfigurationPolicy"),
    ("deviceManagement/compliancePolicies", "deviceManagementCompliancePolicy"),
    ("deviceManagement/deviceConfigurations", "deviceConfiguration"),
    ("deviceManagement/deviceCompliancePolicies", "deviceCompliancePolicy"),
    ("deviceManagement/groupPolicyConfigurations", "groupPolicyConfiguration"),
    ("deviceManagement/deviceManagementScripts", "deviceManagementScript"),
    ("deviceManagement/deviceShellScripts", "deviceShellScript"),
    ("deviceManagement/deviceCustomAttributeShellScripts", "deviceCustomAttributeShellScript"),
    ("deviceManagement/deviceHealthScripts", "deviceHealthScript"),
    ("deviceManagement/deviceComplianceScripts", "deviceComplianceScript"),
    ("deviceManagement/notificationMessageTemplates", "notificationMessageTemplate"),
    ("deviceManagement/intents", "deviceManagementIntent"),
    ("deviceManagement/templates", "deviceManagementTemplate"),
    ("deviceManagement/reusablePolicySettings", "deviceManagementReusablePolicySetting"),
    ("deviceManagement/hardwareConfigurations", "hardwareConfiguration"),
    ("deviceManagement/groupPolicyUploadedDefinitionFiles", "groupPolicyUploadedDefinitionFile"),
    ("deviceManagement/windowsFeatureUpdateProfiles", "windowsFeatureUpdateProfile"),
    ("deviceManagement/windowsQualityUpdateProfiles", "windowsQualityUpdateProfile"),
    ("deviceManagement/windowsQualityUpdatePolicies", "windowsQualityUpdatePolicy"),
    ("deviceManagement/windowsDriverUpdateProfiles", "windowsDriverUpdateProfile"),
];
