//! What is read when nothing goes wrong, and what is said when a part does.

use graph_sim::{Content, Fault, FaultKind, Place};
use model::registry::{Contract, Registry, content};
use serde_json::{Value, json};

use crate::harness::{World, contract, incomplete};

fn refused(status: u16) -> FaultKind {
    FaultKind::Status { status, code: "canary upstream".into(), retry_after: None }
}

#[tokio::test]
async fn every_type_of_a_seeded_tenant_is_read_completely_and_as_stored() {
    let world = World::start(Content::Seeded { seed: 7, objects: 400 }).await;
    let mut all = 0;
    for contract in Registry::embedded().iter() {
        let (observation, objects) = world.observe(&contract.key).await;
        assert_eq!(observation.list_error, None, "{}", contract.key);
        assert!(incomplete(&objects).is_empty(), "{}: {:?}", contract.key, incomplete(&objects));
        assert!(!objects.is_empty(), "{}: every type has something", contract.key);
        let stored = stored(&world, contract);
        assert!(objects.len() == stored.len() || contract.list.filter.is_some(), "{}", contract.key);
        for object in &objects {
            let is_it = |kept: &&Value| content::external_id(contract, kept) == Some(object.external_id.as_str());
            let kept = stored.iter().find(is_it).expect("what was read is stored");
            // Parts of derived types are resolved by the simulator when they are read.
            for part in contract.parts.iter().filter(|part| part.of_types.is_empty() && !part.single) {
                let found = object.document[&part.property].as_array().unwrap();
                let wanted = kept[&part.property].as_array().map_or(0, Vec::len);
                assert_eq!(found.len(), wanted, "{} {} {}", contract.key, object.external_id, part.property);
            }
        }
        all += objects.len();
    }
    assert!(all >= 400, "{all}");
}

/// The sign-in branding is part of the organisation; everything else has a collection of its own.
fn stored(world: &World, contract: &Contract) -> Vec<Value> {
    if contract.key != "companyBranding" {
        return world.simulator.objects(&world.id, &contract.path);
    }
    let organization = world.simulator.objects(&world.id, "organization");
    organization[0]["branding"]["localizations"].as_array().unwrap().clone()
}

#[tokio::test]
async fn number_text_order_and_unknown_properties_survive() {
    let world = World::empty().await;
    let text = r#"{"id":"c1","zebra":1.0,"apple":12345678901234567890.5,"displayName":"C","assignments":[]}"#;
    world.insert("deviceConfigurations", serde_json::from_str(text).unwrap());
    let (_, objects) = world.observe("deviceConfigurations").await;
    let document = objects[0].document.to_string();
    assert!(document.contains(r#""zebra":1.0,"apple":12345678901234567890.5"#), "{document}");
    assert!(!document.contains("@odata.context"), "{document}");
}

#[tokio::test]
async fn one_object_is_read_with_its_settings_and_without_the_trap() {
    let world = World::empty().await;
    world.insert_policies(1, 30);
    let target = json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" });
    let path = &contract("settingsCatalog").path;
    world
        .simulator
        .change(&world.id, path, "p0", |policy| policy["assignments"] = json!([{ "id": "a", "target": target }]));
    let object = world.tenant.observe_one(contract("settingsCatalog"), "p0").await.unwrap();
    assert!(object.missing_parts.is_empty(), "{:?}", object.missing_parts);
    assert_eq!(object.document["settings"].as_array().unwrap().len(), 30);
    assert_eq!(
        object.document["assignments"].as_array().unwrap().len(),
        1,
        "expanded on the object they come back empty"
    );
    let gone = world.tenant.observe_one(contract("settingsCatalog"), "nothing").await.unwrap_err();
    assert_eq!(gone.code, "graph.not_found");
}

#[tokio::test]
async fn a_refused_part_makes_its_object_incomplete_and_no_other() {
    let world = World::start(Content::Seeded { seed: 3, objects: 200 }).await;
    let templates = world.simulator.objects(&world.id, &contract("groupPolicyConfigurations").path);
    let hit = templates[0]["id"].as_str().unwrap();
    world.simulator.add_fault(&world.id, Fault::on(&format!("{hit}/definitionValues"), refused(403)));
    let (observation, objects) = world.observe("groupPolicyConfigurations").await;
    assert_eq!(observation.list_error, None);
    assert_eq!(objects.len(), templates.len());
    assert_eq!(incomplete(&objects), [(hit, "definitionValues", "graph.permission_denied")]);
}

#[tokio::test]
async fn an_object_that_goes_between_list_and_read_is_incomplete() {
    let world = World::empty().await;
    world.insert_scripts(3);
    world.simulator.add_fault(&world.id, Fault::on("deviceManagementScripts/s1", refused(404)));
    let (observation, objects) = world.observe("powershellScripts").await;
    assert_eq!((observation.list_error, objects.len()), (None, 3));
    assert_eq!(incomplete(&objects), [("s1", "object", "graph.not_found")]);
    assert_eq!(objects[1].name, "Script 1", "what the list said is kept");
}

#[tokio::test]
async fn a_failing_item_of_a_batch_is_tried_again_alone() {
    let world = World::empty().await;
    world.insert_scripts(10);
    world
        .simulator
        .add_fault(&world.id, Fault::on("deviceManagementScripts/s4", refused(503)).place(Place::BatchOnly).times(2));
    let (_, objects) = world.observe("powershellScripts").await;
    assert!(incomplete(&objects).is_empty(), "{:?}", incomplete(&objects));
    assert_eq!(world.graph.traffic().logical_requests, 1 + 10 + 2);
}

#[tokio::test]
async fn more_than_a_thousand_settings_are_all_read() {
    let world = World::empty().await;
    world.insert_policies(1, 1_100);
    let (_, objects) = world.observe("settingsCatalog").await;
    assert!(incomplete(&objects).is_empty(), "{:?}", incomplete(&objects));
    assert_eq!(objects[0].document["settings"].as_array().unwrap().len(), 1_100);
}

#[tokio::test]
async fn pages_inside_a_batch_are_continued() {
    let world = World::start(Content::Seeded { seed: 5, objects: 120 }).await;
    let path = contract("scopeTags").path.clone();
    let tag = world.simulator.objects(&world.id, &path)[0]["id"].as_str().unwrap().to_owned();
    let rows: Vec<_> = (0..40).map(|row| json!({ "id": format!("a{row}"), "target": { "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": format!("g{row}") } })).collect();
    world.simulator.change(&world.id, &path, &tag, |object| object["assignments"] = json!(rows));
    world.simulator.set_page_size(&path, 7);
    let (_, objects) = world.observe("scopeTags").await;
    let object = objects.iter().find(|object| object.external_id == tag).unwrap();
    assert_eq!(object.document["assignments"].as_array().unwrap().len(), 40);
}

#[tokio::test]
async fn the_organisation_and_the_granted_permissions_are_read() {
    let world = World::empty().await;
    let organization = world.tenant.organization().await.unwrap();
    assert_eq!((organization.id.as_str(), organization.display_name.as_str()), (world.id.as_str(), "Contoso"));
    assert!(organization.primary_domain.ends_with(".onmicrosoft.com"), "{}", organization.primary_domain);
    let granted = world.tenant.granted_permissions().await.unwrap();
    assert!(granted.contains(&"DeviceManagementConfiguration.Read.All".to_owned()), "{granted:?}");
}

#[tokio::test]
async fn reading_stops_when_nobody_listens() {
    let world = World::empty().await;
    world.insert_scripts(60);
    let (sink, objects) = tokio::sync::mpsc::channel(1);
    drop(objects);
    let observation = world.tenant.observe(contract("powershellScripts"), sink).await;
    assert_eq!(observation.list_error.unwrap().code, "graph.cancelled");
}
