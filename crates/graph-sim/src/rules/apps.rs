//! Apps and app policies.

use super::{Action, BuiltIn, Does, Rule};

const PROTECTION: Rule = Rule {
    patched: Some(204),
    removed: Some(204),
    assigned: 204,
    // Apps are set by an action.
    not_created: &["apps", "isAssigned", "deployedAppCount"],
    not_patched: &["isAssigned", "deployedAppCount"],
    starts: &[("isAssigned", "false"), ("deployedAppCount", "0")],
    actions: &[TARGET_APPS],
    approval: "app",
    ..Rule::intune("")
};

const TARGET_APPS: Action =
    Action { name: "targetApps", does: Does::Replace { parameter: "apps", part: "apps" }, status: 204 };

const INFORMATION_PROTECTION: Rule = Rule {
    patched: Some(200),
    not_created: &["isAssigned"],
    not_patched: &["isAssigned"],
    starts: &[("isAssigned", "false")],
    actions: &[],
    parts: &["protectedAppLockerFiles", "exemptAppLockerFiles"],
    ..PROTECTION
};

pub(super) static RULES: &[Rule] = &[
    Rule {
        not_created: &[
            "isAssigned",
            "uploadState",
            "publishingState",
            "dependentAppCount",
            "supersedingAppCount",
            "supersededAppCount",
            "committedContentVersion",
            "isFeatured",
            "size",
        ],
        parts: &["categories"],
        starts: &[("isAssigned", "false"), ("dependentAppCount", "0"), ("isFeatured", "false")],
        synced: &["microsoftStoreForBusinessApp", "androidManagedStoreApp", "iosVppApp", "macOsVppApp"],
        not_patched: &[
            "appStoreUrl",
            "officeConfigurationXml",
            "officePlatformArchitecture",
            "packageIdentifier",
            "packageId",
            "appUrl",
        ],
        actions: &[Action {
            name: "updateRelationships",
            does: Does::Replace { parameter: "relationships", part: "relationships" },
            status: 204,
        }],
        approval: "app",
        ..Rule::intune("deviceAppManagement/mobileApps")
    },
    Rule {
        built_in: BuiltIn::Is("lastModifiedDateTime", "0001-01-01T00:00:00Z"),
        approval: "app",
        ..Rule::intune("deviceAppManagement/mobileAppCategories")
    },
    Rule { patched: Some(204), approval: "app", ..Rule::intune("deviceAppManagement/mobileAppConfigurations") },
    Rule {
        with_parts: &["items"],
        starts: &[("status", "\"notAssigned\""), ("errorCode", "\"noError\"")],
        actions: &[Action { name: "update", does: Does::UpdatePolicySet, status: 204 }],
        not_created: &["errorCode", "status"],
        not_patched: &["errorCode", "status"],
        ..Rule::intune("deviceAppManagement/policySets")
    },
    Rule { path: "deviceAppManagement/iosManagedAppProtections", ..PROTECTION },
    Rule { path: "deviceAppManagement/androidManagedAppProtections", ..PROTECTION },
    Rule { path: "deviceAppManagement/windowsManagedAppProtections", ..PROTECTION },
    Rule { path: "deviceAppManagement/targetedManagedAppConfigurations", ..PROTECTION },
    Rule { path: "deviceAppManagement/mdmWindowsInformationProtectionPolicies", ..INFORMATION_PROTECTION },
    Rule { path: "deviceAppManagement/windowsInformationProtectionPolicies", ..INFORMATION_PROTECTION },
    // Its token comes from Apple; what is said about it can be changed.
    Rule { created: None, removed: None, approval: "app", ..Rule::intune("deviceAppManagement/vppTokens") },
];
