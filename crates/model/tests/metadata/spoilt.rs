//! Contracts that say something wrong, each with what the guard has to say of it.

use std::collections::BTreeMap;

use model::registry::{Contract, Delta, PlatformRule};

pub(crate) type Spoil = fn(&mut Contract);

fn delta(path: &str, property: &str) -> Option<Delta> {
    Some(Delta { path: path.into(), whole: vec![property.into()] })
}

pub(crate) const SPOILT: [(&str, Spoil); 22] = [
    ("is not listed", |contract| contract.path = "deviceManagement/nonsense".into()),
    ("POST /nonsense is not listed", |contract| contract.lookup = Some("nonsense".into())),
    ("nonsense/graph.user is not listed", |contract| contract.members = Some("nonsense".into())),
    ("GET deviceManagement/templates does not return", |contract| {
        contract.definitions.as_mut().expect("it has some").path = "deviceManagement/templates".into();
    }),
    ("settingDefinitions", |contract| {
        contract.definitions.as_mut().expect("it has some").with = Some("assignments".into());
    }),
    ("GET /groups/nonsense() is not listed", |contract| contract.delta = delta("groups/nonsense", "displayName")),
    ("mail is not selected", |contract| contract.delta = delta("groups/delta", "mail")),
    ("nonsense of deviceManagement is no", |contract| {
        contract.update.path = Some("deviceManagement".into());
        contract.update.inside = Some("nonsense".into());
    }),
    ("does not return", |contract| contract.entity = "deviceConfiguration".into()),
    ("has no property nonsense", |contract| contract.name = Some("nonsense".into())),
    ("settings[].nonsense", |contract| contract.volatile.push("settings[].nonsense".into())),
    ("settings[].nothing", |contract| contract.aligned[0].by.push("nothing".into())),
    ("cannot be expanded", |contract| contract.list.expand.push("nonsense".into())),
    ("there is no type", |contract| contract.entity = "nonsense".into()),
    ("does not take $filter", |contract| {
        contract.path = "deviceManagement/groupPolicyConfigurations/x".into();
        contract.list.filter = Some("isAssigned eq true".into());
    }),
    ("the filter names nonsense", |contract| contract.list.filter = Some("nonsense eq 'isAssigned'".into())),
    ("has no navigation property settings", |contract| contract.parts[0].of_types.push("mobileApp".into())),
    ("there is no action", |contract| {
        contract.update.actions.insert("nonsense".into(), Vec::new());
    }),
    ("is not derived", |contract| contract.family.push("iosWiFiConfiguration".into())),
    ("has no parameter", |contract| {
        contract.update.actions.insert("assign".into(), vec!["nonsense".into()]);
    }),
    ("no navigation property", |contract| contract.parts[0].property = "nonsense".into()),
    ("has no member", |contract| {
        let names = BTreeMap::from([("nonsense".into(), "x".into())]);
        contract.platform = PlatformRule::Property { property: "platforms".into(), names };
    }),
];
