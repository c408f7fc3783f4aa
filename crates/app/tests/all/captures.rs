//! `policy.capture_snapshot`.

use app::snapshots::start_capture;
use model::run::Outcome;
use serde_json::json;
use store::RunRow;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, id_at, object, reason};

on_both_databases!(
    a_capture_keeps_the_object_as_it_is_now_and_touches_no_other,
    an_object_that_is_gone_fails_the_capture_and_nothing_else,
    an_object_nobody_observed_cannot_be_captured,
);

async fn capture(world: &World, id: &str) -> RunRow {
    let scope = world.scope().await;
    let started = start_capture(&world.db, &scope, "settingsCatalog", id, Default::default()).await.unwrap();
    world.worked(started.run()).await
}

async fn a_capture_keeps_the_object_as_it_is_now_and_touches_no_other(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let sync = world.sync().await;
    let (versions, id) = (world.versions().await, id_at(&world, CATALOG, 0));
    for other in [0, 1] {
        let id = id_at(&world, CATALOG, other);
        world.simulator.change(world.directory(), CATALOG, &id, |policy| policy["description"] = json!("new"));
    }
    let row = capture(&world, &id).await;
    assert_eq!((row.outcome, row.counts.succeeded), (Outcome::Succeeded, 1));
    assert_eq!(world.versions().await, versions + 1);
    let others: Vec<_> = world.objects().await.into_iter().filter(|row| row.external_id != id).collect();
    assert!(others.iter().all(|row| row.last_seen_run == sync.id && row.missing.is_none()));
    assert_eq!(capture(&world, &id).await.outcome, Outcome::Succeeded);
    assert_eq!(world.versions().await, versions + 1, "capturing what did not change makes no version");
}

async fn an_object_that_is_gone_fails_the_capture_and_nothing_else(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    world.sync().await;
    let id = id_at(&world, CATALOG, 0);
    world.simulator.remove(world.directory(), CATALOG, &id);
    let row = capture(&world, &id).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Failed, "graph.not_found"));
    assert!(object(&world, &id).await.version.is_some());
}

async fn an_object_nobody_observed_cannot_be_captured(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let scope = world.scope().await;
    let id = id_at(&world, CATALOG, 0);
    let error = start_capture(&world.db, &scope, "settingsCatalog", &id, Default::default()).await.unwrap_err();
    assert_eq!(error.code, "not_found");
}
