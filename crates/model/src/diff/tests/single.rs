//! One case each, as a person would tell it.

use serde_json::{Value, json};

use crate::diff::{Change, ChangeKind, Difference, Marks, Rule};
use crate::registry::{Contract, Registry};

fn contract(key: &str) -> &'static Contract {
    Registry::embedded().get(key).expect("contract")
}

fn changes(key: &str, old: &Value, new: &Value) -> Vec<Change> {
    Difference::between(contract(key), old, new).changes().to_vec()
}

/// "changed settings[a].value: 1 -> 2", by place.
fn told(key: &str, old: &Value, new: &Value) -> Vec<String> {
    let word = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
    let line = |each: &Change| format!("{} {}: {} -> {}", each.kind, each.path, word(&each.old), word(&each.new));
    changes(key, old, new).iter().map(line).collect()
}

fn catalog(settings: &[(&str, &str)]) -> Value {
    let setting = |(id, value): &(&str, &str)| {
        json!({ "id": "x", "settingInstance": { "settingDefinitionId": id,
        "choiceSettingValue": { "value": value, "children": [] } } })
    };
    json!({ "name": "P", "settings": settings.iter().map(setting).collect::<Vec<_>>() })
}

#[test]
fn a_setting_is_known_by_its_definition_wherever_it_stands() {
    let (old, new) = (catalog(&[("a", "a_1"), ("b", "b_1")]), catalog(&[("b", "b_1"), ("c", "c_0"), ("a", "a_0")]));
    let told = told("settingsCatalog", &old, &new);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], r#"changed settings[a].settingInstance.choiceSettingValue.value: "a_1" -> "a_0""#);
    assert!(told[1].starts_with("added settings[c]: nothing"), "{}", told[1]);
}

#[test]
fn computed_properties_and_the_order_of_tags_are_no_change() {
    let old =
        json!({ "id": "1", "settingCount": 1, "version": 1, "roleScopeTagIds": ["1", "0"], "a@odata.context": "x" });
    let new = json!({ "id": "2", "settingCount": 2, "roleScopeTagIds": ["0", "1"], "version": 1 });
    assert!(changes("settingsCatalog", &old, &new).is_empty());
}

#[test]
fn absent_null_empty_and_false_are_five_different_things() {
    let all = [json!({}), json!({ "x": null }), json!({ "x": "" }), json!({ "x": [] }), json!({ "x": false })];
    for (one, old) in all.iter().enumerate() {
        for (other, new) in all.iter().enumerate() {
            assert_eq!(changes("compliancePolicies", old, new).len(), usize::from(one != other), "{old} {new}");
        }
    }
}

#[test]
fn an_assignment_is_the_same_one_with_another_filter_and_no_filter_is_no_filter() {
    let row = |filter: Value, mode: &str| {
        json!({ "id": "made", "target": { "groupId": "g", "@odata.type": "#t",
        "deviceAndAppManagementAssignmentFilterId": filter, "deviceAndAppManagementAssignmentFilterType": mode } })
    };
    let of = |row: Value| json!({ "assignments": [row] });
    let none = of(json!({ "id": "other", "target": { "groupId": "g", "@odata.type": "#t" } }));
    for empty in [json!(null), json!("00000000-0000-0000-0000-000000000000")] {
        assert!(changes("settingsCatalog", &none, &of(row(empty, "none"))).is_empty());
    }
    let found = changes("settingsCatalog", &none, &of(row(json!("f"), "include")));
    assert_eq!((found.len(), found[0].kind, found[0].rule), (1, ChangeKind::Changed, Rule::Assignments));
    assert_eq!(found[0].path.to_string(), "assignments[#t|g]");
}

#[test]
fn a_list_without_identities_is_compared_by_what_it_holds() {
    let of =
        |values: &[i32]| json!({ "rules": values.iter().map(|value| json!({ "port": value })).collect::<Vec<_>>() });
    assert_eq!(
        told("deviceConfigurations", &of(&[1, 2, 3]), &of(&[2, 3])),
        [r#"removed rules[0]: {"port":1} -> nothing"#]
    );
    assert_eq!(told("deviceConfigurations", &of(&[1, 2, 3]), &of(&[1, 9, 3])), ["changed rules[1].port: 2 -> 9"]);
}

#[test]
fn secrets_are_changed_unchanged_or_not_to_be_verified_and_never_told() {
    let of = |secret: Value| json!({ "preSharedKey": secret });
    let differ = |old: Value, new: Value| {
        let found = Difference::keyed(contract("deviceConfigurations"), &[1; 32], &of(old), &of(new));
        assert!(!format!("{found:?}").contains("hush"));
        (found.changes().first().map(|change| (change.rule, change.marks.clone())), found.unverifiable().len())
    };
    assert_eq!(differ(json!("hush"), json!("hush")), (None, 0));
    assert_eq!(differ(json!("hush"), json!("****")), (None, 1));
    assert_eq!(differ(json!(null), json!(null)), (None, 1));
    let (changed, unseen) = differ(json!("hush one"), json!("hush two"));
    let (rule, Some(Marks { old: Some(old), new: Some(new) })) = changed.expect("it changed") else { panic!("marks") };
    assert_eq!((rule, unseen, old == new, old.len()), (Rule::Secret, 0, false, 32));
}

#[test]
fn the_token_of_a_secret_setting_says_nothing() {
    let of = |value: &str, state: &str| {
        json!({ "settings": [{ "settingInstance": { "settingDefinitionId": "a",
        "simpleSettingValue": { "@odata.type": "#microsoft.graph.deviceManagementConfigurationSecretSettingValue",
            "value": value, "valueState": state } } }] })
    };
    let (one, other) = (of("token one", "encryptedValueToken"), of("token two", "encryptedValueToken"));
    let found = Difference::between(contract("settingsCatalog"), &one, &other);
    assert!(found.is_empty());
    assert_eq!(found.unverifiable()[0].to_string(), "settings[a].settingInstance.simpleSettingValue.value");
    assert_eq!(
        changes("settingsCatalog", &of("hush", "notEncrypted"), &of("other", "notEncrypted"))[0].rule,
        Rule::Secret
    );
}

/// Five hundred objects have to be compared while a person waits.
#[test]
fn many_objects_are_compared_in_one_pass_each() {
    let settings: Vec<String> = (0..2_000).map(|at| format!("setting_{at}")).collect();
    let of = |last: &str| {
        let pairs: Vec<(&str, &str)> = settings.iter().map(|id| (id.as_str(), "on")).chain([("last", last)]).collect();
        catalog(&pairs)
    };
    assert_eq!(changes("settingsCatalog", &of("on"), &of("off")).len(), 1);
}
