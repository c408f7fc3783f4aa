//! The right to do it is checked again when a worker takes the run up.

use app::inventory::{Selection, start_sync};
use model::access::Role;
use model::run::Outcome;
use store::{NotificationKind, TenantState};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::reason;

on_both_databases!(
    a_run_whose_initiator_was_demoted_is_blocked,
    a_run_whose_initiator_is_no_member_any_more_is_blocked,
    a_run_of_a_suspended_tenant_is_blocked_and_a_new_one_is_refused,
    a_reader_cannot_start_a_sync,
);

async fn a_run_whose_initiator_was_demoted_is_blocked(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let operator = world.person("Otto", Role::Operator).await;
    let scope = world.scope_of(operator).await;
    let run = start_sync(&world.db, &scope, &Selection::all(), Default::default()).await.unwrap().run();
    world.set_role(operator, Role::Readonly).await;
    let row = world.worked(run).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Blocked, "not_authorised"));
    assert_eq!(world.simulator.stats().round_trips, 0, "nothing was asked in his name");
    let cards = world.db.notifications(operator).list(10).await.unwrap();
    assert_eq!((cards.len(), cards[0].kind, cards[0].outcome), (1, NotificationKind::Terminal, Outcome::Blocked));
    assert!(world.db.notifications(world.owner).list(10).await.unwrap().is_empty(), "only the initiator is told");
}

async fn a_run_whose_initiator_is_no_member_any_more_is_blocked(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let operator = world.person("Otto", Role::Operator).await;
    let scope = world.scope_of(operator).await;
    let run = start_sync(&world.db, &scope, &Selection::all(), Default::default()).await.unwrap().run();
    let owner = world.scope().await;
    world.db.tenant(&owner).remove_member(operator).await.unwrap();
    let row = world.worked(run).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Blocked, "not_authorised"));
}

async fn a_run_of_a_suspended_tenant_is_blocked_and_a_new_one_is_refused(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let run = world.start_sync().await;
    let scope = world.scope().await;
    world.db.tenant(&scope).set_state(TenantState::Suspended).await.unwrap();
    let row = world.worked(run).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Blocked, "tenant_suspended"));
    let scope = world.scope().await;
    let error = start_sync(&world.db, &scope, &Selection::all(), Default::default()).await.unwrap_err();
    assert_eq!(error.code, "tenant_suspended");
    assert_eq!(world.simulator.stats().round_trips, 0);
}

async fn a_reader_cannot_start_a_sync(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let reader = world.person("Rita", Role::Readonly).await;
    let scope = world.scope_of(reader).await;
    let error = start_sync(&world.db, &scope, &Selection::all(), Default::default()).await.unwrap_err();
    assert_eq!(error.code, "not_authorised");
    let audit = world.db.tenant(&world.scope().await).audit().list(None, 10).await.unwrap();
    assert!(audit.iter().any(|entry| entry.actor_name == "Rita" && entry.action == "access.denied"), "{audit:?}");
}
