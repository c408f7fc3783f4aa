//! Objects of which a tenant has exactly one.

use serde_json::{Value, json};

use crate::config::TenantSpec;
use crate::random::Random;
use crate::store::Store;

pub(super) fn add(store: &mut Store, spec: &TenantSpec) {
    let mut put = |path: &str, object: Value| store.insert(path, "", object);
    put(
        "deviceManagement",
        json!({
            "intuneAccountId": "00000000-0000-0000-0000-000000000000",
            "subscriptionState": "active",
            "maximumDepTokens": 2000,
        }),
    );
    put(
        "deviceManagement/settings",
        json!({
            "deviceComplianceCheckinThresholdDays": 30, "isScheduledActionEnabled": true, "secureByDefault": false,
            "enhancedJailBreak": false, "deviceInactivityBeforeRetirementInDay": 0,
            "derivedCredentialProvider": "notConfigured", "derivedCredentialUrl": null,
            "androidDeviceAdministratorEnrollmentEnabled": false, "ignoreDevicesForUnsupportedSettingsEnabled": false,
            "enableLogCollection": true, "enableAutopilotDiagnostics": true,
            "enableEnhancedTroubleshootingExperience": false, "enableDeviceGroupMembershipReport": false,
            "m365AppDiagnosticsEnabled": true,
        }),
    );
    put("deviceManagement/applePushNotificationCertificate", push_certificate(&spec.primary_domain));
    put("deviceManagement/androidManagedStoreAccountEnterpriseSettings", managed_play(&spec.primary_domain));
    put("policies/authenticationMethodsPolicy", authentication_methods());
    put("policies/authorizationPolicy", authorization());
    put(
        "policies/authenticationFlowsPolicy",
        json!({
            "id": "authenticationFlowsPolicy", "displayName": "Authentication flows policy",
            "description": "Authentication flows policy allows modification of settings related to authentication flows in AAD tenant, such as self-service sign up configuration.",
            "selfServiceSignUp": { "isEnabled": false },
        }),
    );
    put(
        "policies/identitySecurityDefaultsEnforcementPolicy",
        json!({
            "id": "00000000-0000-0000-0000-000000000005", "displayName": "Security Defaults", "isEnabled": false,
            "description": "Security defaults is a set of basic identity security mechanisms recommended by Microsoft.",
        }),
    );
    put("policies/deviceRegistrationPolicy", device_registration());
    put(
        "policies/externalIdentitiesPolicy",
        json!({
            "id": "externalIdentitiesPolicy", "displayName": "External identities policy",
            "allowExternalIdentitiesToLeave": true, "allowDeletedIdentitiesDataRemoval": false,
        }),
    );
    put(
        "policies/crossTenantAccessPolicy",
        json!({
            "id": Random::from_text(&format!("{}cross", spec.tenant_id)).guid(),
            "displayName": "CrossTenantAccessPolicy", "description": null, "allowedCloudEndpoints": [],
        }),
    );
    put("policies/crossTenantAccessPolicy/default", cross_tenant_default());
    put(
        "policies/adminConsentRequestPolicy",
        json!({
            "id": "adminConsentRequestPolicy", "isEnabled": true, "notifyReviewers": true, "remindersEnabled": true,
            "requestDurationInDays": 30, "version": 0, "reviewers": [],
        }),
    );
}

fn push_certificate(domain: &str) -> Value {
    json!({
        "id": "1f7b5a1c-6f0e-4e0c-9a50-0d1a2b3c4d5e",
        "appleIdentifier": format!("apns@{domain}"),
        "topicIdentifier": "com.apple.mgmt.External.1f7b5a1c-6f0e-4e0c-9a50-0d1a2b3c4d5e",
        "lastModifiedDateTime": "2026-03-02T08:14:11Z",
        "expirationDateTime": "2027-03-02T08:14:10Z",
        "certificateUploadStatus": null,
        "certificateUploadFailureReason": null,
        "certificateSerialNumber": "3B9F1C27A5D04E61",
        "certificate": null,
    })
}

fn managed_play(domain: &str) -> Value {
    json!({
        "id": "androidManagedStoreAccountEnterpriseSettings",
        "bindStatus": "boundAndValidated",
        "lastAppSyncDateTime": "2026-05-30T04:00:12Z",
        "lastAppSyncStatus": "success",
        "ownerUserPrincipalName": format!("play@{domain}"),
        "ownerOrganizationName": domain,
        "lastModifiedDateTime": "2026-02-11T09:31:40Z",
        "enrollmentTarget": "all",
        "targetGroupIds": [],
        "deviceOwnerManagementEnabled": true,
        "companyCodes": [],
        "androidDeviceOwnerFullyManagedEnrollmentEnabled": true,
        "managedGooglePlayEnterpriseType": "managedGooglePlayAccountsEnterprise",
        "managedGooglePlayInitialScopeTagIds": [],
    })
}

fn authentication_methods() -> Value {
    let everybody = |own: Value| {
        let mut target = json!({ "targetType": "group", "id": "all_users", "isRegistrationRequired": false });
        super::objects::merge(&mut target, own);
        json!([target])
    };
    json!({
        "id": "authenticationMethodsPolicy", "displayName": "Authentication Methods Policy",
        "description": "The tenant-wide policy that controls which authentication methods are allowed in the tenant.",
        "lastModifiedDateTime": "2026-01-22T10:11:12Z", "policyVersion": "1.5", "reconfirmationInDays": null,
        "policyMigrationState": "migrationComplete",
        "registrationEnforcement": { "authenticationMethodsRegistrationCampaign": {
            "snoozeDurationInDays": 1, "state": "default", "excludeTargets": [],
            "includeTargets": [{
                "id": "all_users", "targetType": "group", "targetedAuthenticationMethod": "microsoftAuthenticator",
            }],
        }},
        "authenticationMethodConfigurations": [
            {
                "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration", "id": "Fido2",
                "state": "enabled", "isSelfServiceRegistrationAllowed": true, "isAttestationEnforced": true,
                "excludeTargets": [], "keyRestrictions": { "isEnforced": false, "enforcementType": "block", "aaGuids": [] },
                "includeTargets": everybody(json!({})),
            },
            {
                "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration",
                "id": "MicrosoftAuthenticator", "state": "enabled", "isSoftwareOathEnabled": false,
                "excludeTargets": [], "featureSettings": null,
                "includeTargets": everybody(json!({ "authenticationMode": "any" })),
            },
            {
                "@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration", "id": "Sms",
                "state": "disabled", "excludeTargets": [],
                "includeTargets": everybody(json!({ "isUsableForSignIn": false })),
            },
            {
                "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
                "id": "TemporaryAccessPass", "state": "enabled", "defaultLifetimeInMinutes": 60, "defaultLength": 8,
                "minimumLifetimeInMinutes": 60, "maximumLifetimeInMinutes": 480, "isUsableOnce": true,
                "excludeTargets": [], "includeTargets": everybody(json!({})),
            },
        ],
    })
}

fn authorization() -> Value {
    json!({
        "id": "authorizationPolicy", "displayName": "Authorization Policy",
        "description": "Used to manage authorization related settings across the company.",
        "allowInvitesFrom": "adminsAndGuestInviters", "allowedToSignUpEmailBasedSubscriptions": false,
        "allowedToUseSSPR": true, "allowEmailVerifiedUsersToJoinOrganization": false,
        "allowUserConsentForRiskyApps": false, "blockMsolPowerShell": true,
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": false, "allowedToCreateSecurityGroups": false, "allowedToCreateTenants": false,
            "allowedToReadBitlockerKeysForOwnedDevice": true, "allowedToReadOtherUsers": true,
            "permissionGrantPoliciesAssigned": ["ManagePermissionGrantsForSelf.microsoft-user-default-low"],
        },
    })
}

fn device_registration() -> Value {
    json!({
        "id": "deviceRegistrationPolicy", "displayName": "Device Registration Policy",
        "description": "Tenant-wide policy that manages initial provisioning controls using quota restrictions, additional authentication and authorization checks",
        "userDeviceQuota": 20, "multiFactorAuthConfiguration": "notRequired",
        "azureADRegistration": {
            "isAdminConfigurable": false,
            "allowedToRegister": { "@odata.type": "#microsoft.graph.allDeviceRegistrationMembership" },
        },
        "azureADJoin": {
            "isAdminConfigurable": true,
            "allowedToJoin": { "@odata.type": "#microsoft.graph.allDeviceRegistrationMembership" },
            "localAdmins": {
                "enableGlobalAdmins": false,
                "registeringUsers": { "@odata.type": "#microsoft.graph.noDeviceRegistrationMembership" },
            },
        },
        "localAdminPassword": { "isEnabled": true },
    })
}

fn cross_tenant_default() -> Value {
    json!({
        "id": "default", "isServiceDefault": true,
        "inboundTrust": {
            "isMfaAccepted": false, "isCompliantDeviceAccepted": false, "isHybridAzureADJoinedDeviceAccepted": false,
        },
        "automaticUserConsentSettings": { "inboundAllowed": null, "outboundAllowed": null },
    })
}
