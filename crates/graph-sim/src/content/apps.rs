//! Apps of every kind that tenants deploy, with assignments, categories and relationships.

use serde_json::{Value, json};

use super::assignments;
use super::defaults::app_category;
use super::generate::Maker;
use super::objects::{assigned, merge, typed};

const APPS: &str = "deviceAppManagement/mobileApps";

/// Name, publisher, category, and what makes the rest of one kind of app.
type App = (&'static str, &'static str, &'static str, fn(&mut Maker) -> (&'static str, Value));

/// The first ones are in every tenant that has apps, and tenants with more apps have all kinds.
const CATALOG: &[App] = &[
    ("7-Zip", "Igor Pavlov", "Productivity", |maker| {
        win32(maker, "7z2409-x64.msi", "C:\\Program Files\\7-Zip", "7z.exe")
    }),
    ("Managed Home Screen", "Microsoft Corporation", "Computer management", |_| {
        android("com.microsoft.launcher.enterprise", false)
    }),
    ("Microsoft Outlook", "Microsoft Corporation", "Collaboration & Social", |maker| {
        vpp(maker, "com.microsoft.Office.Outlook", "951937596")
    }),
    ("Company Portal", "Microsoft Corporation", "Computer management", |_| winget("9WZDNCRFJ3PZ")),
    ("Microsoft 365 Apps for Windows", "Microsoft Corporation", "Productivity", |_| office()),
    ("Contoso intranet", "Contoso", "Business", |_| {
        ("webApp", json!({ "appUrl": "https://intranet.contoso.com", "useManagedBrowser": true }))
    }),
    ("Microsoft Edge for macOS", "Microsoft Corporation", "Productivity", |_| {
        ("macOSMicrosoftEdgeApp", json!({ "channel": "stable" }))
    }),
    ("Microsoft Defender for macOS", "Microsoft Corporation", "Computer management", |_| {
        ("macOSMicrosoftDefenderApp", json!({}))
    }),
    ("Microsoft Edge for Windows", "Microsoft Corporation", "Productivity", |_| {
        ("windowsMicrosoftEdgeApp", json!({ "channel": "stable", "displayLanguageLocale": null }))
    }),
    ("Microsoft Teams", "Microsoft Corporation", "Collaboration & Social", |_| {
        ios_store("com.microsoft.skype.teams", "1113153706")
    }),
    ("Microsoft Outlook for Android", "Microsoft Corporation", "Collaboration & Social", |_| {
        android("com.microsoft.office.outlook", false)
    }),
    ("Microsoft 365 Apps for macOS", "Microsoft Corporation", "Productivity", |_| ("macOSOfficeSuiteApp", json!({}))),
    ("Zebra OEMConfig", "Zebra Technologies", "Computer management", |_| android("com.zebra.oemconfig.common", true)),
    ("Contoso Field Service", "Contoso", "Business", |maker| {
        win32(maker, "FieldServiceSetup.exe", "C:\\Program Files\\Contoso\\Field", "field.exe")
    }),
    ("Windows Terminal", "Microsoft Corporation", "Development & Design", |_| winget("9N0DX20HK701")),
    ("Microsoft Authenticator", "Microsoft Corporation", "Productivity", |_| {
        ios_store("com.microsoft.azureauthenticator", "983156458")
    }),
    ("Notepad++", "Don HO", "Development & Design", |maker| {
        win32(maker, "npp.8.7.installer.x64.exe", "C:\\Program Files\\Notepad++", "notepad++.exe")
    }),
    ("Google Chrome Enterprise", "Google LLC", "Productivity", |maker| {
        win32(
            maker,
            "googlechromestandaloneenterprise64.msi",
            "C:\\Program Files\\Google\\Chrome\\Application",
            "chrome.exe",
        )
    }),
];

/// The app that the store lists for everybody; nobody assigned it, and the usual filter hides it.
const STORE_APP: App = ("Microsoft Word", "Microsoft Corporation", "Productivity", |_| {
    let mut own = ios_store("com.microsoft.Office.Word", "586447913").1;
    own["appAvailability"] = json!("global");
    own["version"] = json!("2.98");
    own.as_object_mut()
        .into_iter()
        .for_each(|fields| fields.retain(|name, _| name != "appleDeviceAppDeliveryProtocolType"));
    ("managedIOSStoreApp", own)
});

pub(super) fn make(maker: &mut Maker, index: usize) -> Value {
    // Every twelfth app is one of the store's that nobody has assigned.
    let (store, at) = (index % 12 == 11, index - index / 12);
    let (name, publisher, category, rest) = if store { STORE_APP } else { CATALOG[at % CATALOG.len()] };
    let (kind, own) = rest(maker);
    let featured = maker.random.chance(15);
    let mut object = typed(
        maker,
        kind,
        "APP",
        name,
        json!({
            "publisher": publisher, "owner": "", "developer": publisher, "notes": "", "informationUrl": null,
            "privacyInformationUrl": null, "largeIcon": null, "isFeatured": featured,
            "publishingState": "published", "uploadState": 1, "dependentAppCount": 0, "supersedingAppCount": 0,
            "supersededAppCount": 0,
        }),
    );
    object["displayName"] = json!(maker.namer.unique(name.to_owned()));
    object["description"] = json!(format!("{name} by {publisher}."));
    merge(&mut object, own);
    object["categories"] = json!([app_category(category)]);
    let related = relationships(maker, &object);
    if let Some(one) = related.first() {
        let count = if one["@odata.type"] == "#microsoft.graph.mobileAppSupersedence" {
            "supersededAppCount"
        } else {
            "dependentAppCount"
        };
        object[count] = json!(1);
    }
    object["relationships"] = json!(related);
    let mut object = assigned(maker, object, assignments::make);
    if store {
        object["assignments"] = json!([]);
    }
    give_intents(maker, kind, &mut object);
    object["isAssigned"] = json!(object["assignments"].as_array().is_some_and(|all| !all.is_empty()));
    object
}

fn give_intents(maker: &mut Maker, kind: &str, object: &mut Value) {
    let settings = settings(kind);
    for assignment in object["assignments"].as_array_mut().into_iter().flatten() {
        assignment["intent"] = json!(maker.random.pick(&["required", "required", "available", "uninstall"]));
        assignment["settings"] = settings.clone();
    }
}

/// What an assignment of this kind of app says besides.
fn settings(kind: &str) -> Value {
    let (name, mut own) = match kind {
        "win32LobApp" => (
            "win32LobAppAssignmentSettings",
            json!({
                "notifications": "showReboot", "restartSettings": null, "installTimeSettings": null,
                "deliveryOptimizationPriority": "foreground", "autoUpdateSettings": null,
            }),
        ),
        "winGetApp" => (
            "winGetAppAssignmentSettings",
            json!({ "notifications": "hideAll", "restartSettings": null, "installTimeSettings": null }),
        ),
        "iosVppApp" => (
            "iosVppAppAssignmentSettings",
            json!({
                "useDeviceLicensing": true, "vpnConfigurationId": null, "uninstallOnDeviceRemoval": true,
                "isRemovable": true, "preventManagedAppBackup": false, "preventAutoAppUpdate": false,
            }),
        ),
        "iosStoreApp" => (
            "iosStoreAppAssignmentSettings",
            json!({
                "vpnConfigurationId": null, "uninstallOnDeviceRemoval": true, "isRemovable": true,
                "preventManagedAppBackup": false,
            }),
        ),
        "androidManagedStoreApp" => (
            "androidManagedStoreAppAssignmentSettings",
            json!({ "androidManagedStoreAppTrackIds": [], "autoUpdateMode": "default" }),
        ),
        _ => return Value::Null,
    };
    own["@odata.type"] = json!(format!("#microsoft.graph.{name}"));
    own
}

/// An installer replaces the one before it, or needs it.
fn relationships(maker: &mut Maker, object: &Value) -> Vec<Value> {
    if object["@odata.type"] != "#microsoft.graph.win32LobApp" {
        return Vec::new();
    }
    let Some(target) = maker.sources.of_kind(APPS, "win32LobApp").pop() else {
        return Vec::new();
    };
    let id = format!("{}_{}", object["id"].as_str().unwrap_or_default(), target.id);
    let mut relationship = json!({
        "id": id, "targetId": target.id, "targetDisplayName": target.name, "targetDisplayVersion": null,
        "targetPublisher": "Contoso", "targetPublisherDisplayName": "Contoso", "targetType": "child",
        "sourceId": object["id"], "sourceDisplayName": object["displayName"], "sourceDisplayVersion": null,
        "sourcePublisherDisplayName": object["publisher"],
    });
    let own = if maker.random.chance(50) {
        json!({
            "@odata.type": "#microsoft.graph.mobileAppSupersedence", "supersedenceType": "update",
            "supersededAppCount": 1, "supersedingAppCount": 0,
        })
    } else {
        json!({
            "@odata.type": "#microsoft.graph.mobileAppDependency", "dependencyType": "autoInstall",
            "dependentAppCount": 0, "dependsOnAppCount": 1,
        })
    };
    merge(&mut relationship, own);
    vec![relationship]
}

fn win32(maker: &mut Maker, file: &str, folder: &str, program: &str) -> (&'static str, Value) {
    let packed = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let (minor, patch) = (maker.random.below(20), maker.random.below(90));
    let version = format!("{}.{minor}.{patch}", 1 + maker.random.below(24));
    let install = if file.ends_with(".msi") { format!("msiexec /i \"{file}\" /qn") } else { format!("\"{file}\" /S") };
    let rule = json!({
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection", "path": folder,
        "fileOrFolderName": program, "check32BitOn64System": false, "operationType": "version",
        "operator": "greaterThanOrEqual", "comparisonValue": version,
    });
    let codes = [(0, "success"), (1707, "success"), (3010, "softReboot"), (1641, "hardReboot"), (1618, "retry")];
    let codes: Vec<Value> = codes.iter().map(|(code, kind)| json!({ "returnCode": code, "type": kind })).collect();
    let own = json!({
        "committedContentVersion": "1", "fileName": format!("{packed}.intunewin"),
        "size": 1_000_000 + maker.random.below(90_000_000), "installCommandLine": install,
        "uninstallCommandLine": format!("\"{folder}\\uninstall.exe\" /S"), "applicableArchitectures": "x64",
        "allowedArchitectures": null, "minimumFreeDiskSpaceInMB": null, "minimumMemoryInMB": null,
        "minimumNumberOfProcessors": null, "minimumCpuSpeedInMHz": null, "setupFilePath": file,
        "minimumSupportedWindowsRelease": "Windows11_23H2", "displayVersion": version,
        "allowAvailableUninstall": true, "msiInformation": null, "detectionRules": [], "requirementRules": [],
        "rules": [rule], "returnCodes": codes,
        "installExperience": { "runAsAccount": "system", "deviceRestartBehavior": "basedOnReturnCode", "maxRunTimeInMinutes": 60 },
    });
    ("win32LobApp", own)
}

fn winget(package: &str) -> (&'static str, Value) {
    let own = json!({
        "packageIdentifier": package, "manifestHash": null, "installExperience": { "runAsAccount": "user" },
    });
    ("winGetApp", own)
}

fn office() -> (&'static str, Value) {
    let own = json!({
        "autoAcceptEula": true, "productIds": ["o365ProPlusRetail"], "useSharedComputerActivation": false,
        "updateChannel": "monthlyEnterprise", "officeSuiteAppDefaultFileFormat": "officeOpenXMLFormat",
        "officePlatformArchitecture": "x64", "localesToInstall": ["en-us", "nl-nl"],
        "installProgressDisplayLevel": "none", "shouldUninstallOlderVersionsOfOffice": true, "targetVersion": "",
        "updateVersion": "", "officeConfigurationXml": null,
        "excludedApps": {
            "access": true, "bing": true, "excel": false, "groove": true, "infoPath": true, "lync": true,
            "oneDrive": false, "oneNote": false, "outlook": false, "powerPoint": false, "publisher": true,
            "sharePointDesigner": true, "teams": true, "visio": true, "word": false,
        },
    });
    ("officeSuiteApp", own)
}

fn ios_store(bundle: &str, number: &str) -> (&'static str, Value) {
    let own = json!({
        "bundleId": bundle, "appStoreUrl": format!("https://apps.apple.com/us/app/id{number}"),
        "applicableDeviceType": { "iPad": true, "iPhoneAndIPod": true }, "appleDeviceAppDeliveryProtocolType": "default",
        "minimumSupportedOperatingSystem": { "v16_0": false, "v17_0": true, "v18_0": false },
    });
    ("iosStoreApp", own)
}

fn vpp(maker: &mut Maker, bundle: &str, number: &str) -> (&'static str, Value) {
    let token = maker.sources.made("deviceAppManagement/vppTokens").first().cloned();
    let used = maker.random.below(400);
    let own = json!({
        "bundleId": bundle, "appStoreUrl": format!("https://apps.apple.com/us/app/id{number}"),
        "applicableDeviceType": { "iPad": true, "iPhoneAndIPod": true }, "appleDeviceAppDeliveryProtocolType": "default",
        "licensingType": {
            "supportUserLicensing": true, "supportDeviceLicensing": true, "supportsUserLicensing": true,
            "supportsDeviceLicensing": true,
        },
        "releaseDateTime": "2024-09-16T00:00:00Z", "totalLicenseCount": 500, "usedLicenseCount": used,
        "revokeLicenseActionResults": [], "vppTokenAccountType": "business", "vppTokenOrganizationName": "Contoso",
        "vppTokenId": token.as_ref().map(|token| &token.id),
        "vppTokenDisplayName": token.as_ref().map(|token| &token.name),
        "vppTokenAppleId": "vpp@contoso.com",
    });
    ("iosVppApp", own)
}

fn android(package: &str, oem: bool) -> (&'static str, Value) {
    let own = json!({
        "packageId": package, "appIdentifier": format!("app:{package}"),
        "appStoreUrl": format!("https://play.google.com/store/apps/details?id={package}"), "usedLicenseCount": 0,
        "totalLicenseCount": 0, "isPrivate": false, "isSystemApp": false, "appTracks": [], "supportsOemConfig": oem,
    });
    ("androidManagedStoreApp", own)
}

pub(super) fn category(maker: &mut Maker, index: usize) -> Value {
    const NAMES: &[&str] = &["Field service", "Engineering tools", "Finance", "Health and safety"];
    let (_, modified) = maker.moments();
    let name = NAMES[index % NAMES.len()].to_owned();
    json!({ "id": maker.random.guid(), "displayName": maker.namer.unique(name), "lastModifiedDateTime": modified })
}

pub(super) fn vpp_token(maker: &mut Maker, _: usize) -> Value {
    let (_, modified) = maker.moments();
    json!({
        "id": maker.random.guid(), "organizationName": "Contoso", "vppTokenAccountType": "business",
        "appleId": "vpp@contoso.com", "expirationDateTime": "2027-02-14T09:30:00Z", "lastModifiedDateTime": modified,
        "lastSyncDateTime": "2026-05-31T22:14:51Z", "token": null, "state": "valid", "tokenActionResults": [],
        "lastSyncStatus": "completed", "automaticallyUpdateApps": true, "countryOrRegion": "nl",
        "dataSharingConsentGranted": true, "displayName": maker.namer.unique("Contoso volume purchase".to_owned()),
        "locationName": "Contoso HQ", "claimTokenManagementFromExternalMdm": false,
        "appleDeviceAppDeliveryProtocolType": "default", "roleScopeTagIds": ["0"],
    })
}
