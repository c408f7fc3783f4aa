//! Tenant administration: roles, branding, clean-up, approvals, connectors.

use serde_json::{Value, json};

use super::assignments;
use super::defaults::branding;
use super::generate::Maker;
use super::objects::{assigned, merge, plain, without};
use crate::store::Store;

const ROLES: &str = "deviceManagement/roleDefinitions";

/// What a role may do, in both of its spellings.
pub(super) fn permissions(allowed: &[&str]) -> Value {
    let actions = json!([{ "allowedResourceActions": allowed, "notAllowedResourceActions": [] }]);
    let one = json!([{ "actions": allowed, "resourceActions": actions }]);
    json!({ "permissions": one, "rolePermissions": one })
}

pub(super) fn role(maker: &mut Maker, index: usize) -> Value {
    const KINDS: &[(&str, &[&str])] = &[
        ("Regional help desk", &["Microsoft.Intune_ManagedDevices_Read", "Microsoft.Intune_RemoteTasks_SyncDevice"]),
        ("Application packager", &["Microsoft.Intune_MobileApps_Create", "Microsoft.Intune_MobileApps_Update"]),
        ("Kiosk operator", &["Microsoft.Intune_ManagedDevices_Read", "Microsoft.Intune_RemoteTasks_RebootNow"]),
    ];
    let (topic, allowed) = KINDS[index % KINDS.len()];
    let mut own = permissions(allowed);
    merge(
        &mut own,
        json!({
            "@odata.type": "#microsoft.graph.deviceAndAppManagementRoleDefinition",
            "isBuiltIn": false, "isBuiltInRoleDefinition": false,
        }),
    );
    without(plain(maker, "RBAC", topic, own), &["createdDateTime", "lastModifiedDateTime"])
}

/// Who has a role, over whom; the list does not say so.
pub(super) fn role_assignment(maker: &mut Maker, index: usize) -> Value {
    let roles = maker.sources.made(ROLES);
    let role = roles.get(index % roles.len().max(1)).map(|role| role.id.clone());
    let groups = maker.sources.groups.clone();
    let members: Vec<String> = maker.several(&groups, 1).into_iter().cloned().collect();
    let scope: Vec<String> = maker.several(&groups, 2).into_iter().cloned().collect();
    let tags = maker.scope_tags();
    let own = json!({
        "@odata.type": "#microsoft.graph.deviceAndAppManagementRoleAssignment",
        "members": members, "scopeMembers": scope, "resourceScopes": scope, "scopeType": "resourceScope",
        "roleScopeTagIds": tags, "roleScopeTags": tags, "roleDefinition": role,
    });
    without(plain(maker, "RBAC", "Assignment", own), &["createdDateTime", "lastModifiedDateTime"])
}

/// A profile beside the default one, for some groups.
pub(super) fn other_branding(maker: &mut Maker, _: usize) -> Value {
    let id = maker.random.guid();
    let (created, modified) = maker.moments();
    let name = maker.name("BRAND", "Company Portal");
    let mut object = branding(&id, "Contoso Logistics", "contoso.com", (&created, &modified));
    object["profileName"] = json!(name);
    object["isDefaultProfile"] = json!(false);
    object["roleScopeTagIds"] = json!(maker.scope_tags());
    assigned(maker, object, assignments::to_users)
}

pub(super) fn cleanup_rule(maker: &mut Maker, index: usize) -> Value {
    const PLATFORMS: &[(&str, &str)] = &[("windows", "WIN"), ("ios", "IOS"), ("macOS", "MAC")];
    let (platform, label) = PLATFORMS[index % PLATFORMS.len()];
    let own = json!({
        "deviceCleanupRulePlatformType": platform,
        "deviceInactivityBeforeRetirementInDays": 30 * (2 + maker.random.below(8)),
    });
    without(plain(maker, label, "Device clean-up", own), &["createdDateTime", "roleScopeTagIds"])
}

pub(super) fn approval_policy(maker: &mut Maker, index: usize) -> Value {
    let kind = ["script", "app", "deviceWipe"][index % 3];
    let approvers = maker.random.pick(&maker.sources.groups).clone();
    let own = json!({
        "approverGroupIds": [approvers], "policyType": kind, "policyPlatform": "notApplicable",
        "policySet": { "policyType": kind, "policyPlatform": "notApplicable" },
    });
    without(plain(maker, "MAA", "Second administrator", own), &["createdDateTime", "roleScopeTagIds"])
}

/// Connections to other services. Their heartbeat changes without anybody's doing.
pub(super) fn connect(store: &mut Store, random: &mut crate::random::Random) {
    let heartbeat = "2026-05-31T23:41:07Z";
    let mut put = |path: &str, mut object: Value| {
        let id = random.guid();
        object["id"] = json!(id);
        store.insert(&format!("deviceManagement/{path}"), &id, object);
    };
    put(
        "complianceManagementPartners",
        json!({
            "displayName": "Jamf Pro", "lastHeartbeatDateTime": heartbeat, "partnerState": "enabled",
            "macOsOnboarded": true, "iosOnboarded": false, "androidOnboarded": false, "linuxOnboarded": false,
            "macOsEnrollmentAssignments": [
                { "target": { "@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget" } },
            ],
            "iosEnrollmentAssignments": [], "androidEnrollmentAssignments": [], "linuxEnrollmentAssignments": [],
        }),
    );
    put(
        "deviceManagementPartners",
        json!({
            "displayName": "Jamf", "lastHeartbeatDateTime": heartbeat, "partnerState": "enabled", "isConfigured": true,
            "partnerAppType": "multiTenantApp", "singleTenantAppId": null, "groupsRequiringPartnerEnrollment": [],
            "whenPartnerDevicesWillBeRemovedDateTime": null,
            "whenPartnerDevicesWillBeMarkedAsNonCompliantDateTime": null,
        }),
    );
    put(
        "remoteAssistancePartners",
        json!({
            "displayName": "TeamViewer", "onboardingUrl": "https://login.teamviewer.com/intune",
            "lastConnectionDateTime": heartbeat, "onboardingStatus": "onboarded",
            "onboardingRequestExpiryDateTime": "0001-01-01T00:00:00Z",
        }),
    );
    put("mobileThreatDefenseConnectors", threat_defence(heartbeat));
}

fn threat_defence(heartbeat: &str) -> Value {
    json!({
        "lastHeartbeatDateTime": heartbeat, "partnerState": "enabled", "androidEnabled": true, "iosEnabled": true,
        "windowsEnabled": true, "macEnabled": false, "androidDeviceBlockedOnMissingPartnerData": false,
        "iosDeviceBlockedOnMissingPartnerData": false, "windowsDeviceBlockedOnMissingPartnerData": false,
        "macDeviceBlockedOnMissingPartnerData": false, "partnerUnsupportedOsVersionBlocked": false,
        "partnerUnresponsivenessThresholdInDays": 7, "microsoftDefenderForEndpointAttachEnabled": true,
        "androidMobileApplicationManagementEnabled": true, "iosMobileApplicationManagementEnabled": true,
        "windowsMobileApplicationManagementEnabled": false, "allowPartnerToCollectIOSApplicationMetadata": false,
        "allowPartnerToCollectIOSPersonalApplicationMetadata": false,
    })
}
