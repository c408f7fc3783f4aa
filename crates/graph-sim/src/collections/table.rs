//! The collections that behave in a way of their own. Sources: facts on page sizes and traps in public issues of
//! IntuneCD, IntuneAssignmentChecker, IntuneBackupAndRestore and IntuneManagement; names from Microsoft's metadata.

use super::{Kind, Navigation};

const ASSIGNMENTS: Navigation = Navigation::list("assignments");

impl Kind {
    /// The usual behaviour of an Intune collection.
    pub(crate) const fn plain(path: &'static str) -> Self {
        Self {
            path,
            page: 1000,
            max_top: 1000,
            navigations: &[ASSIGNMENTS],
            list_omits: &[],
            only_selected: &[],
            empty_on_object: &[],
            refused_on_list: &[],
            never_expanded: &[],
            assign: Some("assignments"),
            ignores_filter: false,
            union: &[],
        }
    }

    const fn with(path: &'static str, navigations: &'static [Navigation]) -> Self {
        Self { navigations, ..Self::plain(path) }
    }

    /// Objects that nobody assigns.
    const fn unassigned(path: &'static str, navigations: &'static [Navigation]) -> Self {
        Self { assign: None, ..Self::with(path, navigations) }
    }

    /// Scripts: a list does not return their content.
    const fn scripts(path: &'static str, list_omits: &'static [&'static str], assign: &'static str) -> Self {
        Self { list_omits, assign: Some(assign), ..Self::plain(path) }
    }

    const fn directory(path: &'static str, navigations: &'static [Navigation]) -> Self {
        Self { page: 100, max_top: 999, ..Self::unassigned(path, navigations) }
    }
}

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

const APP_PROTECTION: &[Navigation] = &[ASSIGNMENTS, Navigation::list("apps")];

pub(super) static KINDS: &[Kind] = &[
    Kind {
        page: 25,
        empty_on_object: &["assignments"],
        ..Kind::with("deviceManagement/configurationPolicies", CATALOG)
    },
    Kind::with("deviceManagement/deviceConfigurations", &[ASSIGNMENTS, Navigation::list("groupAssignments")]),
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
    Kind::unassigned("deviceManagement/assignmentFilters", &[]),
    Kind { empty_on_object: &["assignments"], ..Kind::plain("deviceManagement/roleScopeTags") },
    Kind::unassigned(
        "deviceManagement/notificationMessageTemplates",
        &[Navigation::list("localizedNotificationMessages")],
    ),
    Kind::with("deviceManagement/intents", &[ASSIGNMENTS, Navigation::list("settings")]),
    Kind::unassigned("deviceManagement/templates", &[Navigation::list("categories")]),
    Kind::with("deviceManagement/inventoryPolicies", &[ASSIGNMENTS, Navigation::list("settings")]),
    Kind { only_selected: &["settingInstance"], ..Kind::unassigned("deviceManagement/reusablePolicySettings", &[]) },
    Kind { never_expanded: &["assignments"], assign: None, ..Kind::plain("deviceManagement/termsAndConditions") },
    Kind {
        assign: Some("enrollmentConfigurationAssignments"),
        ..Kind::plain("deviceManagement/deviceEnrollmentConfigurations")
    },
    Kind { assign: Some("hardwareConfigurationAssignments"), ..Kind::plain("deviceManagement/hardwareConfigurations") },
    Kind::unassigned("deviceManagement/depOnboardingSettings", &[Navigation::list("enrollmentProfiles")]),
    Kind::unassigned("deviceManagement/roleDefinitions", &[Navigation::list("roleAssignments")]),
    Kind::unassigned("deviceManagement/roleAssignments", &[Navigation::list("roleScopeTags")]),
    Kind::unassigned("deviceManagement/auditEvents", &[]),
    Kind::unassigned("deviceManagement/deviceCategories", &[]),
    Kind {
        assign: Some("mobileAppAssignments"),
        ..Kind::with(
            "deviceAppManagement/mobileApps",
            &[ASSIGNMENTS, Navigation::list("categories"), Navigation::list("relationships")],
        )
    },
    Kind {
        refused_on_list: &["items", "assignments"],
        assign: None,
        ..Kind::with("deviceAppManagement/policySets", &[ASSIGNMENTS, Navigation::list("items")])
    },
    Kind::with("deviceAppManagement/iosManagedAppProtections", APP_PROTECTION),
    Kind::with("deviceAppManagement/androidManagedAppProtections", APP_PROTECTION),
    Kind::with("deviceAppManagement/windowsManagedAppProtections", APP_PROTECTION),
    Kind::with("deviceAppManagement/defaultManagedAppProtections", APP_PROTECTION),
    Kind::with("deviceAppManagement/targetedManagedAppConfigurations", APP_PROTECTION),
    Kind {
        refused_on_list: &["apps", "assignments"],
        union: &[
            "deviceAppManagement/iosManagedAppProtections",
            "deviceAppManagement/androidManagedAppProtections",
            "deviceAppManagement/windowsManagedAppProtections",
            "deviceAppManagement/mdmWindowsInformationProtectionPolicies",
            "deviceAppManagement/windowsInformationProtectionPolicies",
            "deviceAppManagement/defaultManagedAppProtections",
            "deviceAppManagement/targetedManagedAppConfigurations",
        ],
        ..Kind::with("deviceAppManagement/managedAppPolicies", APP_PROTECTION)
    },
    Kind::directory("identity/conditionalAccess/policies", &[]),
    Kind::directory("identity/conditionalAccess/namedLocations", &[]),
    Kind::directory("groups", &[Navigation::list("members"), Navigation::list("owners")]),
    Kind::directory("organization", &[]),
    Kind::directory(
        "servicePrincipals",
        &[Navigation::list("appRoleAssignments"), Navigation::list("appRoleAssignedTo")],
    ),
    Kind::directory("users", &[]),
    Kind::directory("applications", &[]),
    Kind::directory("domains", &[]),
    Kind::directory("groupSettings", &[]),
    Kind::directory("subscribedSkus", &[]),
];

/// Declared types of the collections we generate.
pub(super) static DECLARED: &[(&str, &str)] = &[
    ("deviceManagement/configurationPolicies", "deviceManagementConfigurationPolicy"),
    ("deviceManagement/compliancePolicies", "deviceManagementCompliancePolicy"),
    ("deviceManagement/deviceConfigurations", "deviceConfiguration"),
    ("deviceManagement/deviceCompliancePolicies", "deviceCompliancePolicy"),
    ("deviceManagement/groupPolicyConfigurations", "groupPolicyConfiguration"),
    ("deviceManagement/deviceManagementScripts", "deviceManagementScript"),
    ("deviceManagement/deviceShellScripts", "deviceShellScript"),
    ("deviceManagement/deviceHealthScripts", "deviceHealthScript"),
    ("deviceManagement/assignmentFilters", "deviceAndAppManagementAssignmentFilter"),
    ("deviceManagement/roleScopeTags", "roleScopeTag"),
    ("deviceManagement/notificationMessageTemplates", "notificationMessageTemplate"),
    ("deviceManagement/intents", "deviceManagementIntent"),
    ("deviceManagement/deviceCategories", "deviceCategory"),
    ("deviceManagement/roleDefinitions", "roleDefinition"),
    ("deviceManagement/reusablePolicySettings", "deviceManagementReusablePolicySetting"),
    ("identity/conditionalAccess/policies", "conditionalAccessPolicy"),
    ("groups", "group"),
    ("organization", "organization"),
    ("servicePrincipals", "servicePrincipal"),
];
