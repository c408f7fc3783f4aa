//! Device configurations of the classic, typed kind.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::assignments;
use super::generate::Maker;
use super::names::description;

pub(crate) fn make(maker: &mut Maker) -> Value {
    let id = maker.random.guid();
    let (kind, platform, topic, own) = match maker.random.below(9) {
        0 => ("windows10GeneralConfiguration", "WIN", "Device restrictions", windows_restrictions(maker)),
        1 => ("windows10EndpointProtectionConfiguration", "WIN", "Endpoint protection", endpoint_protection(maker)),
        2 => ("windowsUpdateForBusinessConfiguration", "WIN", "Update ring", update_ring(maker)),
        3 => ("windows10CustomConfiguration", "WIN", "Custom OMA-URI", custom(maker, &id)),
        4 => ("windowsWifiConfiguration", "WIN", "Wi-Fi", wifi(maker)),
        5 => ("iosGeneralDeviceConfiguration", "IOS", "Device restrictions", ios_restrictions(maker)),
        6 => ("macOSCustomConfiguration", "MAC", "Custom profile", mac_profile(maker, &id)),
        7 => ("androidDeviceOwnerGeneralDeviceConfiguration", "AND", "Fully managed", android(maker)),
        _ => ("iosUpdateConfiguration", "IOS", "Software updates", ios_updates(maker)),
    };
    let (created, modified) = maker.moments();
    let assignments = assignments::make(maker, &id);
    let mut object = json!({
        "@odata.type": format!("#microsoft.graph.{kind}"),
        "id": id,
        "lastModifiedDateTime": modified,
        "roleScopeTagIds": maker.scope_tags(),
        "supportsScopeTags": true,
        "deviceManagementApplicabilityRuleOsEdition": null,
        "deviceManagementApplicabilityRuleOsVersion": null,
        "deviceManagementApplicabilityRuleDeviceMode": null,
        "createdDateTime": created,
        "description": description(&mut maker.random, topic),
        "displayName": maker.name(platform, topic),
        "version": 1 + maker.random.below(12),
    });
    if let (Some(object), Value::Object(own)) = (object.as_object_mut(), own) {
        object.extend(own);
        object.insert("assignments".to_owned(), json!(assignments));
    }
    object
}

fn windows_restrictions(maker: &mut Maker) -> Value {
    let random = &mut maker.random;
    json!({
        "passwordRequired": random.chance(80),
        "passwordMinimumLength": 6 + random.below(10),
        "passwordRequiredType": random.pick(&["deviceDefault", "alphanumeric", "numeric"]),
        "passwordExpirationDays": null,
        "cameraBlocked": random.chance(20),
        "bluetoothBlocked": random.chance(10),
        "storageBlockRemovableStorage": random.chance(40),
        "cortanaBlocked": random.chance(90),
        "smartScreenBlockPromptOverride": random.chance(70),
        "diagnosticsDataSubmissionMode": random.pick(&["userDefined", "basic", "none"]),
        "edgeBlockPopups": random.chance(30),
        "defenderSystemScanSchedule": "userDefined",
        "defenderFileExtensionsToExclude": [],
        "edgeHomepageUrls": ["https://intranet.contoso.com"],
    })
}

fn endpoint_protection(maker: &mut Maker) -> Value {
    let random = &mut maker.random;
    json!({
        "firewallBlockStatefulFTP": random.chance(60),
        "firewallProfileDomain": {
            "firewallEnabled": "allowed",
            "stealthModeBlocked": false,
            "inboundConnectionsBlocked": random.chance(70),
        },
        "firewallProfilePublic": null,
        "bitLockerEncryptDevice": random.chance(80),
        "bitLockerSystemDrivePolicy": {
            "encryptionMethod": random.pick(&["xtsAes128", "xtsAes256"]),
            "startupAuthenticationRequired": true,
            "minimumPinLength": 4 + random.below(8),
        },
        "defenderAttackSurfaceReductionExcludedPaths": ["C:\\BuildAgent\\_work"],
        "appLockerApplicationControl": "notConfigured",
        "localSecurityOptionsInformationShownOnLockScreen": "notConfigured",
    })
}

fn update_ring(maker: &mut Maker) -> Value {
    let random = &mut maker.random;
    json!({
        "deliveryOptimizationMode": "userDefined",
        "automaticUpdateMode": random.pick(&["autoInstallAtMaintenanceTime", "windowsDefault"]),
        "qualityUpdatesDeferralPeriodInDays": random.below(31),
        "featureUpdatesDeferralPeriodInDays": random.below(181),
        "qualityUpdatesPaused": false,
        "featureUpdatesPaused": false,
        "qualityUpdatesPauseExpiryDateTime": "0001-01-01T00:00:00Z",
        "featureUpdatesPauseExpiryDateTime": "0001-01-01T00:00:00Z",
        "businessReadyUpdatesOnly": "userDefined",
        "deadlineForQualityUpdatesInDays": 1 + random.below(14),
        "installationSchedule": {
            "@odata.type": "#microsoft.graph.windowsUpdateActiveHoursInstall",
            "activeHoursStart": "08:00:00.0000000",
            "activeHoursEnd": "17:00:00.0000000",
        },
    })
}

/// Every third profile has an encrypted value, which is masked and read one by one.
fn custom(maker: &mut Maker, id: &str) -> Value {
    let mut settings = vec![json!({
        "@odata.type": "#microsoft.graph.omaSettingInteger",
        "displayName": "Disable consumer features",
        "description": "",
        "omaUri": "./Device/Vendor/MSFT/Policy/Config/Experience/AllowWindowsConsumerFeatures",
        "secretReferenceValueId": null,
        "isEncrypted": false,
        "value": maker.random.below(2),
        "isReadOnly": false,
    })];
    if maker.random.chance(33) {
        settings.push(json!({
            "@odata.type": "#microsoft.graph.omaSettingString",
            "displayName": "Proxy credentials",
            "description": "",
            "omaUri": "./Device/Vendor/MSFT/NetworkProxy/ProxyServer/ProxyAddress",
            "secretReferenceValueId": format!("{}_{id}_{}", maker.random.guid(), maker.random.guid()),
            "isEncrypted": true,
            "value": "****",
        }));
    }
    json!({ "omaSettings": settings })
}

fn wifi(maker: &mut Maker) -> Value {
    let random = &mut maker.random;
    json!({
        "preSharedKey": null,
        "wifiSecurityType": random.pick(&["wpaPersonal", "wpaEnterprise", "open"]),
        "meteredConnectionLimit": "unrestricted",
        "ssid": random.pick(&["CONTOSO-CORP", "CONTOSO-IOT", "CONTOSO-GUEST"]),
        "networkName": "Contoso",
        "connectAutomatically": true,
        "connectWhenNetworkNameIsHidden": random.chance(30),
        "forceFIPSCompliance": false,
        "proxySetting": "none",
    })
}

fn ios_restrictions(maker: &mut Maker) -> Value {
    let random = &mut maker.random;
    json!({
        "accountBlockModification": random.chance(40),
        "airDropBlocked": random.chance(50),
        "appStoreBlocked": random.chance(20),
        "cameraBlocked": random.chance(10),
        "iCloudBlockBackup": random.chance(60),
        "passcodeRequired": true,
        "passcodeMinimumLength": 4 + random.below(5),
        "passcodeMinutesOfInactivityBeforeLock": 1 + random.below(15),
        "safariCookieSettings": "browserDefault",
        "appsVisibilityList": [],
        "compliantAppListType": "none",
        "emailInDomainSuffixes": ["contoso.com"],
    })
}

fn mac_profile(maker: &mut Maker, id: &str) -> Value {
    let payload = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict><key>PayloadUUID</key><string>{id}</string><key>PayloadVersion</key><integer>{}</integer></dict></plist>\n",
        1 + maker.random.below(9)
    );
    json!({
        "payloadName": "Custom settings",
        "payloadFileName": format!("custom-{}.mobileconfig", &id[..8]),
        "payload": STANDARD.encode(payload),
        "deploymentChannel": "deviceChannel",
    })
}

fn android(maker: &mut Maker) -> Value {
    let random = &mut maker.random;
    json!({
        "accountsBlockModification": random.chance(50),
        "appsAllowInstallFromUnknownSources": false,
        "bluetoothBlockConfiguration": random.chance(30),
        "cameraBlocked": random.chance(10),
        "factoryResetBlocked": random.chance(60),
        "passwordMinimumLength": 4 + random.below(8),
        "passwordRequiredType": random.pick(&["numericComplex", "alphanumeric", "deviceDefault"]),
        "kioskModeApps": [],
        "playStoreMode": "allowList",
        "systemUpdateInstallType": random.pick(&["automatic", "windowed", "postpone"]),
        "systemUpdateWindowStartMinutesAfterMidnight": 60 * random.below(24),
    })
}

fn ios_updates(maker: &mut Maker) -> Value {
    let random = &mut maker.random;
    json!({
        "activeHoursStart": "00:00:00.0000000",
        "activeHoursEnd": "00:00:00.0000000",
        "desiredOsVersion": random.pick(&["18.3", "18.5", "26.0"]),
        "scheduledInstallDays": ["sunday"],
        "utcTimeOffsetInMinutes": null,
        "enforcedSoftwareUpdateDelayInDays": random.below(90),
        "isEnabled": true,
        "updateScheduleType": "updateOutsideOfActiveHours",
        "customUpdateTimeWindows": [],
    })
}
