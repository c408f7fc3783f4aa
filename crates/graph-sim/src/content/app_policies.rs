//! App protection, app configuration, Windows Information Protection.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::assignments::{self, Reference};
use super::generate::Maker;
use super::objects::{assigned, marked, merge, plain, typed};

const APPS: &str = "deviceAppManagement/mobileApps";

/// The apps a policy protects: bundle ids, package names or app ids.
const IOS: &[&str] = &["com.microsoft.Office.Outlook", "com.microsoft.skype.teams", "com.microsoft.officemobile"];
const ANDROID: &[&str] = &["com.microsoft.office.outlook", "com.microsoft.teams", "com.microsoft.office.officehubrow"];

fn managed(kind: &str, property: &str, names: &[&str]) -> Value {
    let app = |name: &&str| {
        json!({
            "id": format!("{name}.{}", if kind.starts_with("ios") { "ios" } else { "android" }),
            "version": null,
            "mobileAppIdentifier": { "@odata.type": format!("#microsoft.graph.{kind}"), property: name },
        })
    };
    Value::Array(names.iter().map(app).collect())
}

/// What iOS and Android protection have in common.
fn protection(maker: &mut Maker) -> Value {
    let random = &mut maker.random;
    json!({
        "version": format!("\"{}\"", random.guid()),
        "periodOfflineBeforeAccessCheck": "PT12H", "periodOnlineBeforeAccessCheck": "PT30M",
        "allowedInboundDataTransferSources": random.pick(&["allApps", "managedApps"]),
        "allowedOutboundDataTransferDestinations": "managedApps", "organizationalCredentialsRequired": false,
        "allowedOutboundClipboardSharingLevel": random.pick(&["managedAppsWithPasteIn", "managedApps"]),
        "dataBackupBlocked": true, "deviceComplianceRequired": true, "managedBrowserToOpenLinksRequired": true,
        "saveAsBlocked": true, "periodOfflineBeforeWipeIsEnforced": format!("P{}D", 30 * (1 + random.below(3))),
        "pinRequired": true, "maximumPinRetries": 5, "simplePinBlocked": random.chance(60),
        "minimumPinLength": 4 + random.below(3), "pinCharacterSet": "numeric", "periodBeforePinReset": "PT0S",
        "allowedDataStorageLocations": ["oneDriveForBusiness", "sharePoint"], "contactSyncBlocked": random.chance(30),
        "printBlocked": random.chance(50), "fingerprintBlocked": false, "disableAppPinIfDevicePinIsSet": false,
        "minimumRequiredOsVersion": null, "minimumWarningOsVersion": null, "minimumRequiredAppVersion": null,
        "managedBrowser": "microsoftEdge", "appActionIfMaximumPinRetriesExceeded": "block",
        "appActionIfDeviceComplianceRequired": "block", "notificationRestriction": "blockOrganizationalData",
        "appGroupType": "selectedPublicApps", "targetedAppManagementLevels": "unspecified", "deployedAppCount": 3,
    })
}

pub(super) fn ios_protection(maker: &mut Maker, _: usize) -> Value {
    let mut own = protection(maker);
    merge(
        &mut own,
        json!({
            "appDataEncryptionType": "whenDeviceLocked", "faceIdBlocked": false, "customBrowserProtocol": null,
            "thirdPartyKeyboardsBlocked": maker.random.chance(40), "exemptedAppProtocols": [
                { "name": "Default", "value": "skype;app-settings;calshow;itms;itmss;itms-apps;itms-appss;itms-services;" },
            ],
            "apps": managed("iosMobileAppIdentifier", "bundleId", IOS),
        }),
    );
    let object = plain(maker, "IOS", "App protection", own);
    marked(maker, object, assignments::make)
}

pub(super) fn android_protection(maker: &mut Maker, _: usize) -> Value {
    let mut own = protection(maker);
    merge(
        &mut own,
        json!({
            "screenCaptureBlocked": maker.random.chance(70), "encryptAppData": true, "minimumRequiredPatchVersion": null,
            "disableAppEncryptionIfDeviceEncryptionIsEnabled": false, "customBrowserPackageId": "",
            "requiredAndroidSafetyNetDeviceAttestationType": "basicIntegrity", "exemptedAppPackages": [],
            "appActionIfAndroidSafetyNetDeviceAttestationFailed": "block", "deviceLockRequired": true,
            "apps": managed("androidMobileAppIdentifier", "packageId", ANDROID),
        }),
    );
    let object = plain(maker, "AND", "App protection", own);
    marked(maker, object, assignments::make)
}

pub(super) fn windows_protection(maker: &mut Maker, _: usize) -> Value {
    let own = json!({
        "version": format!("\"{}\"", maker.random.guid()), "printBlocked": maker.random.chance(60),
        "allowedInboundDataTransferSources": "allApps", "allowedOutboundClipboardSharingLevel": "none",
        "allowedOutboundDataTransferDestinations": "none", "appActionIfUnableToAuthenticateUser": null,
        "maximumAllowedDeviceThreatLevel": "low", "mobileThreatDefenseRemediationAction": "block",
        "minimumRequiredSdkVersion": null, "minimumWipeSdkVersion": null, "minimumRequiredOsVersion": "10.0.22631",
        "minimumWarningOsVersion": null, "minimumWipeOsVersion": null, "minimumRequiredAppVersion": null,
        "periodOfflineBeforeWipeIsEnforced": "P90D", "periodOfflineBeforeAccessCheck": "P1D", "deployedAppCount": 1,
        "apps": [{
            "id": "com.microsoft.edge.windows", "version": null,
            "mobileAppIdentifier": {
                "@odata.type": "#microsoft.graph.windowsAppIdentifier", "windowsAppId": "com.microsoft.edge",
            },
        }],
    });
    let object = plain(maker, "WIN", "App protection Edge", own);
    marked(maker, object, assignments::make)
}

/// Settings for one or several apps of the tenant on managed devices; every third is an OEM's.
pub(super) fn device_configuration(maker: &mut Maker, index: usize) -> Value {
    let android = maker.sources.of_kind(APPS, "androidManagedStoreApp");
    let ios = maker.sources.of_kind(APPS, "iosVppApp");
    let (oems, others): (Vec<Reference>, Vec<Reference>) =
        android.into_iter().partition(|app| app.name.contains("OEMConfig"));
    let object = match index % 3 {
        1 if !ios.is_empty() => ios_configuration(maker, index, &ios),
        2 if !oems.is_empty() => android_configuration(maker, index, &oems[..1], "com.zebra.oemconfig.common", true),
        _ => {
            let apps = &others[..others.len().min(2)];
            android_configuration(maker, index, apps, "com.microsoft.launcher.enterprise", false)
        }
    };
    assigned(maker, object, assignments::bare)
}

fn android_configuration(maker: &mut Maker, index: usize, apps: &[Reference], package: &str, oem: bool) -> Value {
    let package = format!("app:{package}");
    let payload = json!({
        "kind": "androidenterprise#managedConfiguration",
        "productId": package,
        "managedProperty": [
            { "key": "show_virtual_home", "valueBool": true },
            { "key": "grid_size", "valueString": "4;5" },
        ],
    });
    let own = json!({
        "targetedMobileApps": ids(apps), "version": 1 + index, "packageId": package,
        "payloadJson": STANDARD.encode(payload.to_string()), "appSupportsOemConfig": oem,
        "profileApplicability": "androidDeviceOwner", "connectedAppsEnabled": false,
        "permissionActions": [{ "permission": "android.permission.READ_PHONE_STATE", "action": "autoGrant" }],
    });
    typed(maker, "androidManagedStoreAppConfiguration", "AND", "App configuration", own)
}

fn ios_configuration(maker: &mut Maker, index: usize, apps: &[Reference]) -> Value {
    let setting = |key: &str, kind: &str, value: &str| json!({ "appConfigKey": key, "appConfigKeyType": kind, "appConfigKeyValue": value });
    let own = json!({
        "targetedMobileApps": ids(&apps[..apps.len().min(2)]), "version": 1 + index, "encodedSettingXml": null,
        "settings": [
            setting("com.microsoft.outlook.EmailProfile.AccountType", "stringType", "ModernAuth"),
            setting("IntuneMAMAllowedAccountsOnly", "stringType", "Enabled"),
        ],
    });
    typed(maker, "iosMobileAppConfiguration", "IOS", "App configuration", own)
}

fn ids(apps: &[Reference]) -> Vec<&str> {
    apps.iter().map(|app| app.id.as_str()).collect()
}

pub(super) fn app_configuration(maker: &mut Maker, _: usize) -> Value {
    let value = if maker.random.chance(50) { "true" } else { "false" };
    let own = json!({
        "version": format!("\"{}\"", maker.random.guid()), "deployedAppCount": 2, "appGroupType": "selectedPublicApps",
        "targetedAppManagementLevels": "unspecified",
        "customSettings": [
            { "name": "com.microsoft.intune.mam.managedbrowser.AppProxyRedirection", "value": value },
            { "name": "com.microsoft.intune.mam.managedbrowser.homepage", "value": "https://intranet.contoso.com" },
        ],
        "apps": managed("iosMobileAppIdentifier", "bundleId", &["com.microsoft.msedge", "com.microsoft.Office.Outlook"]),
    });
    let object = plain(maker, "MAM", "Managed browser", own);
    marked(maker, object, assignments::make)
}

/// What both kinds of Windows Information Protection have in common.
fn information_protection(maker: &mut Maker) -> Value {
    let list = |name: &str, resources: &[&str]| json!([{ "displayName": name, "resources": resources }]);
    json!({
        "version": format!("\"{}\"", maker.random.guid()), "enforcementLevel": "encryptAndAuditOnly",
        "enterpriseDomain": "contoso.com", "enterpriseProtectedDomainNames": list("Domains", &["contoso.com"]),
        "protectionUnderLockConfigRequired": false, "revokeOnUnenrollDisabled": false,
        "azureRightsManagementServicesAllowed": false, "rightsManagementServicesTemplateId": null,
        "iconsVisible": true, "exemptApps": [], "enterpriseNetworkDomainNames": list("Network", &["corp.contoso.com"]),
        "enterpriseProxiedDomains": [], "enterpriseIPRanges": [], "enterpriseIPRangesAreAuthoritative": false,
        "enterpriseProxyServers": [], "enterpriseInternalProxyServers": [], "neutralDomainResources": [],
        "enterpriseProxyServersAreAuthoritative": false, "indexingEncryptedStoresOrItemsBlocked": false,
        "smbAutoEncryptedFileExtensions": [], "dataRecoveryCertificate": null,
        "protectedApps": [{
            "@odata.type": "#microsoft.graph.windowsInformationProtectionStoreApp",
            "displayName": "Microsoft Teams", "description": "", "denied": false, "productName": "MSTeams",
            "publisherName": "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US",
        }],
    })
}

pub(super) fn information_protection_enrolled(maker: &mut Maker, _: usize) -> Value {
    let own = information_protection(maker);
    let object = plain(maker, "WIN", "Information protection, enrolled", own);
    marked(maker, object, assignments::make)
}

pub(super) fn information_protection_unenrolled(maker: &mut Maker, _: usize) -> Value {
    let mut own = information_protection(maker);
    merge(
        &mut own,
        json!({
            "revokeOnMdmHandoffDisabled": false, "mdmEnrollmentUrl": "https://enrollment.manage.microsoft.com",
            "windowsHelloForBusinessBlocked": false, "pinMinimumLength": 6, "pinUppercaseLetters": "notAllow",
            "pinLowercaseLetters": "notAllow", "pinSpecialCharacters": "notAllow", "pinExpirationDays": 0,
            "numberOfPastPinsRemembered": 0, "passwordMaximumAttemptCount": 10, "minutesOfInactivityBeforeDeviceLock": 15,
            "daysWithoutContactBeforeUnenroll": 90,
        }),
    );
    let object = plain(maker, "WIN", "Information protection, not enrolled", own);
    marked(maker, object, assignments::make)
}
