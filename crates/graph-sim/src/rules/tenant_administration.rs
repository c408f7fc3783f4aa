//! Tenant administration: filters, tags, roles, branding, connectors.

use super::{BuiltIn, Rule};

pub(super) static RULES: &[Rule] = &[
    Rule {
        required: &["displayName", "platform", "rule"],
        not_created: &["payloads"],
        not_patched: &["platform", "payloads"],
        ..Rule::intune("deviceManagement/assignmentFilters")
    },
    Rule {
        created: Some(200),
        passed_over: &["isBuiltIn"],
        starts: &[("isBuiltIn", "false")],
        built_in: BuiltIn::True("isBuiltIn"),
        approval: "role",
        ..Rule::intune("deviceManagement/roleScopeTags")
    },
    Rule {
        created: Some(200),
        not_created: &["isBuiltIn", "isBuiltInRoleDefinition"],
        not_patched: &["isBuiltIn", "isBuiltInRoleDefinition"],
        starts: &[("isBuiltIn", "false"), ("isBuiltInRoleDefinition", "false")],
        built_in: BuiltIn::True("isBuiltIn"),
        approval: "role",
        ..Rule::intune("deviceManagement/roleDefinitions")
    },
    Rule {
        required: &["displayName", "roleDefinition"],
        approval: "role",
        ..Rule::intune("deviceManagement/roleAssignments")
    },
    Rule {
        required: &["profileName"],
        // Images follow in a second request.
        not_created: &[
            "isDefaultProfile",
            "disableClientTelemetry",
            "themeColorLogo",
            "lightBackgroundLogo",
            "landingPageCustomizedImage",
        ],
        not_patched: &["isDefaultProfile", "disableClientTelemetry"],
        starts: &[("isDefaultProfile", "false"), ("disableClientTelemetry", "false")],
        built_in: BuiltIn::True("isDefaultProfile"),
        ..Rule::intune("deviceManagement/intuneBrandingProfiles")
    },
    Rule::intune("deviceManagement/managedDeviceCleanupRules"),
    Rule {
        required: &["displayName", "policyType", "approverGroupIds"],
        ..Rule::intune("deviceManagement/operationApprovalPolicies")
    },
    Rule::read_only("deviceManagement/operationApprovalRequests"),
    Rule::read_only("deviceManagement/complianceManagementPartners"),
    Rule::read_only("deviceManagement/deviceManagementPartners"),
    Rule::read_only("deviceManagement/remoteAssistancePartners"),
    Rule::read_only("deviceManagement/mobileThreatDefenseConnectors"),
    Rule::read_only("deviceManagement/auditEvents"),
];
