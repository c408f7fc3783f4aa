//! What several of these tests ask of a world.

use graph_sim::FaultKind;
use model::ids::RunId;
use store::{ItemRow, ObjectRow};
use testkit::{Observable, World};

pub(crate) const CATALOG: &str = "deviceManagement/configurationPolicies";
pub(crate) const TEMPLATES: &str = "deviceManagement/groupPolicyConfigurations";
pub(crate) const FILTERS: &str = "deviceManagement/assignmentFilters";

/// Graph refuses the permission.
pub(crate) fn forbidden() -> FaultKind {
    FaultKind::Status { status: 403, code: "Forbidden".into(), retry_after: None }
}

/// Every object that the first tenant's lists show.
pub(crate) fn observable(world: &World) -> Vec<Observable> {
    testkit::observable(&world.simulator, world.directory())
}

/// The id of the collection's object at that position.
pub(crate) fn id_at(world: &World, collection: &str, position: usize) -> String {
    let objects = world.simulator.objects(world.directory(), collection);
    objects[position]["id"].as_str().expect("every object has an id").to_owned()
}

/// The inventory's row of an object.
pub(crate) async fn object(world: &World, external_id: &str) -> ObjectRow {
    let objects = world.objects().await;
    objects.into_iter().find(|row| row.external_id == external_id).expect("the object is in the inventory")
}

/// The run's item with that key.
pub(crate) async fn item(world: &World, run: RunId, key: &str) -> ItemRow {
    let items = world.items(run).await;
    items.into_iter().find(|item| item.key == key).unwrap_or_else(|| panic!("the run has an item {key}"))
}

/// The code of the reason why the run ended so, or waits.
pub(crate) fn reason(row: &store::RunRow) -> &str {
    row.reason.as_ref().map_or("", |reason| reason.code.as_str())
}
