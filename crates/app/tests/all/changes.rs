//! What a sync calls a change.

use std::collections::HashMap;

use model::run::Outcome;
use serde_json::json;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, id_at, object};

on_both_databases!(
    two_syncs_of_an_unchanged_tenant_make_no_version_and_no_change,
    a_change_makes_exactly_one_version,
    a_change_is_seen_although_the_modification_time_stands_still,
    a_moved_modification_time_alone_is_no_change,
);

async fn changed_at(world: &World) -> HashMap<String, Option<i64>> {
    world.objects().await.into_iter().map(|row| (row.external_id, row.changed_at)).collect()
}

async fn two_syncs_of_an_unchanged_tenant_make_no_version_and_no_change(database: &TestDatabase) {
    let world = World::seeded(database, 80).await;
    let first = world.sync().await;
    let (versions, changed) = (world.versions().await, changed_at(&world).await);
    let second = world.sync().await;
    assert_eq!(second.outcome, Outcome::Succeeded);
    assert_eq!(second.counts.succeeded, first.counts.succeeded);
    assert_eq!(world.versions().await, versions);
    assert_eq!(changed_at(&world).await, changed);
    assert!(world.objects().await.iter().all(|row| row.last_seen_run == second.id));
}

async fn a_change_makes_exactly_one_version(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    world.sync().await;
    let (versions, before) = (world.versions().await, changed_at(&world).await);
    let id = id_at(&world, CATALOG, 0);
    assert!(world.simulator.change(world.directory(), CATALOG, &id, |policy| policy["description"] = json!("changed")));
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    assert_eq!(world.versions().await, versions + 1);
    let after = changed_at(&world).await;
    let changed: Vec<_> = after.keys().filter(|key| after[*key] != before[*key]).collect();
    assert_eq!(changed, [&id]);
    let scope = world.scope().await;
    let row = object(&world, &id).await;
    let document = world.db.tenant(&scope).versions().document(row.version.unwrap()).await.unwrap();
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["description"], "changed");
}

async fn a_change_is_seen_although_the_modification_time_stands_still(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    world.sync().await;
    let versions = world.versions().await;
    let id = id_at(&world, CATALOG, 0);
    assert!(
        world
            .simulator
            .change_silently(world.directory(), CATALOG, &id, |policy| policy["description"] = json!("quiet"))
    );
    world.sync().await;
    assert_eq!(world.versions().await, versions + 1);
}

async fn a_moved_modification_time_alone_is_no_change(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    world.sync().await;
    let versions = world.versions().await;
    let id = id_at(&world, CATALOG, 0);
    let before = world.simulator.objects(world.directory(), CATALOG)[0]["lastModifiedDateTime"].clone();
    assert!(world.simulator.change(world.directory(), CATALOG, &id, |_| {}));
    let after = world.simulator.objects(world.directory(), CATALOG)[0]["lastModifiedDateTime"].clone();
    assert_ne!(before, after, "the simulator moved the time");
    world.sync().await;
    assert_eq!(world.versions().await, versions);
    assert_eq!(object(&world, &id).await.modified_at.as_deref(), after.as_str(), "the new time is shown all the same");
}
