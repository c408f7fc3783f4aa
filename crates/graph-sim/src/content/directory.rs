//! Groups.

use serde_json::{Value, json};

use super::generate::Maker;
use crate::random::Random;

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

/// Most members of a generated group.
const MEMBERS: usize = 240;

/// Who is in a group: whom somebody put there; else, in a generated one, as many as its id says, of the kind in its name.
pub(crate) fn members(group: &Value) -> Vec<Value> {
    if let Some(told) = group["members"].as_array() {
        let member = |told: &Value| if told.is_string() { user(told.clone()) } else { told.clone() };
        return told.iter().map(member).collect();
    }
    let name = group["displayName"].as_str().unwrap_or_default();
    let make = match name.rsplit('-').next() {
        Some("Devices") => device,
        Some("Users") => user,
        _ => return Vec::new(),
    };
    let mut random = Random::from_text(group["id"].as_str().unwrap_or_default());
    let count = 1 + random.below(MEMBERS);
    (0..count).map(|_| make(json!(random.guid()))).collect()
}

fn user(id: Value) -> Value {
    json!({ "@odata.type": "#microsoft.graph.user", "id": id })
}

fn device(id: Value) -> Value {
    json!({ "@odata.type": "#microsoft.graph.device", "id": id })
}
