//! `directory_groups.sync`.

use app::directory::start_groups_sync;
use graph_sim::{Fault, FaultKind};
use model::run::Outcome;
use store::RunRow;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{id_at, reason};

on_both_databases!(groups_are_kept_by_name_and_a_removed_one_is_missing, a_failed_page_of_groups_calls_none_missing);

async fn sync_groups(world: &World) -> RunRow {
    let scope = world.scope().await;
    let run = start_groups_sync(&world.db, &scope, Default::default()).await.unwrap().run();
    world.worked(run).await
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
    let rows = groups.list(None, None, 10_000).await.unwrap();
    let missing: Vec<_> = rows.iter().filter(|row| row.missing_since.is_some()).map(|row| row.id.as_str()).collect();
    assert_eq!(missing, [id.as_str()]);
}

async fn a_failed_page_of_groups_calls_none_missing(database: &TestDatabase) {
    let world = World::seeded(database, 1_000).await;
    sync_groups(&world).await;
    world.simulator.remove(world.directory(), "groups", &id_at(&world, "groups", 0));
    world.simulator.add_fault(world.directory(), Fault::on("groups", FaultKind::NextLinkLoop));
    let row = sync_groups(&world).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::PartiallySucceeded, "graph.page_loop"));
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).groups().list(None, None, 10_000).await.unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row.missing_since.is_none()));
}
