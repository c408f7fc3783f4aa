//! `connection.check`, and runs without a usable connection.

use app::connections::start_check;
use graph_sim::{Fault, FaultKind};
use model::cloud::Clouds;
use model::run::Outcome;
use secrecy::SecretString;
use store::{NewTenant, RunRow, TenantState};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{forbidden, item, reason};

on_both_databases!(
    a_good_connection_passes_every_check,
    a_wrong_secret_fails_with_the_next_step,
    another_organisation_or_none_is_said,
    a_tenant_without_a_connection_is_blocked,
    an_unknown_cloud_is_blocked,
);

async fn check(world: &World) -> RunRow {
    let scope = world.scope().await;
    let run = start_check(&world.db, &scope, Default::default()).await.unwrap().run();
    world.worked(run).await
}

async fn a_good_connection_passes_every_check(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let row = check(&world).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", world.items(row.id).await);
    assert!(row.counts.succeeded > 2, "sign-in, organisation and each permission");
    assert!(world.simulator.journal().is_empty());
    let scope = world.scope().await;
    assert_eq!(world.db.tenant(&scope).info().await.unwrap().state, TenantState::Active, "its connection has worked");
}

async fn a_wrong_secret_fails_with_the_next_step(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let scope = world.scope().await;
    let (client, wrong) = (world.tenants[0].spec.client_id.clone(), "not~the~secret~of~this~application");
    database.forbid(wrong);
    app::tenants::replace_connection(&world.db, &scope, &client, &SecretString::from(wrong)).await.unwrap();
    let row = check(&world).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Failed, "auth.secret_wrong"));
    assert!(row.reason.unwrap().sentence.contains("under Connection"), "it says what to do");
}

async fn another_organisation_or_none_is_said(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    world.simulator.add_fault(world.directory(), Fault::on("organization", forbidden()).times(1));
    let row = check(&world).await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded);
    assert_eq!(item(&world, row.id, "organization").await.code.as_deref(), Some("graph.permission_denied"));
    let other =
        br#"{"value":[{"id":"00000000-0000-4000-8000-000000000001","displayName":"Other","verifiedDomains":[]}]}"#;
    world.simulator.add_fault(world.directory(), Fault::on("organization", FaultKind::Garbage(other.to_vec())));
    let row = check(&world).await;
    assert_eq!(item(&world, row.id, "organization").await.code.as_deref(), Some("connection.other_directory"));
}

async fn a_tenant_without_a_connection_is_blocked(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let tenant = NewTenant {
        display_name: "Unconnected".into(),
        directory_id: "1b4e28ba-2fa1-11d2-883f-0016d3cca427".into(),
        primary_domain: "unconnected.example".into(),
        cloud: "simulator".into(),
        labels: Default::default(),
    };
    let tenant = world.db.tenants().create(tenant, world.owner).await.unwrap();
    let scope = world.db.authorise(world.owner, tenant).await.unwrap();
    let run = start_check(&world.db, &scope, Default::default()).await.unwrap().run();
    world.drain().await;
    let row = world.db.tenant(&scope).runs().get(run).await.unwrap();
    assert_eq!((row.outcome, reason(&row)), (Outcome::Blocked, "connection.missing"));
}

async fn an_unknown_cloud_is_blocked(database: &TestDatabase) {
    let mut world = World::seeded(database, 10).await;
    world.clouds = Clouds::default();
    let row = world.sync().await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Blocked, "connection.cloud_unknown"));
    assert_eq!(world.simulator.stats().round_trips, 0);
}
