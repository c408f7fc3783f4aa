//! Groups.

use serde_json::{Value, json};

use super::generate::Maker;

const PLATFORMS: &[&str] = &["WIN", "MAC", "IOS", "AND"];
const PURPOSES: &[&str] =
    &["Corporate", "Kiosk", "Pilot", "Finance", "Engineering", "Field", "Executives", "Shared", "BYOD", "Autopilot"];
const REGIONS: &[&str] = &["Global", "EMEA", "NA", "APAC", "NL", "DE", "UK"];

pub(crate) fn group(maker: &mut Maker) -> Value {
    let random = &mut maker.random;
    let platform = *random.pick(PLATFORMS);
    let kind = if random.chance(60) { "Devices" } else { "Users" };
    let wanted = format!("SG-INTUNE-{platform}-{}-{}-{kind}", random.pick(PURPOSES), random.pick(REGIONS));
    let dynamic = random.chance(40);
    let id = random.guid();
    let name = maker.namer.unique(wanted);
    let (created, _) = maker.moments();
    let rule = dynamic.then(|| match kind {
        "Devices" => format!("(device.devicePhysicalIds -any (_ -eq \"[OrderID]:{platform}\"))"),
        _ => format!("(user.accountEnabled -eq true) and (user.department -eq \"{platform}\")"),
    });
    json!({
        "id": id,
        "createdDateTime": created,
        "description": format!("Members get the {platform} configuration"),
        "displayName": name,
        "groupTypes": if dynamic { vec!["DynamicMembership"] } else { Vec::new() },
        "mail": null,
        "mailEnabled": false,
        "mailNickname": &id[..8],
        "membershipRule": rule,
        "membershipRuleProcessingState": if dynamic { Some("On") } else { None },
        "onPremisesSyncEnabled": null,
        "securityEnabled": true,
        "isAssignableToRole": null,
    })
}
