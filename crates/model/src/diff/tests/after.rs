//! What a read-back says against a promise.

use serde_json::json;

use crate::diff::same_after_write;
use crate::registry::Registry;

#[test]
fn what_the_service_adds_and_what_it_masks_is_no_difference() {
    let contract = Registry::embedded().get("deviceConfigurations").expect("contract");
    let promised = json!({ "displayName": "P", "note": null, "preSharedKey": "hush", "omaSettings": [
        { "omaUri": "./b", "value": "plain" }, { "omaUri": "./a", "value": 1 }] });
    let mut read_back = json!({ "id": "new", "displayName": "P", "version": 3, "brandNew": false, "preSharedKey": null,
        "assignments": [], "omaSettings": [{ "omaUri": "./a", "value": 1, "description": "" },
            { "omaUri": "./b", "isEncrypted": true, "secretReferenceValueId": "x", "value": "****" }] });
    let same = same_after_write(contract, &promised, &read_back);
    assert_eq!(same.changes(), &[]);
    let unseen: Vec<_> = same.unverifiable().iter().map(ToString::to_string).collect();
    assert_eq!(unseen, ["preSharedKey", "omaSettings[./b].value"]);

    read_back["omaSettings"][0]["value"] = json!(2);
    let changes = same_after_write(contract, &promised, &read_back).changes().to_vec();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].path.to_string(), "omaSettings[./a].value");
}

#[test]
fn a_shorter_or_longer_list_of_assignments_differs_and_an_unpromised_one_does_not() {
    let contract = Registry::embedded().get("settingsCatalog").expect("contract");
    let row = |group: &str| json!({ "target": { "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group } });
    let answered = |group: &str| {
        json!({ "id": group, "source": "direct", "sourceId": "p", "target": {
        "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group,
        "deviceAndAppManagementAssignmentFilterId": null, "deviceAndAppManagementAssignmentFilterType": "none" } })
    };
    let promised = json!({ "assignments": [row("a"), row("b")] });
    let count = |rows: serde_json::Value| {
        same_after_write(contract, &promised, &json!({ "assignments": rows })).changes().len()
    };
    assert_eq!(count(json!([answered("b"), answered("a")])), 0);
    assert_eq!(count(json!([answered("a")])), 1);
    assert_eq!(count(json!([answered("a"), answered("b"), answered("c")])), 1);
    assert!(same_after_write(contract, &json!({}), &json!({ "assignments": [answered("a")] })).is_empty());
}
