//! Enrolment: restrictions, the status page, Autopilot, Apple, Android, terms, Windows 365.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::assignments;
use super::generate::Maker;
use super::objects::{assigned, merge, plain, typed, without};

/// Whether devices of a platform may enrol.
pub(super) fn restriction(personal_blocked: bool, least: Option<&str>) -> Value {
    json!({
        "platformBlocked": false, "personalDeviceEnrollmentBlocked": personal_blocked, "osMinimumVersion": least,
        "osMaximumVersion": null, "blockedManufacturers": [], "blockedSkus": [],
    })
}

/// What the status page of the tenant's default and of others have in common.
pub(super) fn status_page(shown: bool) -> Value {
    json!({
        "showInstallationProgress": shown, "blockDeviceSetupRetryByUser": true, "allowDeviceResetOnInstallFailure": shown,
        "allowLogCollectionOnInstallFailure": shown, "customErrorMessage": if shown { "Call the service desk: 5555." } else { "" },
        "installProgressTimeoutInMinutes": 60, "allowDeviceUseOnInstallFailure": false,
        "trackInstallProgressForAutopilotOnly": shown, "disableUserStatusTrackingAfterFirstUser": shown,
        "allowNonBlockingAppInstallation": false, "installQualityUpdates": false,
    })
}

/// Ids carry the kind of the configuration; the defaults have priority 0, so others begin at 1.
pub(super) fn configuration(maker: &mut Maker, index: usize) -> Value {
    let priority = 1 + index / 5;
    let (kind, suffix, platform, topic, own) = match index % 5 {
        0 => {
            let apps: Vec<String> = maker
                .sources
                .of_kind("deviceAppManagement/mobileApps", "win32LobApp")
                .into_iter()
                .take(2)
                .map(|app| app.id)
                .collect();
            let mut own = status_page(true);
            own["selectedMobileAppIds"] = json!(apps);
            own["deviceEnrollmentConfigurationType"] = json!("windows10EnrollmentCompletionPageConfiguration");
            (
                "windows10EnrollmentCompletionPageConfiguration",
                "Windows10EnrollmentCompletionPageConfiguration",
                "WIN",
                "Enrolment status page",
                own,
            )
        }
        1 => (
            "deviceEnrollmentPlatformRestrictionConfiguration",
            "SinglePlatformRestriction",
            "WIN",
            "Platform restriction",
            json!({
                "deviceEnrollmentConfigurationType": "singlePlatformRestriction", "platformType": "windows",
                "platformRestriction": restriction(true, Some("10.0.22631")),
            }),
        ),
        2 => (
            "deviceEnrollmentLimitConfiguration",
            "Limit",
            "ALL",
            "Device limit",
            json!({ "deviceEnrollmentConfigurationType": "limit", "limit": 2 + maker.random.below(8) }),
        ),
        3 => (
            "deviceEnrollmentNotificationConfiguration",
            "EnrollmentNotificationsConfiguration",
            "IOS",
            "Enrolment notification",
            json!({
                "deviceEnrollmentConfigurationType": "enrollmentNotificationsConfiguration", "platformType": "ios",
                "templateType": "email", "notificationMessageTemplateId": maker.random.guid(),
                "notificationTemplates": [format!("Email_{}", maker.random.guid())],
                "brandingOptions": "includeCompanyLogo,includeCompanyName", "defaultLocale": "en-us",
            }),
        ),
        _ => (
            "deviceComanagementAuthorityConfiguration",
            "DeviceComanagementAuthorityConfiguration",
            "WIN",
            "Co-management",
            json!({
                "deviceEnrollmentConfigurationType": "deviceComanagementAuthorityConfiguration",
                "managedDeviceAuthority": 1, "installConfigurationManagerAgent": false,
                "configurationManagerAgentCommandLineArgument": "",
            }),
        ),
    };
    let version = 1 + maker.random.below(5);
    let mut object = typed(maker, kind, platform, topic, json!({ "priority": priority, "version": version }));
    merge(&mut object, own);
    object["id"] = json!(format!("{}_{suffix}", object["id"].as_str().unwrap_or_default()));
    assigned(maker, object, assignments::make)
}

pub(super) fn autopilot(maker: &mut Maker, index: usize) -> Value {
    let hybrid = index % 3 == 2;
    let shared = index % 3 == 1;
    let mut own = json!({
        "language": "os-default", "locale": "os-default", "deviceNameTemplate": if hybrid { "" } else { "CTS-%SERIAL%" },
        "deviceType": "windowsPc", "enableWhiteGlove": true, "preprovisioningAllowed": true,
        "extractHardwareHash": true, "hardwareHashExtractionEnabled": true, "managementServiceAppId": null,
        "enrollmentStatusScreenSettings": null,
        "outOfBoxExperienceSettings": {
            "hidePrivacySettings": true, "hideEULA": true, "userType": "standard", "hideEscapeLink": true,
            "deviceUsageType": if shared { "shared" } else { "singleUser" }, "skipKeyboardSelectionPage": true,
        },
        "outOfBoxExperienceSetting": {
            "privacySettingsHidden": true, "eulaHidden": true, "userType": "standard", "escapeLinkHidden": true,
            "deviceUsageType": if shared { "shared" } else { "singleUser" }, "keyboardSelectionPageSkipped": true,
        },
    });
    let kind = if hybrid { "activeDirectory" } else { "azureAD" };
    if hybrid {
        own["hybridAzureADJoinSkipConnectivityCheck"] = json!(true);
    }
    let mut object = typed(maker, &format!("{kind}WindowsAutopilotDeploymentProfile"), "WIN", "Autopilot", own);
    // The service refuses some characters in these names, dashes among them.
    let name = object["displayName"].as_str().unwrap_or_default().replace(['–', '-'], "_").replace("_ ", "");
    object["displayName"] = json!(maker.namer.unique(name));
    assigned(maker, object, assignments::make)
}

pub(super) fn apple_user(maker: &mut Maker, index: usize) -> Value {
    let option = |owner: &str, kind: &str| json!({ "ownerType": owner, "enrollmentType": kind });
    let own = json!({
        "defaultEnrollmentType": "device", "platform": "iOS", "priority": 1 + index,
        "availableEnrollmentTypeOptions": [option("company", "device"), option("personal", "accountDrivenUserEnrollment")],
    });
    let object = without(plain(maker, "IOS", "User enrolment", own), &["roleScopeTagIds"]);
    assigned(maker, object, assignments::to_users)
}

/// A token of Apple's with a profile for phones and one for Macs.
pub(super) fn apple_token(maker: &mut Maker, _: usize) -> Value {
    let id = maker.random.guid();
    let (_, modified) = maker.moments();
    let profile = |maker: &mut Maker, kind: &str, platform: &str, own: Value| {
        let mut profile = json!({
            "@odata.type": format!("#microsoft.graph.{kind}"), "id": format!("{id}_{}", maker.random.guid()),
            "displayName": maker.name(platform, "Automated enrolment"), "description": "Corporate devices",
            "requiresUserAuthentication": true, "configurationEndpointUrl": "https://appleconfigurator2.manage.microsoft.com",
            "enableAuthenticationViaCompanyPortal": false, "requireCompanyPortalOnSetupAssistantEnrolledDevices": false,
            "isDefault": false, "supervisedModeEnabled": true, "supportDepartment": "Workplace", "isMandatory": true,
            "locationDisabled": false, "supportPhoneNumber": "5555", "profileRemovalDisabled": true,
            "restoreBlocked": true, "appleIdDisabled": false, "termsAndConditionsDisabled": true,
            "touchIdDisabled": false, "applePayDisabled": true, "siriDisabled": true, "diagnosticsDisabled": true,
            "displayToneSetupDisabled": true, "privacyPaneDisabled": true, "screenTimeScreenDisabled": true,
            "deviceNameTemplate": "{{SERIAL}}", "configurationWebUrl": true, "enabledSkipKeys": ["Siri", "Diagnostics"],
            "enrollmentTimeAzureAdGroupIds": [], "waitForDeviceConfiguredConfirmation": true,
        });
        merge(&mut profile, own);
        profile
    };
    let phones = json!({
        "iTunesPairingMode": "disallow", "managementCertificates": [], "restoreFromAndroidDisabled": true,
        "awaitDeviceConfiguredConfirmation": true, "sharedIPadMaximumUserCount": 0, "enableSharedIPad": false,
        "companyPortalVppTokenId": null, "enableSingleAppEnrollmentMode": false, "passCodeDisabled": false,
    });
    let macs = json!({
        "registrationDisabled": true, "fileVaultDisabled": false, "iCloudDiagnosticsDisabled": true,
        "passCodeDisabled": false, "zoomDisabled": true, "iCloudStorageDisabled": true, "hideAdminAccount": true,
        "adminAccountUserName": "ladmin", "adminAccountFullName": "Local administrator", "adminAccountPassword": null,
        "setPrimarySetupAccountAsRegularUser": true, "primaryAccountUserName": "{{partialupn}}",
    });
    let profiles = [
        profile(maker, "depIOSEnrollmentProfile", "IOS", phones),
        profile(maker, "depMacOSEnrollmentProfile", "MAC", macs),
    ];
    json!({
        "id": id, "appleIdentifier": "dep@contoso.com", "tokenExpirationDateTime": "2027-01-20T10:05:00Z",
        "lastModifiedDateTime": modified, "lastSuccessfulSyncDateTime": "2026-05-31T20:00:00Z",
        "lastSyncTriggeredDateTime": "2026-05-31T20:00:00Z", "shareTokenWithSchoolDataSyncService": false,
        "lastSyncErrorCode": 0, "tokenType": "dep", "tokenName": "Contoso Apple Business Manager",
        "syncedDeviceCount": maker.random.below(4000), "dataSharingConsentGranted": true, "roleScopeTagIds": ["0"],
        "enrollmentProfiles": profiles,
    })
}

/// The token and its picture come with one profile only, never in the list.
pub(super) fn android(maker: &mut Maker, index: usize) -> Value {
    const MODES: &[(&str, &str, &str)] = &[
        ("corporateOwnedDedicatedDevice", "default", "Dedicated"),
        ("corporateOwnedFullyManaged", "default", "Fully managed"),
        ("corporateOwnedWorkProfile", "default", "Work profile"),
    ];
    let (mode, token, topic) = MODES[index % MODES.len()];
    let value = maker.random.guid().replace('-', "").to_uppercase()[..20].to_owned();
    let content = json!({ "android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE": { "com.google.android.apps.work.clouddpc.EXTRA_ENROLLMENT_TOKEN": value } });
    let own = json!({
        "accountId": maker.random.guid(), "enrollmentMode": mode, "enrollmentTokenType": token, "tokenValue": value,
        "tokenCreationDateTime": "2026-03-01T00:00:00Z", "tokenExpirationDateTime": "2065-03-01T00:00:00Z",
        "enrolledDeviceCount": maker.random.below(900), "enrollmentTokenUsageCount": 0,
        "qrCodeContent": content.to_string(),
        "qrCodeImage": { "type": "image/png", "value": STANDARD.encode(format!("PNG {value}")) },
        "configureWifi": false, "wifiSsid": null, "wifiPassword": null, "wifiSecurityType": "none", "wifiHidden": false,
        "isTeamsDeviceProfile": false, "deviceNameTemplate": "",
    });
    plain(maker, "AND", topic, own)
}

pub(super) fn device_category(maker: &mut Maker, index: usize) -> Value {
    const NAMES: &[&str] = &["Corporate laptop", "Kiosk", "Shared tablet", "Personal phone", "Meeting room"];
    let name = NAMES[index % NAMES.len()];
    json!({
        "id": maker.random.guid(), "displayName": maker.namer.unique(name.to_owned()),
        "description": format!("{name}s"), "roleScopeTagIds": ["0"],
    })
}

pub(super) fn terms(maker: &mut Maker, index: usize) -> Value {
    let own = json!({
        "title": "Use of company devices", "version": 1 + index, "acceptanceStatement": "I accept",
        "bodyText": "This device is managed. Contoso can see its applications and remove company data from it.",
    });
    let mut object = plain(maker, "ALL", "Terms of use", own);
    object["modifiedDateTime"] = object["lastModifiedDateTime"].clone();
    assigned(maker, object, assignments::to_users)
}

pub(super) fn cloud_pc(maker: &mut Maker, index: usize) -> Value {
    let own = json!({
        "imageId": "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc-m365", "imageType": "gallery",
        "imageDisplayName": "Windows 11 Enterprise + Microsoft 365 Apps 24H2", "alternateResourceUrl": null,
        "cloudPcGroupDisplayName": null, "cloudPcNamingTemplate": "CPC-%USERNAME:5%-%RAND:5%",
        "enableSingleSignOn": true, "gracePeriodInHours": 4, "localAdminEnabled": maker.random.chance(20),
        "managedBy": "windows365", "provisioningType": if index.is_multiple_of(2) { "dedicated" } else { "sharedByUser" },
        "windowsSetting": { "locale": "en-US" }, "autopatch": { "autopatchGroupId": null },
        "domainJoinConfigurations": [{
            "domainJoinType": "azureADJoin", "type": "azureADJoin", "regionName": "automatic",
            "regionGroup": "europeUnion", "geographicLocationType": "europe", "onPremisesConnectionId": null,
        }],
        "scopeIds": ["0"],
    });
    let object = without(plain(maker, "CPC", "Provisioning", own), &["roleScopeTagIds"]);
    assigned(maker, object, assignments::cloud_pc)
}

pub(super) fn cloud_pc_settings(maker: &mut Maker, _: usize) -> Value {
    let own = json!({
        "selfServiceEnabled": false, "localAdminEnabled": maker.random.chance(30), "resetEnabled": true,
        "restorePointSetting": { "frequencyInHours": 12, "frequencyType": "twelveHours", "userRestoreEnabled": true },
        "crossRegionDisasterRecoverySetting": null, "notificationSetting": { "restartPromptsDisabled": false },
        "provisioningSourceType": "image",
    });
    let object = without(plain(maker, "CPC", "User settings", own), &["roleScopeTagIds", "description"]);
    assigned(maker, object, assignments::cloud_pc)
}
