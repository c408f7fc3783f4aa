//! `policy.sync`: one object or one type, and nothing else.

use app::inventory::start_policy_sync;
use graph_sim::Fault;
use model::run::Outcome;
use serde_json::json;
use store::RunRow;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, FILTERS, TEMPLATES, forbidden, id_at, object, reason};

on_both_databases!(
    one_object_is_read_again_and_no_other,
    one_type_is_read_again_and_what_it_lost_is_missing,
    an_object_that_is_gone_stays_as_it_was,
    what_cannot_be_started_says_why,
);

async fn sync(world: &World, type_key: &str, object: Option<&str>) -> RunRow {
    let scope = world.scope().await;
    let started = start_policy_sync(&world.db, &scope, type_key, object, Default::default()).await.unwrap();
    world.worked(started.run()).await
}

async fn one_object_is_read_again_and_no_other(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let first = world.sync().await;
    let (versions, id) = (world.versions().await, id_at(&world, CATALOG, 0));
    for position in [0, 1] {
        let id = id_at(&world, CATALOG, position);
        world.simulator.change(world.directory(), CATALOG, &id, |policy| policy["description"] = json!("new"));
    }
    let before = world.simulator.stats().round_trips;
    let row = sync(&world, "settingsCatalog", Some(&id)).await;
    assert_eq!((row.outcome, row.counts.succeeded), (Outcome::Succeeded, 1));
    assert_eq!(world.versions().await, versions + 1);
    assert!(world.simulator.stats().round_trips - before <= 4, "a token and the object's parts");
    let others: Vec<_> = world.objects().await.into_iter().filter(|row| row.external_id != id).collect();
    assert!(others.iter().all(|row| row.last_seen_run == first.id && row.missing.is_none()));
}

async fn one_type_is_read_again_and_what_it_lost_is_missing(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.simulator.add_fault(world.directory(), Fault::on(TEMPLATES, forbidden()));
    world.sync().await;
    world.simulator.clear_faults(world.directory());
    assert_eq!(sync(&world, "groupPolicyConfigurations", None).await.outcome, Outcome::Succeeded);
    let gone = id_at(&world, TEMPLATES, 0);
    world.simulator.remove(world.directory(), TEMPLATES, &gone);
    let kept = id_at(&world, FILTERS, 0);
    world.simulator.remove(world.directory(), FILTERS, &kept);
    assert_eq!(sync(&world, "groupPolicyConfigurations", None).await.outcome, Outcome::Succeeded);
    assert!(object(&world, &gone).await.missing.is_some());
    assert!(object(&world, &kept).await.missing.is_none(), "another type was not looked at");
}

async fn an_object_that_is_gone_stays_as_it_was(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    world.sync().await;
    let id = id_at(&world, CATALOG, 0);
    world.simulator.remove(world.directory(), CATALOG, &id);
    let row = sync(&world, "settingsCatalog", Some(&id)).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Failed, "graph.not_found"));
    let seen = object(&world, &id).await;
    assert!(seen.version.is_some() && seen.missing.is_none());
}

async fn what_cannot_be_started_says_why(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let scope = world.scope().await;
    for (type_key, object, code) in
        [("nonsense", None, "selection.unknown_type"), ("settingsCatalog", Some("nobody"), "not_found")]
    {
        let refused = start_policy_sync(&world.db, &scope, type_key, object, Default::default()).await.unwrap_err();
        assert_eq!(refused.code, code);
    }
}
