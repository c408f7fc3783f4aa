//! What a tenant holds: what every tenant has, and what is generated from a seed.

mod admin_templates;
mod app_policies;
mod apps;
mod assignments;
mod catalog;
mod certificates;
mod compliance;
mod defaults;
pub(crate) mod definitions;
mod device_configurations;
mod directory;
mod endpoint;
mod enrolment;
mod entra;
mod families;
mod generate;
mod names;
mod objects;
mod past;
mod policy_sets;
mod scripts;
mod singletons;
mod tenant_admin;
mod tenant_wide;
mod types;
mod updates;

pub(crate) use crate::config::Content as Source;
pub(crate) use admin_templates::known as known_definition;
pub(crate) use directory::members;
pub(crate) use generate::generate;
pub(crate) use past::surround;

use serde_json::{Value, json};

use crate::config::TenantSpec;
use crate::random::Random;
use crate::store::Store;
use crate::token::ROLES;

/// The application id of Microsoft Graph in every tenant.
const GRAPH_APPLICATION: &str = "00000003-0000-0000-c000-000000000000";

/// What every tenant has: the organisation, default objects, singletons, our service principal and Graph's.
pub(crate) fn base(spec: &TenantSpec) -> Store {
    let mut store = Store::default();
    let mut random = Random::from_text(&spec.tenant_id);
    store.insert(
        "organization",
        &spec.tenant_id,
        json!({
            "id": spec.tenant_id,
            "displayName": spec.display_name,
            "countryLetterCode": "NL",
            "createdDateTime": "2021-03-15T09:24:11Z",
            "tenantType": "AAD",
            "mobileDeviceManagementAuthority": "intune",
            "verifiedDomains": [
                { "capabilities": "Email, OfficeCommunicationsOnline", "isDefault": true, "isInitial": true, "name": spec.primary_domain, "type": "Managed" },
            ],
            "branding": branding(&spec.tenant_id),
        }),
    );
    store.insert(
        "deviceManagement/roleScopeTags",
        "0",
        json!({ "id": "0", "displayName": "Default", "description": "Default scope tag", "isBuiltIn": true, "assignments": [] }),
    );
    let (ours, graphs) = (random.guid(), random.guid());
    let grants: Vec<_> = ROLES
        .iter()
        .map(|role| {
            json!({
                "id": random.guid(),
                "appRoleId": Random::from_text(role).guid(),
                "principalId": ours,
                "principalType": "ServicePrincipal",
                "resourceId": graphs,
                "resourceDisplayName": "Microsoft Graph",
                "createdDateTime": "2026-01-10T08:00:00Z",
            })
        })
        .collect();
    let roles: Vec<_> = ROLES
        .iter()
        .map(|role| {
            json!({
                "id": Random::from_text(role).guid(),
                "value": role,
                "displayName": role,
                "isEnabled": true,
                "allowedMemberTypes": ["Application"],
            })
        })
        .collect();
    store.insert(
        "servicePrincipals",
        &ours,
        json!({
            "id": ours, "appId": spec.client_id, "displayName": "TenantAtlas", "accountEnabled": true,
            "servicePrincipalType": "Application", "appRoles": [], "appRoleAssignments": grants,
        }),
    );
    store.insert(
        "servicePrincipals",
        &graphs,
        json!({
            "id": graphs, "appId": GRAPH_APPLICATION, "displayName": "Microsoft Graph", "accountEnabled": true,
            "servicePrincipalType": "Application", "appRoles": roles, "appRoleAssignments": [],
        }),
    );
    defaults::add(&mut store, spec);
    store
}

/// How the sign-in page looks, by language; the default one has the id 0.
fn branding(tenant: &str) -> Value {
    let localization = |id: &str, text: &str| {
        json!({
            "id": id, "backgroundColor": "#005A9E", "signInPageText": text, "usernameHintText": null,
            "backgroundImageRelativeUrl": null, "bannerLogoRelativeUrl": null, "cdnList": [],
            "customPrivacyAndCookiesUrl": "https://www.contoso.com/privacy", "headerBackgroundColor": null,
            "loginPageTextVisibilitySettings": {
                "hidePrivacyAndCookies": false, "hideTermsOfUse": true, "hideForgotMyPassword": false,
                "hideResetItNow": false, "hideCannotAccessYourAccount": false,
            },
            "loginPageLayoutConfiguration": {
                "layoutTemplateType": "default", "isHeaderShown": false, "isFooterShown": true,
            },
        })
    };
    let mut default = localization(tenant, "Sign in with your work account. Help: 5555.");
    default["localizations"] = json!([
        localization("0", "Sign in with your work account. Help: 5555."),
        localization("nl-NL", "Meld je aan met je werkaccount. Hulp: 5555."),
    ]);
    default
}
