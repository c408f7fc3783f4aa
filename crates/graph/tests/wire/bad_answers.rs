//! What gets which code when the other side answers badly.

use axum::routing::{get, post};
use axum::{Json, Router};
use graph_sim::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::harness::{World, incomplete, observe};
use crate::tiny_server::serve;

async fn list_code(kind: FaultKind, times: Option<u32>) -> (Option<&'static str>, usize) {
    let world = World::empty().await;
    world.insert_policies(3, 1);
    let mut fault = Fault::on("configurationPolicies", kind);
    fault.times = times;
    world.simulator.add_fault(&world.id, fault);
    let (observation, objects) = world.observe("settingsCatalog").await;
    (observation.list_error.map(|error| error.code), objects.len())
}

#[tokio::test]
async fn half_json_and_invalid_utf_8_are_an_unexpected_shape() {
    for garbage in
        [&b"{\"value\": [{\"id\""[..], b"{\"value\": [\"\xff\xfe\"]}", b"<html>", b"[]", b"{\"value\": {}}", b""]
    {
        assert_eq!(list_code(FaultKind::Garbage(garbage.to_vec()), None).await, (Some("graph.unexpected_shape"), 0));
    }
}

#[tokio::test]
async fn a_document_nested_beyond_reason_is_an_unexpected_shape() {
    let deep = format!("{{\"value\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(list_code(FaultKind::Garbage(deep.into_bytes()), None).await, (Some("graph.unexpected_shape"), 0));
}

#[tokio::test]
async fn an_object_nested_beyond_reason_is_incomplete_and_its_neighbours_are_right() {
    let world = World::empty().await;
    let rows: Vec<_> = ["a", "b", "c"].map(|id| json!({ "id": id, "displayName": id, "platform": "iOS" })).to_vec();
    for row in &rows {
        world.insert("assignmentFilters", row.clone());
    }
    let page = json!({ "value": rows }).to_string();
    let deep = format!("{{\"id\":\"b\",\"rule\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let page = page.replace(&rows[1].to_string(), &deep);
    world.simulator.add_fault(&world.id, Fault::on("assignmentFilters", FaultKind::Garbage(page.into_bytes())));
    let (observation, objects) = world.observe("assignmentFilters").await;
    assert_eq!((observation.list_error, objects.len()), (None, 3));
    assert_eq!(incomplete(&objects), [("b", "object", "graph.too_deep")]);
    assert_eq!((&objects[0].document, &objects[2].document), (&rows[0], &rows[2]));
}

/// A script is read on its own, inside a batch.
#[tokio::test]
async fn an_object_nested_beyond_reason_in_a_batch_costs_the_others_nothing() {
    async fn batch(Json(body): Json<Value>) -> String {
        let answers = body["requests"].as_array().unwrap().iter().map(|request| {
            let id = request["url"].as_str().unwrap().rsplit('/').next().unwrap().split('?').next().unwrap();
            let more = if id == "s1" { format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)) } else { "1".to_owned() };
            let body = format!(r#"{{"id":"{id}","scriptContent":"eA==","assignments":[],"more":{more}}}"#);
            format!(r#"{{"id":{},"status":200,"headers":{{}},"body":{body}}}"#, request["id"])
        });
        format!(r#"{{"responses":[{}]}}"#, answers.collect::<Vec<_>>().join(","))
    }
    let rows = json!({ "value": [{ "id": "s0" }, { "id": "s1" }, { "id": "s2" }] });
    let router = Router::new()
        .route("/beta/deviceManagement/deviceManagementScripts", get(async move || Json(rows)))
        .route("/beta/$batch", post(batch));
    let (observation, objects) = observe(&serve(router).await, "powershellScripts").await;
    assert_eq!((observation.list_error, objects.len()), (None, 3));
    assert_eq!(incomplete(&objects), [("s1", "object", "graph.too_deep")]);
}

#[tokio::test]
async fn a_page_loop_and_a_foreign_link_end_the_list_and_keep_what_was_read() {
    assert_eq!(list_code(FaultKind::NextLinkLoop, None).await, (Some("graph.page_loop"), 3));
    assert_eq!(list_code(FaultKind::NextLinkOtherHost, None).await, (Some("graph.foreign_link"), 3));
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    assert_eq!(list_code(FaultKind::Huge { bytes: 2 << 30 }, None).await, (Some("graph.too_large"), 0));
}

#[tokio::test]
async fn a_reset_and_a_truncated_body_are_tried_again() {
    for kind in [FaultKind::Reset, FaultKind::Truncate { bytes: 40 }] {
        assert_eq!(list_code(kind.clone(), Some(2)).await, (None, 3));
        assert_eq!(list_code(kind, None).await, (Some("graph.unavailable"), 0));
    }
}

#[tokio::test]
async fn a_server_error_is_tried_again_and_then_said() {
    let kind = || FaultKind::Status { status: 503, code: "x".into(), retry_after: None };
    assert_eq!(list_code(kind(), Some(3)).await, (None, 3));
    assert_eq!(list_code(kind(), None).await, (Some("graph.unavailable"), 0));
}

#[tokio::test]
async fn an_empty_page_in_between_is_in_order() {
    assert_eq!(list_code(FaultKind::EmptyPage, Some(1)).await, (None, 3));
}

#[tokio::test]
async fn an_object_listed_twice_is_reported_once() {
    let world = World::empty().await;
    world.insert_policies(3, 1);
    world.simulator.add_fault(&world.id, Fault::on("configurationPolicies", FaultKind::DuplicatePage).times(1));
    let (observation, objects) = world.observe("settingsCatalog").await;
    assert_eq!((observation.list_error, observation.seen, observation.duplicates), (None, 3, 3));
    assert_eq!(objects.len(), 3);
}
