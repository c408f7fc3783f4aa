//! Device configuration, endpoint security, compliance, scripts, Windows updates.

use super::{ASSIGNMENTS, Declared};
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

/// Certificate profiles that Wi-Fi, VPN, mail and other profiles point at. The declared type has none of them.
const fn certificate(navigation: Navigation, derived: &'static [&'static str]) -> Navigation {
    Navigation { derived, ..navigation.of("deviceManagement/deviceConfigurations") }
}

/// Wi-Fi and wired profiles that sign in with certificates.
const ENTERPRISE_NETWORKS: &[&str] = &[
    "windowsWifiEnterpriseEAPConfiguration",
    "windowsWiredNetworkConfiguration",
    "iosEnterpriseWiFiConfiguration",
    "macOSEnterpriseWiFiConfiguration",
    "androidDeviceOwnerEnterpriseWiFiConfiguration",
];

const DEVICE_CONFIGURATION: &[Navigation] = &[
    ASSIGNMENTS,
    Navigation::list("groupAssignments"),
    Navigation { derived: &["windows10GeneralConfiguration"], ..Navigation::list("privacyAccessControls") },
    certificate(Navigation::list("rootCertificatesForServerValidation"), ENTERPRISE_NETWORKS),
    certificate(
        Navigation::single("rootCertificateForServerValidation"),
        &["macOSEnterpriseWiFiConfiguration", "androidDeviceOwnerEnterpriseWiFiConfiguration"],
    ),
    certificate(
        Navigation::single("rootCertificateForClientValidation"),
        &["windowsWifiEnterpriseEAPConfiguration", "windowsWiredNetworkConfiguration"],
    ),
    certificate(Navigation::single("identityCertificateForClientAuthentication"), ENTERPRISE_NETWORKS),
    certificate(
        Navigation::single("identityCertificate"),
        &[
            "windows10VpnConfiguration",
            "iosVpnConfiguration",
            "macOSVpnConfiguration",
            "androidDeviceOwnerVpnConfiguration",
        ],
    ),
    certificate(
        Navigation::single("rootCertificate"),
        &["windows81SCEPCertificateProfile", "iosScepCertificateProfile", "macOSScepCertificateProfile"],
    ),
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
