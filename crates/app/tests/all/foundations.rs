//! What is in a set beside what was selected: foundations, and what its objects name.

use app::backups::{NewBackup, PolicyKey, close_set, manifest_of, start_add, start_create};
use app::inventory::{Selection, exclude_type};
use graph_sim::Fault;
use model::ids::BackupSetId;
use model::registry::Registry;
use model::run::Outcome;
use serde_json::json;
use store::{BackupItem, BackupStatus};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{forbidden, id_at};

on_both_databases!(
    a_set_of_one_type_holds_the_foundations_and_what_it_names,
    a_foundation_that_cannot_be_read_is_missing,
    an_excluded_foundation_is_left_out_and_named,
    policies_bring_what_they_name_into_an_open_set,
);

const ACCESS: &str = "identity/conditionalAccess/policies";
const LOCATIONS: &str = "identity/conditionalAccess/namedLocations";

async fn set_of(world: &World, types: &[&str]) -> (store::RunRow, BackupSetId) {
    let run = world.start_backup_of("some", types).await;
    let row = world.worked(run).await;
    let scope = world.scope().await;
    (row, world.db.tenant(&scope).backups().by_run(run).await.unwrap().unwrap().id)
}

async fn items(world: &World, set: BackupSetId) -> Vec<BackupItem> {
    let scope = world.scope().await;
    world.db.tenant(&scope).backups().items(set, None, 0, 100_000).await.unwrap()
}

fn foundations() -> Vec<&'static str> {
    Registry::embedded().iter().filter(|contract| contract.foundation).map(|contract| contract.key.as_str()).collect()
}

/// A Conditional Access policy names a named location, and no policy of the catalog does.
fn name_a_location(world: &World) -> (String, String) {
    let (policy, location) = (id_at(world, ACCESS, 0), id_at(world, LOCATIONS, 0));
    let named = json!({ "includeLocations": ["All"], "excludeLocations": [location] });
    let edit = |policy: &mut serde_json::Value| policy["conditions"]["locations"] = named;
    assert!(world.simulator.change(world.directory(), ACCESS, &policy, edit));
    (policy, location)
}

async fn a_set_of_one_type_holds_the_foundations_and_what_it_names(database: &TestDatabase) {
    let world = World::seeded(database, 160).await;
    let (_, location) = name_a_location(&world);
    let other = json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "id": "0b1c2d3e-0000-4000-8000-000000000001",
        "displayName": "Nobody names it", "isTrusted": false, "ipRanges": [] });
    assert!(world.simulator.insert(world.directory(), LOCATIONS, other));
    world.sync().await;
    // Long ago: the run reads the policies again, then what they name.
    database.execute("update inventory_coverage set at = 1").await;
    let (row, set) = set_of(&world, &["conditionalAccess"]).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    let held = items(&world, set).await;
    let foundations = foundations();
    assert_eq!(foundations, ["assignmentFilters", "scopeTags", "notificationTemplates", "roles"]);
    for item in &held {
        assert_eq!(item.foundation, item.type_key != "conditionalAccess", "{}", item.type_key);
    }
    for key in ["assignmentFilters", "scopeTags"] {
        assert!(held.iter().any(|item| item.type_key == key), "{key}");
    }
    let locations: Vec<_> = held.iter().filter(|item| item.type_key == "namedLocations").collect();
    assert!(locations.iter().any(|item| item.external_id == location && item.version.is_some()));
    let all = world.simulator.objects(world.directory(), LOCATIONS).len();
    assert!(locations.len() < all, "just what is named: {} of {all}", locations.len());
    let scope = world.scope().await;
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    assert_eq!(manifest.types, ["conditionalAccess"]);
    assert!(manifest.items.iter().all(|item| item.foundation == (item.type_key != "conditionalAccess")));
    assert!(app::backups::verify(&world.db, &scope, set).await.unwrap().is_intact());
}

async fn a_foundation_that_cannot_be_read_is_missing(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.simulator.add_fault(world.directory(), Fault::on("roleScopeTags", forbidden()));
    let (row, set) = set_of(&world, &["groupPolicyConfigurations"]).await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded);
    let scope = world.scope().await;
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    let missing: Vec<_> = manifest.missing.iter().filter(|each| each.external_id.is_none()).collect();
    assert_eq!((missing.len(), missing[0].type_key.as_str()), (1, "scopeTags"));
}

async fn an_excluded_foundation_is_left_out_and_named(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let scope = world.scope().await;
    exclude_type(&world.db, &scope, "scopeTags", "Not used").await.unwrap();
    let (row, set) = set_of(&world, &["groupPolicyConfigurations"]).await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    assert_eq!(manifest.excluded, ["scopeTags"]);
    assert!(manifest.items.iter().all(|item| item.type_key != "scopeTags"));
    assert!(manifest.items.iter().any(|item| item.type_key == "assignmentFilters" && item.foundation));
}

async fn policies_bring_what_they_name_into_an_open_set(database: &TestDatabase) {
    let world = World::seeded(database, 160).await;
    let (policy, location) = name_a_location(&world);
    world.sync().await;
    let scope = world.scope().await;
    let selection = Selection::of(&["scopeTags"]).unwrap();
    let backup = NewBackup { name: "open".into(), selection, keep_open: true };
    let run = start_create(&world.db, &scope, backup, Default::default()).await.unwrap().run();
    world.worked(run).await;
    let set = world.db.tenant(&scope).backups().by_run(run).await.unwrap().unwrap().id;
    let policies = vec![PolicyKey { type_key: "conditionalAccess".into(), id: policy }];
    let add = start_add(&world.db, &scope, set, policies, Default::default()).await.unwrap().run();
    assert_eq!(world.worked(add).await.outcome, Outcome::Succeeded);
    let held = items(&world, set).await;
    let named = held.iter().find(|item| item.external_id == location).expect("the location came with the policy");
    assert!(named.foundation && named.version.is_some());
    close_set(&world.db, &scope, set).await.unwrap();
    let closed = world.db.tenant(&scope).backups().get(set).await.unwrap();
    assert_eq!(closed.status, BackupStatus::Complete);
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    assert_eq!(manifest.types, ["conditionalAccess", "scopeTags"], "foundations were not selected");
}
