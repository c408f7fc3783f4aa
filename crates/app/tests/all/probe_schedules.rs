//! Probes every few minutes, where a tenant has chosen so.

use app::inventory::probe::{choose_probe, fire_probes};
use model::access::Role;
use model::run::{Outcome, Status};
use store::{RunFilter, RunPageRequest, RunRow, TenantState};
use testkit::{TestDatabase, World, on_both_databases};

on_both_databases!(
    a_probe_that_is_due_is_started_once_by_whoever_looks,
    while_one_is_active_no_other_is_started,
    switched_off_or_without_a_tenant_that_may_run_nothing_is_started,
    who_may_not_manage_schedules_chooses_nothing,
);

/// As if the next one were due now.
async fn due(database: &TestDatabase) {
    database.execute("update change_probes set next_at = next_at - 600000 where next_at is not null").await;
}

async fn probes(world: &World) -> Vec<RunRow> {
    let scope = world.scope().await;
    let filter = RunFilter { types: vec!["inventory.probe".into()], ..RunFilter::default() };
    let page = RunPageRequest { limit: 100, ..RunPageRequest::default() };
    world.db.tenant(&scope).runs().list(&filter, &page).await.unwrap().rows
}

async fn choose(world: &World, minutes: Option<u32>) {
    choose_probe(&world.db, &world.scope().await, minutes).await.unwrap();
}

async fn a_probe_that_is_due_is_started_once_by_whoever_looks(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    fire_probes(&world.db).await.unwrap();
    assert_eq!(probes(&world).await.len(), 0, "off until somebody chooses it");
    choose(&world, Some(5)).await;
    let looks: Vec<_> = (0..6)
        .map(|_| {
            let db = world.db.clone();
            tokio::spawn(async move { fire_probes(&db).await.unwrap() })
        })
        .collect();
    for look in looks {
        look.await.unwrap();
    }
    let started = probes(&world).await;
    assert_eq!(started.len(), 1);
    assert_eq!((started[0].initiator, started[0].initiator_name.as_str()), (None, "Change probe"));
    let behind = "select count(*) from operation_runs where type = 'inventory.probe' and priority = 2";
    assert_eq!(database.number(behind).await, 1, "behind everything that somebody waits for");
    assert_eq!(world.worked(started[0].id).await.outcome, Outcome::Succeeded);
    fire_probes(&world.db).await.unwrap();
    assert_eq!(probes(&world).await.len(), 1, "the next one is due in five minutes");
    due(database).await;
    fire_probes(&world.db).await.unwrap();
    assert_eq!(probes(&world).await.len(), 2);
    world.drain().await;
}

async fn while_one_is_active_no_other_is_started(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    choose(&world, Some(1)).await;
    for _ in 0..3 {
        due(database).await;
        fire_probes(&world.db).await.unwrap();
    }
    let started = probes(&world).await;
    assert_eq!((started.len(), started[0].status), (1, Status::Queued));
    world.drain().await;
}

async fn switched_off_or_without_a_tenant_that_may_run_nothing_is_started(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    choose(&world, Some(5)).await;
    let scope = world.scope().await;
    world.db.tenant(&scope).set_state(TenantState::Suspended).await.unwrap();
    fire_probes(&world.db).await.unwrap();
    world.db.tenant(&scope).set_state(TenantState::Active).await.unwrap();
    choose(&world, None).await;
    due(database).await;
    fire_probes(&world.db).await.unwrap();
    assert_eq!(probes(&world).await.len(), 0);
    let choice = world.db.tenant(&scope).probes().choice().await.unwrap().unwrap();
    assert_eq!((choice.every_minutes, choice.next_at, choice.chosen_by_name.as_str()), (None, None, "Olga Owner"));
}

async fn who_may_not_manage_schedules_chooses_nothing(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let scope = world.scope_of(world.person("Otto", Role::Operator).await).await;
    assert_eq!(choose_probe(&world.db, &scope, Some(5)).await.unwrap_err().code, "not_authorised");
    let owner = world.scope().await;
    for wrong in [0, 1441] {
        assert_eq!(choose_probe(&world.db, &owner, Some(wrong)).await.unwrap_err().code, "probe.every");
    }
    assert_eq!(world.db.tenant(&owner).probes().choice().await.unwrap(), None);
}
