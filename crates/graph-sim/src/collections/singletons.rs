//! Objects of which each tenant has exactly one.

use serde_json::{Value, json};

/// The object at a path that names no collection.
pub(crate) fn find(path: &str, primary_domain: &str) -> Option<Value> {
    let object = match path.to_lowercase().as_str() {
        "devicemanagement" => json!({
            "intuneAccountId": "00000000-0000-0000-0000-000000000000",
            "subscriptionState": "active",
            "maximumDepTokens": 2000,
        }),
        "devicemanagement/settings" => json!({
            "deviceComplianceCheckinThresholdDays": 30,
            "isScheduledActionEnabled": true,
            "secureByDefault": false,
            "enhancedJailBreak": false,
            "deviceInactivityBeforeRetirementInDay": 0,
            "derivedCredentialProvider": "notConfigured",
            "derivedCredentialUrl": null,
            "androidDeviceAdministratorEnrollmentEnabled": false,
            "ignoreDevicesForUnsupportedSettingsEnabled": false,
            "enableLogCollection": true,
            "enableAutopilotDiagnostics": true,
            "enableEnhancedTroubleshootingExperience": false,
            "enableDeviceGroupMembershipReport": false,
        }),
        "devicemanagement/applepushnotificationcertificate" => json!({
            "id": "1f7b5a1c-6f0e-4e0c-9a50-0d1a2b3c4d5e",
            "appleIdentifier": format!("apns@{primary_domain}"),
            "topicIdentifier": "com.apple.mgmt.External.1f7b5a1c-6f0e-4e0c-9a50-0d1a2b3c4d5e",
            "lastModifiedDateTime": "2026-03-02T08:14:11Z",
            "expirationDateTime": "2027-03-02T08:14:10Z",
            "certificateUploadStatus": null,
            "certificateUploadFailureReason": null,
            "certificateSerialNumber": "3B9F1C27A5D04E61",
            "certificate": null,
        }),
        "devicemanagement/androidmanagedstoreaccountenterprisesettings" => json!({
            "id": "androidManagedStoreAccountEnterpriseSettings",
            "bindStatus": "boundAndValidated",
            "lastAppSyncDateTime": "2026-05-30T04:00:12Z",
            "lastAppSyncStatus": "success",
            "ownerUserPrincipalName": format!("play@{primary_domain}"),
            "ownerOrganizationName": primary_domain,
            "lastModifiedDateTime": "2026-02-11T09:31:40Z",
            "enrollmentTarget": "all",
            "targetGroupIds": [],
            "deviceOwnerManagementEnabled": true,
            "companyCodes": [],
            "androidDeviceOwnerFullyManagedEnrollmentEnabled": true,
        }),
        "policies/identitysecuritydefaultsenforcementpolicy" => json!({
            "id": "00000000-0000-0000-0000-000000000005",
            "displayName": "Security Defaults",
            "isEnabled": false,
        }),
        _ => return None,
    };
    Some(object)
}
