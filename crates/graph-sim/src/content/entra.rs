//! What a tenant has in Entra beside Conditional Access.

use serde_json::{Value, json};

use super::generate::Maker;
use super::objects::{plain, without};
use crate::random::Random;

pub(super) fn strength(maker: &mut Maker, _: usize) -> Value {
    let (created, modified) = maker.moments();
    json!({
        "id": maker.random.guid(), "createdDateTime": created, "modifiedDateTime": modified,
        "displayName": maker.name("AUTH", "Passkeys for administrators"), "policyType": "custom",
        "description": "Passkeys of the models we hand out", "requirementsSatisfied": "mfa",
        "allowedCombinations": ["fido2", "windowsHelloForBusiness", "x509CertificateMultiFactor"],
        "combinationConfigurations": [],
    })
}

/// Ids are fixed: c1 to c99.
pub(super) fn context(maker: &mut Maker, index: usize) -> Value {
    const NAMES: &[(&str, &str)] = &[
        ("Sensitive documents", "Compliant device and phishing-resistant sign-in"),
        ("Privileged role activation", "Asked when a role is activated"),
        ("Finance systems", "Asked by the ERP"),
    ];
    let (name, description) = NAMES[index % NAMES.len()];
    json!({
        "id": format!("c{}", index + 1), "displayName": maker.namer.unique(name.to_owned()), "description": description,
        "isAvailable": true,
    })
}

/// Terms of use, with one document a language.
pub(super) fn agreement(maker: &mut Maker, _: usize) -> Value {
    let file = |maker: &mut Maker, language: &str, default: bool| {
        json!({
            "id": maker.random.guid(), "fileName": format!("terms-{language}.pdf"), "displayName": "Terms of use",
            "language": language, "isDefault": default, "isMajorVersion": false,
            "createdDateTime": "2025-04-02T09:00:00Z", "fileData": null,
        })
    };
    let files = [file(maker, "en", true), file(maker, "nl", false)];
    json!({
        "id": maker.random.guid(), "displayName": maker.name("TOU", "Guests"), "isViewingBeforeAcceptanceRequired": true,
        "isPerDeviceAcceptanceRequired": false, "userReacceptRequiredFrequency": "P365D", "termsExpiration": null,
        "files": files,
    })
}

/// What users may do with Microsoft 365 groups.
pub(super) fn group_setting(maker: &mut Maker, _: usize) -> Value {
    let value = |name: &str, value: &str| json!({ "name": name, "value": value });
    let creators = maker.random.pick(&maker.sources.groups).clone();
    let naming = maker.random.pick(&["", "[GroupName]_[Department]", "M365_[GroupName]"]);
    json!({
        "id": maker.random.guid(), "displayName": "Group.Unified", "templateId": "62375ab9-6b52-47ed-826b-58e47e0e304b",
        "values": [
            value("EnableMIPLabels", "true"), value("CustomBlockedWordsList", "CEO,Payroll"),
            value("PrefixSuffixNamingRequirement", naming), value("AllowGuestsToAccessGroups", "true"),
            value("AllowToAddGuests", "true"), value("EnableGroupCreation", "false"),
            value("GroupCreationAllowedGroupId", &creators),
        ],
    })
}

pub(super) fn application(maker: &mut Maker, index: usize) -> Value {
    const NAMES: &[&str] = &["Contoso intranet", "Service desk portal", "Payroll", "Reporting jobs", "Room booking"];
    let name = NAMES[index % NAMES.len()];
    let app = maker.random.guid();
    let own = json!({
        "appId": app, "publisherDomain": "contoso.com", "signInAudience": "AzureADMyOrg", "tags": [],
        "identifierUris": [format!("api://{app}")], "isFallbackPublicClient": false, "notes": null,
        "appRoles": [], "groupMembershipClaims": null, "serviceManagementReference": null,
        "requiredResourceAccess": [{
            "resourceAppId": "00000003-0000-0000-c000-000000000000",
            "resourceAccess": [{ "id": Random::from_text("User.Read").guid(), "type": "Scope" }],
        }],
        "web": {
            "homePageUrl": "https://intranet.contoso.com", "logoutUrl": null,
            "redirectUris": ["https://intranet.contoso.com/signin-oidc"], "redirectUriSettings": [],
            "implicitGrantSettings": { "enableAccessTokenIssuance": false, "enableIdTokenIssuance": true },
        },
        "spa": { "redirectUris": [] }, "publicClient": { "redirectUris": [] },
        "passwordCredentials": [{
            "keyId": maker.random.guid(), "displayName": "CI", "hint": "x7Q", "secretText": null,
            "startDateTime": "2025-09-01T00:00:00Z", "endDateTime": "2026-09-01T00:00:00Z", "customKeyIdentifier": null,
        }],
        "keyCredentials": [],
    });
    let mut object = plain(maker, "APP", name, own);
    object["displayName"] = json!(maker.namer.unique(format!("{name} (Entra)")));
    without(object, &["lastModifiedDateTime", "roleScopeTagIds"])
}
