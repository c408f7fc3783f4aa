//! Compliance policies with what happens to a device that does not comply.

use serde_json::{Value, json};

use super::assignments;
use super::generate::Maker;
use super::names::description;

const NO_TEMPLATE: &str = "00000000-0000-0000-0000-000000000000";

pub(crate) fn make(maker: &mut Maker) -> Value {
    let id = maker.random.guid();
    let (created, modified) = maker.moments();
    let random = &mut maker.random;
    let (kind, platform, own) = match random.below(4) {
        0 | 1 => (
            "windows10CompliancePolicy",
            "WIN",
            json!({
                "passwordRequired": random.chance(80), "passwordMinimumLength": 6 + random.below(8),
                "osMinimumVersion": random.pick(&["10.0.22631.4249", "10.0.26100.2033"]), "osMaximumVersion": null,
                "bitLockerEnabled": random.chance(90), "secureBootEnabled": true, "codeIntegrityEnabled": random.chance(50),
                "storageRequireEncryption": true, "activeFirewallRequired": true, "defenderEnabled": true,
                "rtpEnabled": true, "tpmRequired": random.chance(80), "validOperatingSystemBuildRanges": [],
                "deviceCompliancePolicyScript": null,
            }),
        ),
        2 => (
            "iosCompliancePolicy",
            "IOS",
            json!({
                "passcodeRequired": true, "passcodeMinimumLength": 4 + random.below(5),
                "osMinimumVersion": random.pick(&["17.0", "18.0"]), "securityBlockJailbrokenDevices": true,
                "deviceThreatProtectionEnabled": false, "deviceThreatProtectionRequiredSecurityLevel": "unavailable",
                "managedEmailProfileRequired": random.chance(30), "restrictedApps": [],
            }),
        ),
        _ => (
            "androidDeviceOwnerCompliancePolicy",
            "AND",
            json!({
                "passwordRequired": true, "passwordMinimumLength": 4 + random.below(8),
                "osMinimumVersion": random.pick(&["13.0", "14.0"]), "storageRequireEncryption": true,
                "securityRequireSafetyNetAttestationBasicIntegrity": random.chance(70),
                "deviceThreatProtectionRequiredSecurityLevel": "unavailable",
            }),
        ),
    };
    let actions = actions(maker, &id);
    let assignments = assignments::make(maker, &id);
    let mut object = json!({
        "@odata.type": format!("#microsoft.graph.{kind}"),
        "roleScopeTagIds": maker.scope_tags(),
        "id": id,
        "createdDateTime": created,
        "description": description(&mut maker.random, "Compliance"),
        "lastModifiedDateTime": modified,
        "displayName": maker.name(platform, "Compliance"),
        "version": 1 + maker.random.below(8),
    });
    if let (Some(object), Value::Object(own)) = (object.as_object_mut(), own) {
        object.extend(own);
        object.insert("scheduledActionsForRule".to_owned(), actions);
        object.insert("assignments".to_owned(), json!(assignments));
    }
    object
}

/// Blocks at once, and in half of the policies writes to the user before.
fn actions(maker: &mut Maker, policy: &str) -> Value {
    let mut configurations = vec![json!({
        "id": maker.random.guid(),
        "gracePeriodHours": 24 * maker.random.below(4),
        "actionType": "block",
        "notificationTemplateId": NO_TEMPLATE,
        "notificationMessageCCList": [],
    })];
    if !maker.sources.notification_templates.is_empty() && maker.random.chance(50) {
        configurations.push(json!({
            "id": maker.random.guid(),
            "gracePeriodHours": 24,
            "actionType": "notification",
            "notificationTemplateId": maker.random.pick(&maker.sources.notification_templates),
            "notificationMessageCCList": [],
        }));
    }
    json!([{ "id": policy, "ruleName": null, "scheduledActionConfigurations": configurations }])
}
