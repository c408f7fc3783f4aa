//! `inventory.sync` when nothing goes wrong.

use graph_sim::Content;
use model::run::Outcome;
use store::NotificationKind;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::observable;

on_both_databases!(
    a_sync_observes_every_object_completely,
    an_empty_tenant_syncs_and_says_so,
    two_tenants_see_nothing_of_each_other,
    a_second_start_is_answered_with_the_active_run,
);

async fn a_sync_observes_every_object_completely(database: &TestDatabase) {
    let world = World::seeded(database, 80).await;
    let expected = observable(&world);
    let row = world.sync().await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?} {:?}", row.reason, world.items(row.id).await);
    assert_eq!((row.counts.succeeded, row.counts.failed), (expected.len() as u64, 0));
    let objects = world.objects().await;
    assert_eq!(objects.len(), expected.len());
    assert!(objects.iter().all(|object| object.complete && object.version.is_some() && object.missing.is_none()));
    for one in &expected {
        let is_it = |row: &&store::ObjectRow| row.type_key == one.type_key && row.external_id == one.external_id;
        assert!(objects.iter().any(|row| is_it(&row)), "{} {} is missing", one.type_key, one.external_id);
    }
    let scope = world.scope().await;
    let coverage = world.db.tenant(&scope).inventory().coverage().await.unwrap();
    assert_eq!(coverage.len(), app::inventory::Selection::all().keys().len());
    assert!(coverage.iter().all(|row| row.list_complete && row.incomplete == 0));
    let cards = world.db.notifications(world.owner).list(10).await.unwrap();
    assert_eq!(cards.len(), 1, "one card per run");
    assert_eq!(
        (cards[0].kind, cards[0].outcome, cards[0].run),
        (NotificationKind::Terminal, Outcome::Succeeded, row.id)
    );
    assert!(world.simulator.journal().is_empty(), "a sync writes nothing to the tenant");
}

async fn an_empty_tenant_syncs_and_says_so(database: &TestDatabase) {
    let world = World::of(database, vec![Content::Empty]).await;
    let row = world.sync().await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    assert_eq!(row.counts.succeeded, observable(&world).len() as u64, "only what every tenant has");
}

async fn two_tenants_see_nothing_of_each_other(database: &TestDatabase) {
    let contents = [3, 4].map(|seed| Content::Seeded { seed, objects: 20 });
    let world = World::of(database, contents.into()).await;
    for tenant in &world.tenants {
        let scope = world.db.authorise(world.owner, tenant.id).await.unwrap();
        let all = app::inventory::Selection::all();
        app::inventory::start_sync(&world.db, &scope, &all, Default::default()).await.unwrap();
    }
    world.drain().await;
    for tenant in &world.tenants {
        let scope = world.db.authorise(world.owner, tenant.id).await.unwrap();
        let inventory = world.db.tenant(&scope).inventory();
        let own = world.simulator.objects(&tenant.spec.tenant_id, crate::support::CATALOG);
        let seen = inventory
            .list(&store::InventoryFilter { types: vec!["settingsCatalog".into()], ..Default::default() }, None, 1_000)
            .await
            .unwrap();
        assert_eq!(seen.len(), own.len());
        assert!(seen.iter().all(|row| own.iter().any(|object| object["id"] == row.external_id.as_str())));
    }
}

async fn a_second_start_is_answered_with_the_active_run(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let first = world.start_sync().await;
    let scope = world.scope().await;
    let all = app::inventory::Selection::all();
    let second = app::inventory::start_sync(&world.db, &scope, &all, Default::default()).await.unwrap();
    let store::Started::AlreadyRunning(active) = second else { panic!("the active run is the answer, not {second:?}") };
    assert_eq!((active.id, active.initiator_name.as_str()), (first, "Olga Owner"));
    assert_eq!(world.worked(first).await.outcome, Outcome::Succeeded);
    assert_ne!(world.start_sync().await, first, "after its end the same start makes a new run");
    world.drain().await;
}
