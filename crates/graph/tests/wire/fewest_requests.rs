//! Every request counts against the tenant's quota, so their number is a promise.

use crate::harness::World;

#[tokio::test]
async fn a_settings_catalog_is_read_in_one_request_for_250_policies() {
    let world = World::empty().await;
    world.insert_policies(1_050, 2);
    let (observation, objects) = world.observe("settingsCatalog").await;
    assert_eq!((objects.len(), observation.pages), (1_050, 5));
    assert_eq!(world.graph.traffic().logical_requests, 5);
}

#[tokio::test]
async fn scripts_need_one_read_each_in_batches_of_twenty() {
    let world = World::empty().await;
    world.insert_scripts(100);
    let (_, objects) = world.observe("powershellScripts").await;
    assert_eq!(objects.len(), 100);
    let traffic = world.graph.traffic();
    assert_eq!(traffic.logical_requests, 1 + 100);
    // A token, the list and five full batches.
    assert_eq!(traffic.round_trips, 1 + 1 + 5);
    assert_eq!(world.simulator.stats().logical_requests, 1 + 100);
}

#[tokio::test]
async fn reads_of_several_types_share_batches_and_one_token() {
    let world = World::empty().await;
    world.insert_scripts(5);
    for index in 0..5 {
        world.insert("shellScripts", serde_json::json!({ "id": format!("h{index}"), "displayName": "H", "scriptContent": "eA==", "assignments": [] }));
    }
    let (one, two) = tokio::join!(world.observe("powershellScripts"), world.observe("shellScripts"));
    assert_eq!((one.1.len(), two.1.len()), (5, 5));
    assert_eq!(world.simulator.stats().tokens_issued, 1);
    assert!(world.graph.traffic().round_trips <= 1 + 2 + 2, "{:?}", world.graph.traffic());
}
