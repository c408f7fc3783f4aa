use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Line, Names, Side, lines};
use crate::diff::Difference;
use crate::registry::Registry;
use crate::registry::content::{Definition, Definitions};

/// What the tenants of these tests call things.
struct Known(Definitions);

impl Names for Known {
    fn definitions(&self) -> &Definitions {
        &self.0
    }

    fn object(&self, side: Side, kind: &str, id: &str) -> Option<String> {
        let name = match (kind, id) {
            ("groups", "g") => "Finance",
            ("assignmentFilters", "f") => "Ring 1",
            ("scopeTags", "1") if side == Side::Old => "Berlin",
            ("scopeTags", "1") => "Paris",
            ("namedLocations", "l") => "Head office",
            _ => return None,
        };
        Some(name.to_owned())
    }
}

fn known() -> Known {
    let definition = |name: &str, category: &str, options: &[(&str, &str)]| Definition {
        name: name.to_owned(),
        category: category.to_owned(),
        options: options.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect::<BTreeMap<_, _>>(),
        ..Definition::default()
    };
    let all = [
        (
            "os",
            definition(
                "Require authentication",
                "BitLocker › System drives",
                &[("os_1", "Enabled"), ("os_0", "Disabled")],
            ),
        ),
        ("pin", definition("Configure startup PIN", "BitLocker", &[("pin_1", "Require"), ("pin_2", "Allow")])),
        ("rules", definition("Rules", "Firewall", &[])),
        ("port", definition("Port", "Firewall", &[])),
    ];
    Known(all.map(|(id, definition)| (id.to_owned(), definition)).into_iter().collect())
}

fn found(key: &str, old: &Value, new: &Value) -> Vec<Line> {
    let contract = Registry::embedded().get(key).expect("contract");
    lines(contract, &Difference::between(contract, old, new), &known())
}

fn told(key: &str, old: &Value, new: &Value) -> Vec<String> {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let line = |line: Line| {
        let heading = if line.heading.is_empty() { String::new() } else { format!("[{}] ", line.heading) };
        format!("{}: {heading}{}: {} -> {}", line.area, line.label, side(&line.old), side(&line.new))
    };
    found(key, old, new).into_iter().map(line).collect()
}

fn choice(id: &str, value: &str, children: Value) -> Value {
    json!({ "settingDefinitionId": id, "choiceSettingValue": { "value": value, "children": children } })
}

fn policy(instances: &[Value]) -> Value {
    json!({ "settings": instances.iter().map(|one| json!({ "settingInstance": one })).collect::<Vec<_>>() })
}

#[test]
fn a_setting_is_called_as_the_tenant_calls_it_with_old_and_new_choice() {
    let old = policy(&[choice("os", "os_1", json!([choice("pin", "pin_2", json!([]))]))]);
    let new = policy(&[choice("os", "os_1", json!([choice("pin", "pin_1", json!([]))]))]);
    assert_eq!(
        told("settingsCatalog", &old, &new),
        ["Settings: [BitLocker › System drives › Require authentication] Configure startup PIN: Allow -> Require"]
    );
}

#[test]
fn a_setting_that_came_says_all_that_is_inside_it() {
    let new = policy(&[choice("os", "os_1", json!([choice("pin", "pin_1", json!([]))]))]);
    assert_eq!(
        told("settingsCatalog", &policy(&[]), &new),
        [
            "Settings: [BitLocker › System drives] Require authentication: – -> Enabled",
            "Settings: [BitLocker › System drives › Require authentication] Configure startup PIN: – -> Require",
        ]
    );
    let off = policy(&[choice("os", "os_0", json!([]))]);
    assert_eq!(
        told("settingsCatalog", &new, &off),
        [
            "Settings: [BitLocker › System drives] Require authentication: Enabled -> Disabled",
            "Settings: [BitLocker › System drives › Require authentication] Configure startup PIN: Require -> –",
        ]
    );
}

#[test]
fn a_group_among_several_is_told_by_what_it_holds() {
    let group =
        |port: u32| json!({ "children": [{ "settingDefinitionId": "port", "simpleSettingValue": { "value": port } }] });
    let rules = |ports: &[u32]| {
        let groups: Vec<Value> = ports.iter().map(|port| group(*port)).collect();
        policy(&[json!({ "settingDefinitionId": "rules", "groupSettingCollectionValue": groups })])
    };
    assert_eq!(
        told("settingsCatalog", &rules(&[80, 443]), &rules(&[80, 443, 22])),
        ["Settings: [Firewall › Rules › 3] Port: – -> 22"]
    );
    assert_eq!(
        told("settingsCatalog", &rules(&[80, 443]), &rules(&[80, 8443])),
        ["Settings: [Firewall › Rules › 2] Port: 443 -> 8443"]
    );
}

#[test]
fn an_administrative_template_is_told_by_policy_and_presentation() {
    let of = |enabled: bool, value: Value| {
        json!({ "definitionValues": [{ "id": "made", "enabled": enabled,
        "definition": { "id": "d", "displayName": "Home page", "categoryPath": "\\Edge\\Startup" },
        "presentationValues": [{ "id": "p", "value": value, "presentation": { "id": "p1", "label": "Address" } }] }] })
    };
    assert_eq!(
        told("groupPolicyConfigurations", &of(true, json!("https://old")), &of(false, json!("https://new"))),
        [
            "Settings: [Edge › Startup] Home page: Enabled -> Disabled",
            "Settings: [Edge › Startup › Home page] Address: https://old -> https://new",
        ]
    );
    assert_eq!(
        told("groupPolicyConfigurations", &json!({ "definitionValues": [] }), &of(true, json!("https://new"))),
        [
            "Settings: [Edge › Startup] Home page: – -> Enabled",
            "Settings: [Edge › Startup › Home page] Address: – -> https://new",
        ]
    );
}

#[test]
fn assignments_and_tags_are_called_by_name_in_the_tenant_they_are_in() {
    let row = |group: &str, filter: Value, mode: &str| {
        json!({ "intent": "required", "target": {
        "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group,
        "deviceAndAppManagementAssignmentFilterId": filter, "deviceAndAppManagementAssignmentFilterType": mode } })
    };
    let old = json!({ "assignments": [row("g", json!(null), "none"), row("unknown", json!(null), "none")], "roleScopeTagIds": ["0"] });
    let new = json!({ "assignments": [row("g", json!("f"), "include")], "roleScopeTagIds": ["1"] });
    assert_eq!(
        told("mobileApps", &old, &new),
        [
            "Assignments: [Include] Finance: Required, no filter -> Required, include filter “Ring 1”",
            "Assignments: [Include] unknown: Required, no filter -> –",
            "Scope tags: Scope tag: Default -> –",
            "Scope tags: Scope tag: – -> Paris",
        ]
    );
}

#[test]
fn conditional_access_says_whom_it_names() {
    let old = json!({ "state": "enabled", "conditions": { "users": { "includeGroups": ["g"] }, "locations": { "excludeLocations": [] } } });
    let new = json!({ "state": "disabled", "conditions": { "users": { "includeGroups": [] }, "locations": { "excludeLocations": ["l"] } } });
    assert_eq!(
        told("conditionalAccess", &old, &new),
        [
            "Settings: State: enabled -> disabled",
            "Settings: [Conditions › Locations] Exclude locations: – -> Head office",
            "Assignments: Include groups: Finance -> –",
        ]
    );
}

#[test]
fn a_secret_is_told_as_changed_or_as_not_to_be_verified() {
    let of = |secret: Value| json!({ "preSharedKey": secret });
    assert_eq!(
        told("deviceConfigurations", &of(json!("hush")), &of(json!("other"))),
        ["Settings: Pre shared key: A secret, not shown -> Another value, not shown"]
    );
    assert_eq!(
        told("deviceConfigurations", &of(json!(null)), &of(json!("****"))),
        ["Settings: Pre shared key: – -> –"]
    );
}

#[test]
fn a_script_is_told_line_by_line() {
    // "one\ntwo\n" and "one\n2\n"
    let (old, new) = (json!({ "scriptContent": "b25lCnR3bwo=" }), json!({ "scriptContent": "b25lCjIK" }));
    let line = found("powershellScripts", &old, &new).remove(0);
    let told: Vec<String> = line.text.iter().map(|line| format!("{} {}", line.kind, line.text)).collect();
    assert_eq!(told, ["same one", "old two", "new 2"]);
    assert_eq!((line.label.as_str(), line.old, line.new), ("Script content", None, None));
}

#[test]
fn a_nested_property_that_came_says_each_of_its_values() {
    let new = json!({ "passwordRequired": false, "vpn": { "server": { "name": "a", "port": null } } });
    assert_eq!(
        told("deviceConfigurations", &json!({ "passwordRequired": null }), &new),
        [
            "Settings: Password required: Not set -> No",
            "Settings: [Vpn › Server] Name: – -> a",
            "Settings: [Vpn › Server] Port: – -> Not set",
        ]
    );
}
