//! A tenant in which a second administrator approves changes.

use graph::{ApprovalState, Effect, Write, WriteError, Written};
use graph_sim::Content;
use model::registry::Contract;
use model::restore::Method;
use serde_json::json;

use crate::harness::{World, contract};

/// A tenant whose scripts are protected, and a change of one of them.
async fn protected() -> (World, &'static Contract, Write) {
    let world = World::start(Content::Empty).await;
    world.insert_scripts(1);
    let policy = json!({ "id": "p", "displayName": "Scripts", "policyType": "script",
        "policyPlatform": "notApplicable", "approverGroupIds": [] });
    world.insert("approvalPolicies", policy);
    world.simulator.require_approval(&world.id, true);
    let contract = contract("powershellScripts");
    let write = Write {
        method: Method::Patch,
        version: "beta".into(),
        path: format!("{}/s0", contract.path),
        body: Some(json!({ "displayName": "Another" })),
        creates: false,
        justification: None,
        approval_code: None,
    };
    (world, contract, write)
}

fn refused(result: Result<Written, WriteError>) -> (&'static str, Effect) {
    let error = result.unwrap_err();
    (error.error.code, error.effect)
}

#[tokio::test]
async fn a_protected_write_asks_waits_and_is_repeated_with_its_code() {
    let (world, contract, plain) = protected().await;
    let send = async |write: &Write| world.tenant.write(contract, write).await;
    assert_eq!(refused(send(&plain).await), ("graph.approval_needed", Effect::NotMade));
    let justified = Write { justification: Some("Undo of last night's change".into()), ..plain.clone() };
    let Written::ApprovalRequested { code } = send(&justified).await.unwrap() else { panic!("it was not asked for") };
    assert!(world.simulator.journal().is_empty());
    assert_eq!(world.tenant.approval(&code).await, Ok(ApprovalState::NeedsApproval));
    assert_eq!(refused(send(&justified).await), ("graph.approval_pending", Effect::NotMade));
    let coded = Write { approval_code: Some(code.clone()), ..plain.clone() };
    assert_eq!(refused(send(&coded).await), ("graph.approval_not_given", Effect::NotMade));
    assert!(world.simulator.decide_approval(&world.id, &code, "approved"));
    assert_eq!(world.tenant.approval(&code).await, Ok(ApprovalState::Approved));
    assert_eq!(send(&coded).await, Ok(Written::Done { id: None }));
    assert_eq!(world.simulator.journal().len(), 1);
    assert_eq!(world.tenant.approval(&code).await, Ok(ApprovalState::Completed));
}

#[tokio::test]
async fn a_rejected_write_has_no_effect_and_an_unprotected_one_ignores_the_reason() {
    let (world, contract, plain) = protected().await;
    let justified = Write { justification: Some("ä".repeat(2_000)), ..plain };
    let Written::ApprovalRequested { code } = world.tenant.write(contract, &justified).await.unwrap() else {
        panic!("it was not asked for")
    };
    assert!(world.simulator.decide_approval(&world.id, &code, "rejected"));
    assert_eq!(world.tenant.approval(&code).await, Ok(ApprovalState::Rejected));
    let coded = Write { approval_code: Some(code), ..justified.clone() };
    assert_eq!(refused(world.tenant.write(contract, &coded).await), ("graph.approval_not_given", Effect::NotMade));
    world.simulator.require_approval(&world.id, false);
    assert_eq!(world.tenant.write(contract, &justified).await, Ok(Written::Done { id: None }));
    assert_eq!(world.simulator.journal().len(), 1);
}

#[tokio::test]
async fn an_unknown_request_for_approval_is_not_found() {
    let (world, ..) = protected().await;
    assert_eq!(
        world.tenant.approval("00000000-0000-4000-8000-000000000000").await.unwrap_err().code,
        "graph.not_found"
    );
}
