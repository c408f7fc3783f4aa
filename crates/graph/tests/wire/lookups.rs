//! Objects by their ids, and how many are in them.

use futures::future::join_all;
use graph::Members;
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

#[tokio::test]
async fn who_is_in_groups_is_counted_many_groups_in_a_request() {
    let world = World::empty().await;
    let member = |kind: &str, index: usize| json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": format!("{kind}{index}") });
    for index in 0..10 {
        let members: Vec<_> = (0..index).map(|index| member("device", index)).chain([member("user", 0)]).collect();
        world.insert("groups", json!({ "id": format!("g{index}"), "displayName": "Group", "members": members }));
    }
    let ids: Vec<String> = (0..10).map(|index| format!("g{index}")).collect();
    let counted = join_all(ids.iter().map(|id| world.tenant.members(contract("groups"), id))).await;
    let counted: Vec<_> = counted.into_iter().map(|counted| counted.unwrap()).collect();
    let expected: Vec<_> = (0..10).map(|devices| Members { devices, users: 1 }).collect();
    assert_eq!(counted, expected);
    assert_eq!(world.graph.traffic().round_trips, 2, "a token and a batch of twenty");
    let gone = world.tenant.members(contract("groups"), "nobody").await.unwrap_err();
    assert_eq!(gone.code, "graph.not_found");
    let none = world.tenant.members(contract("assignmentFilters"), "a").await.unwrap_err();
    assert_eq!(none.code, "graph.bad_request");
}
