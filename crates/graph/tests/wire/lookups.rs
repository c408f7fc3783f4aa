//! Objects by their ids.

use serde_json::json;

use crate::harness::{World, contract};

#[tokio::test]
async fn groups_are_asked_for_once_each_and_a_thousand_at_a_time() {
    let world = World::empty().await;
    for index in 0..1_500 {
        let group = json!({ "id": format!("g{index}"), "displayName": format!("Group {index}"), "description": null,
            "securityEnabled": true, "mailEnabled": false, "groupTypes": [] });
        world.insert("groups", group);
    }
    let mut ids: Vec<String> = (0..1_500).map(|index| format!("g{index}")).collect();
    ids.extend(["g7".into(), "nobody".into()]);
    let groups = world.tenant.look_up(contract("groups"), &ids).await.unwrap();
    assert_eq!(groups.len(), 1_500, "each once, and none that is not there");
    let seventh = groups.iter().find(|group| group.external_id == "g7").unwrap();
    assert_eq!((seventh.name.as_str(), &seventh.document["securityEnabled"]), ("Group 7", &json!(true)));
    assert_eq!(world.graph.traffic().logical_requests, 2);
}

#[tokio::test]
async fn a_type_without_a_lookup_is_not_asked() {
    let world = World::empty().await;
    let error = world.tenant.look_up(contract("assignmentFilters"), &["a".into()]).await.unwrap_err();
    assert_eq!((error.code, world.graph.traffic().round_trips), ("graph.bad_request", 0));
}
