//! Objects that every tenant has, whoever configured it: they are changed, never created or deleted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::enrolment::{restriction, status_page};
use super::objects::merge;
use super::singletons;
use super::tenant_admin::permissions;
use crate::config::TenantSpec;
use crate::random::Random;
use crate::store::Store;

/// When the tenant began.
const FIRST_DAY: &str = "2021-03-15T09:24:11Z";

/// Categories of apps that Microsoft made, with their ids in every tenant.
const APP_CATEGORIES: &[(&str, &str)] = &[
    ("0720a99e-562b-4a77-83f0-9a7523fcf13e", "Other apps"),
    ("f1fc9fe2-728d-4867-9a72-a61e18f8c606", "Books & Reference"),
    ("046e0b16-76ce-4b49-bf1b-1cc5bd94fb47", "Data management"),
    ("ed899483-3019-425e-a470-28e901b9790e", "Productivity"),
    ("2b73ae71-12c8-49be-b462-3dae769ccd9d", "Business"),
    ("79bc98d4-7ddf-4841-9bc1-5c84a0d7ee48", "Development & Design"),
    ("5dcd7a90-0306-4f09-a75d-6b97a243f04e", "Photos & Media"),
    ("f79135dc-8e41-48c1-9a59-ab9a7259c38e", "Collaboration & Social"),
    ("981deed8-6857-4e78-a50e-c3f61d312737", "Computer management"),
];

/// The id of a category of Microsoft's.
pub(super) fn app_category(name: &str) -> &'static str {
    APP_CATEGORIES.iter().find(|(_, known)| *known == name).map_or(APP_CATEGORIES[0].0, |(id, _)| id)
}

pub(super) fn add(store: &mut Store, spec: &TenantSpec) {
    // An id of the tenant's own for each kind of thing, without drawing from anybody's numbers.
    let own = |purpose: &str| Random::from_text(&format!("{}{purpose}", spec.tenant_id)).guid();
    for (id, name) in APP_CATEGORIES {
        let object = json!({ "id": id, "displayName": name, "lastModifiedDateTime": "0001-01-01T00:00:00Z" });
        store.insert("deviceAppManagement/mobileAppCategories", id, object);
    }
    enrolment(store, &own("enrolment"));
    let id = own("branding");
    let object = branding(&id, &spec.display_name, &spec.primary_domain, (FIRST_DAY, FIRST_DAY));
    store.insert("deviceManagement/intuneBrandingProfiles", &id, object);
    roles(store);
    strengths(store);
    store.insert("domains", &spec.primary_domain, domain(&spec.primary_domain));
    administrators(store, spec);
    singletons::add(store, spec);
}

/// The defaults have priority 0 and everybody as their target.
fn enrolment(store: &mut Store, id: &str) {
    let all = |own: Value, kind: &str, suffix: &str| {
        let mut object = json!({
            "@odata.type": format!("#microsoft.graph.{kind}"), "id": format!("{id}_{suffix}"),
            "displayName": "All users and all devices", "priority": 0, "version": 0, "roleScopeTagIds": ["0"],
            "description": "This is the default configuration applied with the lowest priority to all users regardless of group membership.",
            "createdDateTime": "0001-01-01T00:00:00Z", "lastModifiedDateTime": "0001-01-01T00:00:00Z",
            "deviceEnrollmentConfigurationType": format!("d{}", &suffix[1..]),
            "assignments": [{
                "id": format!("{id}_{suffix}_adadadad-808e-44e2-905a-0b7873a8a531"),
                "source": "direct", "sourceId": format!("{id}_{suffix}"),
                "target": {
                    "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget",
                    "deviceAndAppManagementAssignmentFilterId": null,
                    "deviceAndAppManagementAssignmentFilterType": "none",
                },
            }],
        });
        merge(&mut object, own);
        object
    };
    let platforms = json!({
        "iosRestriction": restriction(false, None), "windowsRestriction": restriction(false, None),
        "windowsHomeSkuRestriction": restriction(false, None), "windowsMobileRestriction": restriction(true, None),
        "androidRestriction": restriction(true, None), "androidForWorkRestriction": restriction(false, None),
        "macRestriction": restriction(false, None), "macOSRestriction": restriction(false, None),
        "tvosRestriction": restriction(false, None), "visionOSRestriction": restriction(false, None),
    });
    let hello = json!({
        "pinMinimumLength": 6, "pinMaximumLength": 127, "pinUppercaseCharactersUsage": "disallowed",
        "pinLowercaseCharactersUsage": "disallowed", "pinSpecialCharactersUsage": "disallowed", "state": "notConfigured",
        "securityDeviceRequired": false, "unlockWithBiometricsEnabled": true, "remotePassportEnabled": true,
        "pinPreviousBlockCount": 0, "pinExpirationInDays": 0, "enhancedBiometricsState": "notConfigured",
        "securityKeyForSignIn": "notConfigured", "enhancedSignInSecurity": 0,
    });
    let mut page = status_page(false);
    page["selectedMobileAppIds"] = json!([]);
    for (own, kind, suffix) in [
        (json!({ "limit": 5 }), "deviceEnrollmentLimitConfiguration", "DefaultLimit"),
        (platforms, "deviceEnrollmentPlatformRestrictionsConfiguration", "DefaultPlatformRestrictions"),
        (hello, "deviceEnrollmentWindowsHelloForBusinessConfiguration", "DefaultWindowsHelloForBusiness"),
        (
            page,
            "windows10EnrollmentCompletionPageConfiguration",
            "DefaultWindows10EnrollmentCompletionPageConfiguration",
        ),
    ] {
        let object = all(own, kind, suffix);
        store.insert("deviceManagement/deviceEnrollmentConfigurations", &format!("{id}_{suffix}"), object);
    }
}

/// What a branding profile shows; its pictures come only when asked for one by one.
pub(super) fn branding(id: &str, company: &str, domain: &str, (created, modified): (&str, &str)) -> Value {
    let picture = |name: &str| json!({ "type": "image/png", "value": STANDARD.encode(format!("PNG {name} {id}")) });
    json!({
        "id": id, "profileName": "Default", "profileDescription": "Default branding profile", "isDefaultProfile": true,
        "createdDateTime": created, "lastModifiedDateTime": modified, "displayName": company,
        "themeColor": { "r": 0, "g": 90, "b": 158 }, "showLogo": true, "showDisplayNameNextToLogo": true,
        "themeColorLogo": picture("theme"), "lightBackgroundLogo": picture("light"),
        "landingPageCustomizedImage": picture("landing"), "contactITName": "Service desk",
        "contactITPhoneNumber": "+31 20 555 0100", "contactITEmailAddress": format!("servicedesk@{domain}"),
        "contactITNotes": "", "onlineSupportSiteUrl": "https://support.contoso.com", "onlineSupportSiteName": "Support",
        "privacyUrl": "https://www.contoso.com/privacy", "customPrivacyMessage": null,
        "customCanSeePrivacyMessage": null, "customCantSeePrivacyMessage": null, "isRemoveDeviceDisabled": false,
        "isFactoryResetDisabled": true, "companyPortalBlockedActions": [], "disableDeviceCategorySelection": false,
        "showAzureADEnterpriseApps": false, "showOfficeWebApps": false, "showConfigurationManagerApps": true,
        "disableClientTelemetry": false, "enrollmentAvailability": "availableWithPrompts", "roleScopeTagIds": ["0"],
        "assignments": [],
    })
}

fn roles(store: &mut Store) {
    const BUILT_IN: &[(&str, &str, &[&str])] = &[
        (
            "0bd113fe-6be5-400c-a28f-ae5553f9c0be",
            "Policy and Profile manager",
            &["Microsoft.Intune_DeviceConfigurations_Create", "Microsoft.Intune_DeviceConfigurations_Assign"],
        ),
        (
            "9e0cc482-82df-4ab2-a24c-0c23a3f52e1e",
            "Help Desk Operator",
            &["Microsoft.Intune_ManagedDevices_Read", "Microsoft.Intune_RemoteTasks_ResetPasscode"],
        ),
        (
            "c1d9fcbb-cba5-40b0-bf6b-527006585f4b",
            "Application Manager",
            &["Microsoft.Intune_MobileApps_Create", "Microsoft.Intune_MobileApps_Assign"],
        ),
        ("fa1d7878-e8cb-41a1-8254-0142355c9e84", "Read Only Operator", &["Microsoft.Intune_ManagedDevices_Read"]),
    ];
    for (id, name, allowed) in BUILT_IN {
        let mut object = permissions(allowed);
        merge(
            &mut object,
            json!({
                "@odata.type": "#microsoft.graph.deviceAndAppManagementRoleDefinition", "id": id, "displayName": name,
                "description": format!("{name}s, as Microsoft made them."), "isBuiltIn": true,
                "isBuiltInRoleDefinition": true, "roleScopeTagIds": ["0"],
            }),
        );
        store.insert("deviceManagement/roleDefinitions", id, object);
    }
}

fn strengths(store: &mut Store) {
    const BUILT_IN: &[(&str, &str, &[&str])] = &[
        (
            "00000000-0000-0000-0000-000000000002",
            "Multifactor authentication",
            &[
                "windowsHelloForBusiness",
                "fido2",
                "x509CertificateMultiFactor",
                "deviceBasedPush",
                "temporaryAccessPassOneTime",
                "password,microsoftAuthenticatorPush",
                "password,softwareOath",
                "password,sms",
            ],
        ),
        (
            "00000000-0000-0000-0000-000000000003",
            "Passwordless MFA",
            &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush"],
        ),
        (
            "00000000-0000-0000-0000-000000000004",
            "Phishing-resistant MFA",
            &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"],
        ),
    ];
    for (id, name, combinations) in BUILT_IN {
        let object = json!({
            "id": id, "createdDateTime": "2021-12-01T00:00:00Z", "modifiedDateTime": "2021-12-01T00:00:00Z",
            "displayName": name, "description": format!("{name}, as Microsoft defines it"), "policyType": "builtIn",
            "requirementsSatisfied": "mfa", "allowedCombinations": combinations, "combinationConfigurations": [],
        });
        store.insert("identity/conditionalAccess/authenticationStrength/policies", id, object);
    }
}

fn domain(name: &str) -> Value {
    json!({
        "id": name, "authenticationType": "Managed", "availabilityStatus": null, "isAdminManaged": true,
        "isDefault": true, "isInitial": true, "isRoot": true, "isVerified": true, "state": null, "manufacturer": null,
        "model": null, "supportedServices": ["Email", "OfficeCommunicationsOnline"],
        "passwordValidityPeriodInDays": 2_147_483_647, "passwordNotificationWindowInDays": 14,
    })
}

/// The people who change things.
fn administrators(store: &mut Store, spec: &TenantSpec) {
    for name in ["Sanne de Vries", "Jonas Weber", "Priya Sharma"] {
        let id = Random::from_text(&format!("{}{name}", spec.tenant_id)).guid();
        let local = name.to_lowercase().replace(' ', ".");
        let principal = format!("{local}@{}", spec.primary_domain);
        let object = json!({
            "id": id, "displayName": name, "userPrincipalName": principal, "mail": principal, "accountEnabled": true,
            "userType": "Member", "jobTitle": "Endpoint administrator",
        });
        store.insert("users", &id, object);
    }
}
