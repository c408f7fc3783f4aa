//! `connection.check`, and runs without a usable connection.

use app::connections::start_check;
use app::tenants::{CredentialInput, replace_connection};
use graph_sim::{Fault, FaultKind, TestKey};
use model::cloud::Clouds;
use model::run::{ItemOutcome, Outcome};
use store::{ConnectionSummary, CredentialKind, NewTenant, RunRow, Saved, TenantState};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{forbidden, item, reason};

on_both_databases!(
    a_good_connection_passes_every_check,
    a_wrong_secret_fails_with_the_next_step,
    a_certificate_takes_over_once_a_check_has_passed,
    a_credential_that_works_is_not_replaced_by_one_that_does_not,
    before_its_first_check_a_certificate_is_used_at_once,
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
    replace_connection(&world.db, &scope, &client, &CredentialInput::secret(wrong)).await.unwrap();
    let row = check(&world).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Failed, "auth.secret_wrong"));
    assert!(row.reason.unwrap().sentence.contains("under Connection"), "it says what to do");
}

/// Of the application that the simulator knows, with its key.
fn certificate(world: &World, database: &TestDatabase) -> CredentialInput {
    database.forbid(TestKey::One.pem().lines().nth(1).unwrap());
    let certificate = world.tenants[0].spec.certificate_pem.clone().unwrap();
    CredentialInput::certificate(format!("{certificate}{}", TestKey::One.pem()))
}

async fn in_use(world: &World) -> ConnectionSummary {
    let scope = world.scope().await;
    world.db.tenant(&scope).connection_summary().await.unwrap().unwrap()
}

async fn a_certificate_takes_over_once_a_check_has_passed(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    check(&world).await;
    let scope = world.scope().await;
    let (client, new) = (world.tenants[0].spec.client_id.clone(), certificate(&world, database));
    assert_eq!(replace_connection(&world.db, &scope, &client, &new).await.unwrap(), Saved::Waits);
    assert_eq!(in_use(&world).await.kind, CredentialKind::Secret);
    let row = check(&world).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", world.items(row.id).await);
    assert_eq!(item(&world, row.id, "credential").await.outcome, ItemOutcome::Succeeded);
    let summary = in_use(&world).await;
    assert_eq!((summary.kind, summary.certificate.is_some()), (CredentialKind::Certificate, true));
    assert!(world.db.tenant(&scope).waiting_summary().await.unwrap().is_none());
    let issued = world.simulator.stats().tokens_issued;
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    assert!(world.simulator.stats().tokens_issued > issued, "a new worker signed in with the certificate");
}

async fn a_credential_that_works_is_not_replaced_by_one_that_does_not(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    check(&world).await;
    let scope = world.scope().await;
    let client = world.tenants[0].spec.client_id.clone();
    let stranger = format!("{}{}", TestKey::Two.certificate(), TestKey::Two.pem());
    database.forbid(TestKey::Two.pem().lines().nth(1).unwrap());
    let before = in_use(&world).await.updated_at;
    replace_connection(&world.db, &scope, &client, &CredentialInput::certificate(stranger)).await.unwrap();
    let row = check(&world).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Failed, "auth.certificate_refused"));
    let now = in_use(&world).await;
    assert_eq!((now.kind, now.updated_at), (CredentialKind::Secret, before));
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded, "what works goes on working");
}

async fn before_its_first_check_a_certificate_is_used_at_once(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let scope = world.scope().await;
    // It is past no check yet: the certificate is in use at once.
    let (client, new) = (world.tenants[0].spec.client_id.clone(), certificate(&world, database));
    assert_eq!(replace_connection(&world.db, &scope, &client, &new).await.unwrap(), Saved::InUse);
    let row = check(&world).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", world.items(row.id).await);
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
