//! Too many requests: waited for, shared, bounded.

use std::time::Duration;

use graph_sim::{Fault, FaultKind, Place};
use tokio::time::Instant;

use crate::harness::World;

fn too_many(retry_after: Option<u64>) -> FaultKind {
    FaultKind::Status { status: 429, code: "TooManyRequests".into(), retry_after }
}

#[tokio::test]
async fn a_refusal_outside_a_batch_is_waited_for_as_long_as_it_says() {
    let world = World::empty().await;
    world.insert_policies(2, 1);
    world.simulator.add_fault(&world.id, Fault::on("configurationPolicies", too_many(Some(1))).times(1));
    let start = Instant::now();
    let (observation, objects) = world.observe("settingsCatalog").await;
    assert_eq!((observation.list_error, objects.len()), (None, 2));
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(world.graph.traffic().throttled, 1);
}

#[tokio::test]
async fn without_a_header_the_client_waits_by_itself() {
    let world = World::empty().await;
    world.insert_policies(2, 1);
    world.simulator.add_fault(&world.id, Fault::on("configurationPolicies", too_many(None)).times(4));
    let (observation, objects) = world.observe("settingsCatalog").await;
    assert_eq!((observation.list_error, objects.len()), (None, 2));
}

#[tokio::test]
async fn only_the_refused_items_of_a_batch_are_asked_for_again() {
    for retry_after in [None, Some(1)] {
        let world = World::empty().await;
        world.insert_scripts(20);
        let fault = Fault::on("deviceManagementScripts/s1?", too_many(retry_after)).place(Place::BatchOnly).times(2);
        world.simulator.add_fault(&world.id, fault);
        let (_, objects) = world.observe("powershellScripts").await;
        assert!(objects.iter().all(|object| object.missing_parts.is_empty()) && objects.len() == 20);
        assert_eq!(world.graph.traffic().logical_requests, 1 + 20 + 2, "{retry_after:?}");
    }
}

#[tokio::test]
async fn a_batch_refused_as_a_whole_is_sent_again() {
    let world = World::empty().await;
    world.insert_scripts(20);
    world.simulator.add_fault(&world.id, Fault::on("$batch", too_many(None)).place(Place::OuterOnly).times(2));
    let (_, objects) = world.observe("powershellScripts").await;
    assert!(objects.iter().all(|object| object.missing_parts.is_empty()) && objects.len() == 20);
}

#[tokio::test]
async fn a_tenant_that_is_refused_for_ever_ends_with_a_code() {
    let world = World::empty().await;
    world.simulator.add_fault(&world.id, Fault::on("configurationPolicies", too_many(None)));
    let (observation, _) = world.observe("settingsCatalog").await;
    assert_eq!(observation.list_error.unwrap().code, "graph.throttled");
    assert_eq!(world.graph.traffic().throttled, 40);
}
