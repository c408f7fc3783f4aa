//! Tokens: every family of errors, one request for many callers, a token that ends in the middle.

use std::sync::Arc;

use graph::Graph;
use graph_sim::{Fault, FaultKind};
use model::Ambient;
use model::ambient::{ManualClock, SystemEntropy};

use crate::harness::{CANARY, World, connection, hurried, observe};

#[tokio::test]
async fn every_family_of_sign_in_errors_has_a_code_of_ours() {
    let families = [
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
        (530_032, "auth.blocked_by_policy"),
        (90_094, "auth.consent_required"),
        (90_055, "auth.throttled"),
        (90_033, "auth.unavailable"),
        (700_005, "auth.wrong_tenant"),
    ];
    for (aadsts, code) in families {
        let world = World::empty().await;
        world.simulator.add_fault(&world.id, Fault::on("", FaultKind::TokenError { aadsts }));
        let (observation, _) = world.observe("scopeTags").await;
        let error = observation.list_error.unwrap();
        assert_eq!(error.code, code, "AADSTS{aadsts}");
        assert!(!error.hint.is_empty() && !format!("{error:?}{error}").contains("AADSTS"), "{error:?}");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_one_failed_sign_in_for_many_readers() {
    let world = World::empty().await;
    let spec = &world.simulator.tenants()[0];
    let tenant = world.graph.tenant(connection(&world.simulator.http_url(), &spec.tenant_id, &spec.client_id, "wrong"));
    let many = (0..20).map(|_| tenant.granted_permissions());
    for outcome in futures::future::join_all(many).await {
        assert_eq!(outcome.unwrap_err().code, "auth.secret_wrong");
    }
    assert_eq!(world.graph.traffic().round_trips, 1);
}

#[tokio::test]
async fn passing_trouble_at_the_sign_in_is_tried_again() {
    let world = World::empty().await;
    world.simulator.add_fault(&world.id, Fault::on("", FaultKind::TokenError { aadsts: 90_033 }).times(2));
    assert!(world.tenant.granted_permissions().await.is_ok());
}

#[tokio::test]
async fn a_directory_of_another_cloud_is_not_found() {
    let world = World::empty().await;
    let nowhere = "00000000-1111-4222-8333-444444444444";
    let tenant = world.graph.tenant(connection(&world.simulator.http_url(), nowhere, "app", CANARY));
    assert_eq!(tenant.granted_permissions().await.unwrap_err().code, "auth.tenant_not_found");
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_is_renewed_once() {
    let world = World::empty().await;
    world.insert_scripts(5);
    let path = "deviceManagementScripts";
    world.simulator.add_fault(&world.id, Fault::on(path, FaultKind::ExpireToken).times(1));
    let (observation, objects) = world.observe("powershellScripts").await;
    assert_eq!((observation.list_error, objects.len()), (None, 5));
    assert!(objects.iter().all(|object| object.missing_parts.is_empty()));
    assert_eq!(world.simulator.stats().tokens_issued, 2);
}

#[tokio::test]
async fn a_token_that_is_never_accepted_ends_with_a_code() {
    let world = World::empty().await;
    let refuse = FaultKind::Status { status: 401, code: "InvalidAuthenticationToken".into(), retry_after: None };
    world.simulator.add_fault(&world.id, Fault::on("roleScopeTags", refuse));
    let (observation, _) = world.observe("scopeTags").await;
    assert_eq!(observation.list_error.unwrap().code, "graph.token_expired");
    assert_eq!(world.simulator.stats().tokens_issued, 2, "one refresh, not more");
}

#[tokio::test]
async fn a_new_secret_signs_in_anew() {
    let world = World::empty().await;
    let spec = &world.simulator.tenants()[0];
    let with = |secret: &str| {
        world.graph.tenant(connection(&world.simulator.http_url(), &spec.tenant_id, &spec.client_id, secret))
    };
    assert!(with("wrong").granted_permissions().await.is_err());
    assert!(observe(&with(CANARY), "scopeTags").await.0.list_error.is_none());
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_before_it_ends() {
    let world = World::empty().await;
    let spec = &world.simulator.tenants()[0];
    let clock = Arc::new(ManualClock::at(1_800_000_000_000));
    let graph = Graph::new(hurried(), Ambient::new(clock.clone(), Arc::new(SystemEntropy))).unwrap();
    let tenant = graph.tenant(connection(&world.simulator.http_url(), &spec.tenant_id, &spec.client_id, CANARY));
    for (passed_ms, issued) in [(0, 1), (3_298_000, 1), (2_000, 2)] {
        clock.advance_ms(passed_ms);
        tenant.granted_permissions().await.unwrap();
        assert_eq!(world.simulator.stats().tokens_issued, issued, "after {passed_ms} ms more");
    }
}
