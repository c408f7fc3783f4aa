//! What may be called missing, and what may not.

use graph_sim::Fault;
use model::run::Outcome;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, FILTERS, forbidden, id_at, object};

on_both_databases!(
    a_removed_object_is_missing_and_one_that_returns_is_not,
    nothing_is_missing_on_the_strength_of_a_failed_list,
    a_partial_run_is_sure_of_nothing_it_calls_missing,
);

async fn a_removed_object_is_missing_and_one_that_returns_is_not(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    world.sync().await;
    let kept = world.simulator.objects(world.directory(), CATALOG)[0].clone();
    let id = id_at(&world, CATALOG, 0);
    assert!(world.simulator.remove(world.directory(), CATALOG, &id));
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded, "a removed object is no failure");
    let missing: Vec<_> = world.objects().await.into_iter().filter(|row| row.missing.is_some()).collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].external_id, id);
    assert!(missing[0].missing.as_ref().unwrap().high_confidence);
    assert!(missing[0].version.is_some(), "its last version stays");
    world.simulator.insert(world.directory(), CATALOG, kept);
    world.sync().await;
    assert!(object(&world, &id).await.missing.is_none());
}

async fn nothing_is_missing_on_the_strength_of_a_failed_list(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    world.sync().await;
    let id = id_at(&world, CATALOG, 0);
    world.simulator.remove(world.directory(), CATALOG, &id);
    world.simulator.add_fault(world.directory(), Fault::on(CATALOG, forbidden()));
    let row = world.sync().await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded);
    assert!(world.objects().await.iter().all(|row| row.missing.is_none()));
    let scope = world.scope().await;
    let coverage = world.db.tenant(&scope).inventory().coverage().await.unwrap();
    let catalog = coverage.iter().find(|row| row.type_key == "settingsCatalog").unwrap();
    assert_eq!((catalog.list_complete, catalog.code.as_deref()), (false, Some("graph.permission_denied")));
    assert!(catalog.complete_at.is_some(), "it still says when the list was last read to its end");
}

async fn a_partial_run_is_sure_of_nothing_it_calls_missing(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let filter = id_at(&world, FILTERS, 0);
    world.simulator.remove(world.directory(), FILTERS, &filter);
    world.simulator.add_fault(world.directory(), Fault::on(CATALOG, forbidden()));
    assert_eq!(world.sync().await.outcome, Outcome::PartiallySucceeded);
    let missing = object(&world, &filter).await.missing.expect("its own list was read to its end");
    assert!(!missing.high_confidence, "a partial run has low confidence");
}
