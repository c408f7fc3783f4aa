//! Apps and app policies.

use super::{ASSIGNMENTS, Declared};
use crate::collections::{Kind, Navigation};

const PROTECTION: &[Navigation] = &[ASSIGNMENTS, Navigation::list("apps")];

const CATEGORIES: Navigation = Navigation::list("categories").of("deviceAppManagement/mobileAppCategories");

const INFORMATION_PROTECTION: &[Navigation] =
    &[ASSIGNMENTS, Navigation::list("protectedAppLockerFiles"), Navigation::list("exemptAppLockerFiles")];

pub(super) static KINDS: &[Kind] = &[
    Kind {
        assign: Some("mobileAppAssignments"),
        ..Kind::with("deviceAppManagement/mobileApps", &[ASSIGNMENTS, CATEGORIES, Navigation::list("relationships")])
    },
    Kind::unassigned("deviceAppManagement/mobileAppCategories", &[]),
    Kind::plain("deviceAppManagement/mobileAppConfigurations"),
    Kind {
        refused_on_list: &["items", "assignments"],
        assign: None,
        ..Kind::with("deviceAppManagement/policySets", &[ASSIGNMENTS, Navigation::list("items")])
    },
    Kind::with("deviceAppManagement/iosManagedAppProtections", PROTECTION),
    Kind::with("deviceAppManagement/androidManagedAppProtections", PROTECTION),
    Kind::with("deviceAppManagement/windowsManagedAppProtections", PROTECTION),
    Kind::with("deviceAppManagement/defaultManagedAppProtections", PROTECTION),
    Kind::with("deviceAppManagement/targetedManagedAppConfigurations", PROTECTION),
    Kind::with("deviceAppManagement/mdmWindowsInformationProtectionPolicies", INFORMATION_PROTECTION),
    Kind::with("deviceAppManagement/windowsInformationProtectionPolicies", INFORMATION_PROTECTION),
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
        ..Kind::with("deviceAppManagement/managedAppPolicies", PROTECTION)
    },
    Kind { list_blanks: &["token"], ..Kind::unassigned("deviceAppManagement/vppTokens", &[]) },
];

pub(super) static DECLARED: &[Declared] = &[
    ("deviceAppManagement/mobileApps", "mobileApp"),
    ("deviceAppManagement/mobileAppCategories", "mobileAppCategory"),
    ("deviceAppManagement/mobileAppConfigurations", "managedDeviceMobileAppConfiguration"),
    ("deviceAppManagement/policySets", "policySet"),
    ("deviceAppManagement/iosManagedAppProtections", "iosManagedAppProtection"),
    ("deviceAppManagement/androidManagedAppProtections", "androidManagedAppProtection"),
    ("deviceAppManagement/windowsManagedAppProtections", "windowsManagedAppProtection"),
    ("deviceAppManagement/targetedManagedAppConfigurations", "targetedManagedAppConfiguration"),
    ("deviceAppManagement/mdmWindowsInformationProtectionPolicies", "mdmWindowsInformationProtectionPolicy"),
    ("deviceAppManagement/windowsInformationProtectionPolicies", "windowsInformationProtectionPolicy"),
    ("deviceAppManagement/vppTokens", "vppToken"),
];
