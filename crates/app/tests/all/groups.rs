//! `directory_groups.sync`.

use std::collections::BTreeSet;

use app::directory::start_groups_sync;
use graph_sim::{Fault, FaultKind};
use model::ids::RunId;
use model::run::Outcome;
use serde_json::Value;
use store::{GroupRow, RunRow};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{forbidden, id_at, reason};

on_both_databases!(
    groups_are_kept_by_name_and_a_removed_one_is_missing,
    a_failed_page_of_groups_calls_none_missing,
    a_sync_learns_the_names_that_its_assignments_need,
    groups_that_are_gone_are_asked_for_once_in_a_sync,
    a_sync_without_the_names_is_complete_all_the_same,
);

pub(crate) async fn start_groups(world: &World, whole: bool) -> RunId {
    let scope = world.scope().await;
    start_groups_sync(&world.db, &scope, whole, Default::default()).await.unwrap().run()
}

pub(crate) async fn sync_groups(world: &World) -> RunRow {
    world.worked(start_groups(world, false).await).await
}

pub(crate) async fn groups(world: &World) -> Vec<GroupRow> {
    let scope = world.scope().await;
    world.db.tenant(&scope).groups().list(None, None, 10_000).await.unwrap()
}

/// The ids of the groups that are missing.
pub(crate) async fn missing(world: &World) -> Vec<String> {
    groups(world).await.into_iter().filter(|row| row.missing_since.is_some()).map(|row| row.id).collect()
}

async fn groups_are_kept_by_name_and_a_removed_one_is_missing(database: &TestDatabase) {
    let world = World::seeded(database, 1_000).await;
    let expected = world.simulator.objects(world.directory(), "groups");
    assert!(expected.len() > 200, "several pages of 100, not {}", expected.len());
    assert_eq!(sync_groups(&world).await.outcome, Outcome::Succeeded);
    let scope = world.scope().await;
    let groups = world.db.tenant(&scope).groups();
    assert_eq!(groups.count().await.unwrap(), expected.len() as u64);
    let id = id_at(&world, "groups", 0);
    let names = groups.names(std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(names[&id].as_str(), expected[0]["displayName"].as_str().unwrap());
    world.simulator.remove(world.directory(), "groups", &id);
    sync_groups(&world).await;
    assert_eq!(missing(&world).await, [id]);
}

async fn a_failed_page_of_groups_calls_none_missing(database: &TestDatabase) {
    let world = World::seeded(database, 1_000).await;
    sync_groups(&world).await;
    world.simulator.remove(world.directory(), "groups", &id_at(&world, "groups", 0));
    world.simulator.add_fault(world.directory(), Fault::on("groups", FaultKind::NextLinkLoop));
    let row = world.worked(start_groups(&world, true).await).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::PartiallySucceeded, "graph.page_loop"));
    assert!(!groups(&world).await.is_empty() && missing(&world).await.is_empty());
}

/// The simulator's groups that assignments name, after a sync.
async fn assigned(world: &World) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let scope = world.scope().await;
    for row in world.objects().await {
        let tenant = world.db.tenant(&scope);
        let detail = tenant.inventory().get(&row.type_key, &row.external_id).await.unwrap();
        ids.extend(detail.assigned_groups);
    }
    ids
}

async fn a_sync_learns_the_names_that_its_assignments_need(database: &TestDatabase) {
    let world = World::seeded(database, 200).await;
    world.sync().await;
    let assigned = assigned(&world).await;
    assert!(assigned.len() > 3, "{assigned:?}");
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).groups().list(None, None, 10_000).await.unwrap();
    let known: BTreeSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    let there: BTreeSet<String> =
        world.simulator.objects(world.directory(), "groups").iter().map(|group| text(group, "id")).collect();
    assert_eq!(known, &assigned & &there, "what assignments name, and no other");
    let asked = lookups(&world);
    assert_eq!(asked, 1, "one call for all of them");
    world.sync().await;
    assert!(lookups(&world) <= asked + 1, "what is known is not asked for again");
}

/// A group that is not there has no name, and is asked for again by the next sync alone.
async fn groups_that_are_gone_are_asked_for_once_in_a_sync(database: &TestDatabase) {
    let world = World::seeded(database, 100).await;
    for group in world.simulator.objects(world.directory(), "groups") {
        world.simulator.remove(world.directory(), "groups", &text(&group, "id"));
    }
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    assert!(!assigned(&world).await.is_empty());
    assert_eq!(lookups(&world), 1);
    world.sync().await;
    assert_eq!(lookups(&world), 2);
}

async fn a_sync_without_the_names_is_complete_all_the_same(database: &TestDatabase) {
    let world = World::seeded(database, 50).await;
    world.simulator.add_fault(world.directory(), Fault::on("directoryObjects/getByIds", forbidden()));
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    let scope = world.scope().await;
    assert_eq!(world.db.tenant(&scope).groups().count().await.unwrap(), 0);
}

fn lookups(world: &World) -> u64 {
    world.simulator.stats().collections.get("directoryobjects").copied().unwrap_or_default()
}

fn text(object: &Value, property: &str) -> String {
    object[property].as_str().unwrap().to_owned()
}
