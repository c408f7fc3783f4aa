//! What a tenant has few of: filters, scope tags, notification templates, Conditional Access, named locations.

use serde_json::{Value, json};

use super::generate::Maker;
use super::names::description;

pub(crate) fn filter(maker: &mut Maker) -> Value {
    const FILTERS: &[(&str, &str, &str)] = &[
        ("Corporate devices", "windows10AndLater", "(device.deviceOwnership -eq \"Corporate\")"),
        ("Cloud PCs", "windows10AndLater", "(device.model -startsWith \"Cloud PC\")"),
        ("Windows 11", "windows10AndLater", "(device.osVersion -startsWith \"10.0.2\")"),
        ("Personal phones", "iOS", "(device.deviceOwnership -eq \"Personal\")"),
        ("Fully managed", "androidForWork", "(device.enrollmentProfileName -eq \"Fully managed\")"),
        ("Apple silicon", "macOS", "(device.cpuArchitecture -eq \"arm64\")"),
    ];
    let (topic, platform, rule) = *maker.random.pick(FILTERS);
    let (created, modified) = maker.moments();
    json!({
        "id": maker.random.guid(),
        "createdDateTime": created,
        "lastModifiedDateTime": modified,
        "displayName": maker.name("FLT", topic),
        "description": description(&mut maker.random, topic),
        "platform": platform,
        "rule": rule,
        "roleScopeTags": ["0"],
        "payloads": [],
        "assignmentFilterManagementType": "devices",
    })
}

pub(crate) fn scope_tag(maker: &mut Maker) -> Value {
    let number = maker.sources.scope_tags.len() + 1;
    let place =
        *maker.random.pick(&["Amsterdam", "Berlin", "London", "New York", "Singapore", "Madrid", "Oslo", "Zürich"]);
    json!({
        "id": number.to_string(),
        "displayName": maker.namer.unique(format!("TAG – {place}")),
        "description": format!("Devices looked after in {place}"),
        "isBuiltIn": false,
        "assignments": [],
    })
}

pub(crate) fn notification_template(maker: &mut Maker) -> Value {
    let id = maker.random.guid();
    let (_, modified) = maker.moments();
    let message = |locale: &str, subject: &str, text: &str, default: bool| {
        json!({
            "id": format!("{id}_{locale}"),
            "lastModifiedDateTime": modified,
            "locale": locale,
            "subject": subject,
            "messageTemplate": text,
            "isDefault": default,
        })
    };
    let mut messages = vec![message(
        "en-us",
        "Your device needs attention",
        "Hello {{username}}, your device {{devicename}} does not comply.",
        true,
    )];
    if maker.random.chance(60) {
        messages.push(message(
            "nl-nl",
            "Je apparaat vraagt aandacht",
            "Hallo {{username}}, {{devicename}} voldoet niet.",
            false,
        ));
    }
    if maker.random.chance(40) {
        messages.push(message(
            "de-de",
            "Ihr Gerät benötigt Aufmerksamkeit",
            "Guten Tag, {{devicename}} ist nicht konform.",
            false,
        ));
    }
    json!({
        "id": id,
        "lastModifiedDateTime": modified,
        "displayName": maker.name("MSG", "Not compliant"),
        "description": "",
        "defaultLocale": "en-us",
        "brandingOptions": "includeCompanyLogo,includeCompanyName",
        "roleScopeTagIds": ["0"],
        "localizedNotificationMessages": messages,
    })
}

pub(crate) fn named_location(maker: &mut Maker) -> Value {
    let id = maker.random.guid();
    let (created, modified) = maker.moments();
    let network = maker.random.below(250);
    if maker.random.chance(60) {
        let city =
            *maker.random.pick(&["Amsterdam office", "Berlin office", "London office", "VPN egress", "Data centre"]);
        return json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            "id": id,
            "displayName": maker.namer.unique(format!("LOC – {city}")),
            "modifiedDateTime": modified,
            "createdDateTime": created,
            "isTrusted": true,
            "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": format!("203.0.113.{network}/32") }],
        });
    }
    json!({
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        "id": id,
        "displayName": maker.namer.unique("LOC – Allowed countries".to_owned()),
        "modifiedDateTime": modified,
        "createdDateTime": created,
        "countriesAndRegions": ["NL", "DE", "BE", "GB"],
        "includeUnknownCountriesAndRegions": false,
        "countryLookupMethod": "clientIpAddress",
    })
}

pub(crate) fn conditional_access(maker: &mut Maker) -> Value {
    const POLICIES: &[(&str, &str)] = &[
        ("Require MFA for all users", "mfa"),
        ("Require MFA for administrators", "mfa"),
        ("Block legacy authentication", "block"),
        ("Require compliant device for Office 365", "compliantDevice"),
        ("Block access from unexpected countries", "block"),
        ("Require MFA for guests", "mfa"),
        ("Require approved app on phones", "approvedApplication"),
        ("Block high-risk sign-ins", "block"),
        ("Require MFA for Azure management", "mfa"),
        ("Require compliant device for Finance", "compliantDevice"),
    ];
    let (topic, control) = *maker.random.pick(POLICIES);
    let number = maker.namer.next_number();
    let (created, modified) = maker.moments();
    let excluded = maker.random.pick(&maker.sources.groups).clone();
    let locations = (topic.contains("countries") && !maker.sources.named_locations.is_empty())
        .then(|| json!({ "includeLocations": ["All"], "excludeLocations": [maker.random.pick(&maker.sources.named_locations)] }));
    let legacy = topic.contains("legacy");
    json!({
        "id": maker.random.guid(),
        "templateId": null,
        "displayName": maker.namer.unique(format!("CA{number:03} – {topic}")),
        "createdDateTime": created,
        "modifiedDateTime": modified,
        "state": maker.random.pick(&["enabled", "enabled", "enabledForReportingButNotEnforced", "disabled"]),
        "sessionControls": null,
        "conditions": {
            "userRiskLevels": [],
            "signInRiskLevels": if topic.contains("high-risk") { vec!["high"] } else { Vec::new() },
            "clientAppTypes": if legacy { vec!["exchangeActiveSync", "other"] } else { vec!["all"] },
            "servicePrincipalRiskLevels": [],
            "platforms": null,
            "locations": locations,
            "devices": null,
            "clientApplications": null,
            "applications": {
                "includeApplications": if topic.contains("Office 365") { vec!["Office365"] } else { vec!["All"] },
                "excludeApplications": [], "includeUserActions": [],
                "includeAuthenticationContextClassReferences": [], "applicationFilter": null,
            },
            "users": {
                "includeUsers": ["All"], "excludeUsers": [], "includeGroups": [], "excludeGroups": [excluded],
                "includeRoles": [], "excludeRoles": [],
                "includeGuestsOrExternalUsers": null, "excludeGuestsOrExternalUsers": null,
            },
        },
        "grantControls": {
            "operator": "OR", "builtInControls": [control], "customAuthenticationFactors": [], "termsOfUse": [],
            "authenticationStrength": null,
        },
    })
}
