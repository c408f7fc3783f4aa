//! What gets which code when the other side answers badly.

use graph_sim::{Fault, FaultKind};

use crate::harness::World;

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
