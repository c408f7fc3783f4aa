//! Enrolment and Windows 365.

use super::{Action, BuiltIn, Does, Rule};

pub(super) static RULES: &[Rule] = &[
    Rule {
        not_created: &["priority", "deviceEnrollmentConfigurationType"],
        not_patched: &["priority"],
        actions: &[Action { name: "setPriority", does: Does::SetPriority, status: 200 }],
        built_in: BuiltIn::First,
        ..Rule::intune("deviceManagement/deviceEnrollmentConfigurations")
    },
    Rule {
        parts: &["assignments"],
        not_created: &["language", "extractHardwareHash", "enableWhiteGlove", "outOfBoxExperienceSettings"],
        not_patched: &["managementServiceAppId"],
        ..Rule::intune("deviceManagement/windowsAutopilotDeploymentProfiles")
    },
    Rule {
        parts: &["assignments"],
        not_patched: &["priority", "platform"],
        ..Rule::intune("deviceManagement/appleUserInitiatedEnrollmentProfiles")
    },
    Rule { parts: &["assignments"], ..Rule::intune("deviceManagement/termsAndConditions") },
    // The token comes from Apple; the profiles under it are changed.
    Rule { parts: &["enrollmentProfiles"], ..Rule::read_only("deviceManagement/depOnboardingSettings") },
    Rule {
        not_created: &[
            "tokenValue",
            "qrCodeContent",
            "qrCodeImage",
            "tokenCreationDateTime",
            "enrolledDeviceCount",
            "accountId",
            "enrollmentTokenUsageCount",
        ],
        ..Rule::intune("deviceManagement/androidDeviceOwnerEnrollmentProfiles")
    },
    Rule::intune("deviceManagement/deviceCategories"),
    Rule { removed: Some(204), approval: "", ..Rule::intune("deviceManagement/virtualEndpoint/provisioningPolicies") },
    Rule { removed: Some(204), approval: "", ..Rule::intune("deviceManagement/virtualEndpoint/userSettings") },
];
