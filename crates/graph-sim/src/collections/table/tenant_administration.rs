//! Tenant administration: filters, tags, roles, branding, connectors, audit.

use super::Declared;
use crate::collections::{Kind, Navigation};

const ROLE_ASSIGNMENTS: Navigation = Navigation {
    back: Some("roleDefinition"),
    ..Navigation::list("roleAssignments").of("deviceManagement/roleAssignments")
};

pub(super) static KINDS: &[Kind] = &[
    Kind::unassigned("deviceManagement/assignmentFilters", &[]),
    Kind { empty_on_object: &["assignments"], ..Kind::plain("deviceManagement/roleScopeTags") },
    Kind::unassigned("deviceManagement/roleDefinitions", &[ROLE_ASSIGNMENTS]),
    Kind {
        list_blanks: &["members", "scopeMembers", "resourceScopes"],
        ..Kind::unassigned(
            "deviceManagement/roleAssignments",
            &[
                Navigation::single("roleDefinition").of("deviceManagement/roleDefinitions"),
                Navigation::list("roleScopeTags").of("deviceManagement/roleScopeTags"),
            ],
        )
    },
    Kind {
        only_alone: &["themeColorLogo", "lightBackgroundLogo", "landingPageCustomizedImage"],
        ..Kind::plain("deviceManagement/intuneBrandingProfiles")
    },
    Kind::unassigned("deviceManagement/managedDeviceCleanupRules", &[]),
    Kind::unassigned("deviceManagement/operationApprovalPolicies", &[]),
    Kind::unassigned("deviceManagement/operationApprovalRequests", &[]),
    Kind::unassigned("deviceManagement/complianceManagementPartners", &[]),
    Kind::unassigned("deviceManagement/deviceManagementPartners", &[]),
    Kind::unassigned("deviceManagement/remoteAssistancePartners", &[]),
    Kind::unassigned("deviceManagement/mobileThreatDefenseConnectors", &[]),
    Kind::unassigned("deviceManagement/auditEvents", &[]),
];

pub(super) static DECLARED: &[Declared] = &[
    ("deviceManagement/assignmentFilters", "deviceAndAppManagementAssignmentFilter"),
    ("deviceManagement/roleScopeTags", "roleScopeTag"),
    ("deviceManagement/roleDefinitions", "roleDefinition"),
    ("deviceManagement/roleAssignments", "deviceAndAppManagementRoleAssignment"),
    ("deviceManagement/intuneBrandingProfiles", "intuneBrandingProfile"),
    ("deviceManagement/managedDeviceCleanupRules", "managedDeviceCleanupRule"),
    ("deviceManagement/operationApprovalPolicies", "operationApprovalPolicy"),
    ("deviceManagement/complianceManagementPartners", "complianceManagementPartner"),
    ("deviceManagement/deviceManagementPartners", "deviceManagementPartner"),
    ("deviceManagement/remoteAssistancePartners", "remoteAssistancePartner"),
    ("deviceManagement/mobileThreatDefenseConnectors", "mobileThreatDefenseConnector"),
    ("deviceManagement/auditEvents", "auditEvent"),
];
