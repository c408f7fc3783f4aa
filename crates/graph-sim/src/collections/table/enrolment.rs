//! Enrolment and Windows 365.

use super::Declared;
use crate::collections::{Kind, Navigation};

pub(super) static KINDS: &[Kind] = &[
    Kind {
        assign: Some("enrollmentConfigurationAssignments"),
        ..Kind::plain("deviceManagement/deviceEnrollmentConfigurations")
    },
    // Assignments are added and removed one by one.
    Kind { assign: None, ..Kind::plain("deviceManagement/windowsAutopilotDeploymentProfiles") },
    Kind { assign: None, ..Kind::plain("deviceManagement/appleUserInitiatedEnrollmentProfiles") },
    Kind { never_expanded: &["assignments"], assign: None, ..Kind::plain("deviceManagement/termsAndConditions") },
    Kind::unassigned("deviceManagement/depOnboardingSettings", &[Navigation::list("enrollmentProfiles")]),
    Kind {
        list_blanks: &["tokenValue", "qrCodeContent", "qrCodeImage"],
        ..Kind::unassigned("deviceManagement/androidDeviceOwnerEnrollmentProfiles", &[])
    },
    Kind::unassigned("deviceManagement/deviceCategories", &[]),
    Kind::plain("deviceManagement/virtualEndpoint/provisioningPolicies"),
    Kind::plain("deviceManagement/virtualEndpoint/userSettings"),
];

pub(super) static DECLARED: &[Declared] = &[
    ("deviceManagement/deviceEnrollmentConfigurations", "deviceEnrollmentConfiguration"),
    ("deviceManagement/windowsAutopilotDeploymentProfiles", "windowsAutopilotDeploymentProfile"),
    ("deviceManagement/appleUserInitiatedEnrollmentProfiles", "appleUserInitiatedEnrollmentProfile"),
    ("deviceManagement/termsAndConditions", "termsAndConditions"),
    ("deviceManagement/depOnboardingSettings", "depOnboardingSetting"),
    ("deviceManagement/androidDeviceOwnerEnrollmentProfiles", "androidDeviceOwnerEnrollmentProfile"),
    ("deviceManagement/deviceCategories", "deviceCategory"),
    ("deviceManagement/virtualEndpoint/provisioningPolicies", "cloudPcProvisioningPolicy"),
    ("deviceManagement/virtualEndpoint/userSettings", "cloudPcUserSetting"),
];
