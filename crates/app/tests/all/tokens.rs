//! The sign-in service refuses: each family of AADSTS errors ends the run with its own code and a next step.

use graph_sim::{Fault, FaultKind};
use model::run::{Outcome, Status};
use store::CancelOutcome;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::reason;

on_both_databases!(
    a_refused_sign_in_fails_the_run_with_its_code,
    a_passing_sign_in_failure_is_waited_out,
    a_token_that_expires_midway_is_renewed_once,
);

/// One number of each family (learn.microsoft.com/entra/identity-platform/reference-error-codes) and our code.
const REFUSALS: [(u32, &str); 14] = [
    (7_000_215, "auth.secret_wrong"),
    (7_000_222, "auth.secret_expired"),
    (50_012, "auth.certificate_refused"),
    (7_000_218, "auth.credential_missing"),
    (700_016, "auth.app_not_found"),
    (7_000_112, "auth.app_disabled"),
    (500_011, "auth.graph_missing"),
    (70_011, "auth.scope_wrong"),
    (90_002, "auth.tenant_not_found"),
    (900_144, "auth.request_wrong"),
    (90_038, "auth.other_cloud"),
    (53_003, "auth.blocked_by_policy"),
    (65_001, "auth.consent_required"),
    (700_005, "auth.wrong_tenant"),
];

fn refuse(world: &World, aadsts: u32) {
    world.simulator.clear_faults(world.directory());
    world.simulator.add_fault(world.directory(), Fault::on("", FaultKind::TokenError { aadsts }));
}

async fn a_refused_sign_in_fails_the_run_with_its_code(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    for (aadsts, code) in REFUSALS {
        refuse(&world, aadsts);
        let row = world.sync().await;
        assert_eq!((row.outcome, reason(&row)), (Outcome::Failed, code), "AADSTS{aadsts}");
        assert_eq!(row.attempt, 1, "asking again does not help: AADSTS{aadsts}");
        let sentence = row.reason.unwrap().sentence;
        assert!(
            sentence.contains(". ") && !sentence.contains("AADSTS"),
            "our own sentence and a next step: {sentence}"
        );
        assert_eq!(row.failures.len(), 1);
    }
    assert!(world.objects().await.is_empty());
    world.simulator.clear_faults(world.directory());
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
}

async fn a_passing_sign_in_failure_is_waited_out(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    refuse(&world, 90_033);
    let run = world.start_sync().await;
    let worker = world.worker();
    let row = world.reached(run, |row| row.status == Status::Queued && row.attempt == 1 && row.reason.is_some()).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Pending, "auth.unavailable"));
    world.simulator.clear_faults(world.directory());
    let row = world.ended(run).await;
    worker.stop().await;
    assert_eq!((row.outcome, row.attempt), (Outcome::Succeeded, 2));
    refuse(&world, 90_055);
    let run = world.start_sync().await;
    let worker = world.worker();
    let row = world.reached(run, |row| row.status == Status::Queued && row.attempt == 1 && row.reason.is_some()).await;
    worker.stop().await;
    assert_eq!(reason(&row), "auth.throttled");
    let scope = world.scope().await;
    assert_eq!(world.db.tenant(&scope).runs().request_cancel(run).await.unwrap(), CancelOutcome::Cancelled);
    world.drain().await;
}

async fn a_token_that_expires_midway_is_renewed_once(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    world.simulator.add_fault(world.directory(), Fault::on("deviceManagement", FaultKind::ExpireToken).times(1));
    let row = world.sync().await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    assert_eq!(world.simulator.stats().tokens_issued, 2);
}
