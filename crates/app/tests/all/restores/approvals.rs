//! A tenant that lets a second administrator approve everything: every kind of object waits, and is restored as without.

use std::collections::BTreeSet;

use app::restores::Source;
use model::ids::RunId;
use model::registry::Quota;
use model::restore::Approval;
use model::run::Status;
use serde_json::{Value, json};
use store::RunRow;
use testkit::restoring::{confirmed, previewed_of};
use testkit::{TestDatabase, World, on_both_databases};

use super::chosen::{by_kind, keys};
use crate::support::reason;

on_both_databases!(every_kind_waits_for_its_approval_and_is_restored,);

/// Objects of the tenant: enough for one of almost every kind.
const OBJECTS: usize = 300;
/// More often than that nothing has to be approved: an object has a few writes, and the levels of a plan are few.
const ROUNDS: usize = 60;

/// Types of Windows 365: no policy of Intune's protects them, in the simulator either.
const CLOUD_PCS: usize = 2;

const REQUESTS: &str = "deviceManagement/operationApprovalRequests";
const POLICIES: &str = "deviceManagement/operationApprovalPolicies";

/// From now on a second administrator has to approve what is of that kind, once the simulator asks for approvals.
pub(super) fn protect(world: &World, kind: &str) {
    let policy = json!({ "id": kind, "displayName": kind, "policyType": kind, "policyPlatform": "notApplicable",
        "approverGroupIds": [] });
    assert!(world.simulator.insert(world.directory(), POLICIES, policy));
}

/// The second administrator approves whatever waits; how many that were.
fn approve(world: &World) -> usize {
    let waiting: Vec<Value> = world
        .simulator
        .objects(world.directory(), REQUESTS)
        .into_iter()
        .filter(|request| request["status"] == "needsApproval")
        .collect();
    for request in &waiting {
        assert!(world.simulator.decide_approval(world.directory(), request["id"].as_str().unwrap(), "approved"));
    }
    waiting.len()
}

/// Works on the run until it is over, with everything approved in between.
async fn approved(world: &World, database: &TestDatabase, run: RunId) -> (RunRow, usize) {
    let worker = world.worker();
    let mut approvals = 0;
    for _ in 0..ROUNDS {
        let rests = |row: &RunRow| row.status == Status::Completed || reason(row) == "restore.waits_for_approval";
        let row = world.reached(run, |row| rests(row) && row.status != Status::Running).await;
        if row.status == Status::Completed {
            worker.stop().await;
            return (row, approvals);
        }
        approvals += approve(world);
        database.execute("update operation_runs set available_at = 0 where status = 'queued'").await;
    }
    panic!("it still waits after {approvals} approvals");
}

async fn every_kind_waits_for_its_approval_and_is_restored(database: &TestDatabase) {
    let world = World::seeded(database, OBJECTS).await;
    ["app", "script", "role", "tenantConfiguration"].into_iter().for_each(|kind| protect(&world, kind));
    let (_, set) = world.back_up("before").await;
    let chosen = by_kind(&world, |one| one.contract.quota == Quota::Intune && one.can_be_changed()).await;
    chosen.iter().for_each(|one| one.change_by_hand(&world));
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let plan = previewed_of(&world, source, keys(&chosen)).await;
    let written: Vec<_> = plan.plan.written().collect();
    assert!(written.iter().all(|item| item.approval != Approval::NotExpected), "a policy may protect each of them");
    world.simulator.require_approval(world.directory(), true);
    let (row, approvals) = approved(&world, database, confirmed(&world, &plan).await).await;
    let bad: Vec<_> = world.items(row.id).await.into_iter().filter(|item| item.code.is_some()).collect();
    assert!(bad.is_empty(), "{:?} {bad:#?}", row.reason);
    let types: BTreeSet<_> = written.iter().map(|item| &item.type_key).collect();
    println!("{} kinds of {} types, {approvals} approvals", written.len(), types.len());
    assert!(types.len() > 30 && approvals >= written.len() - CLOUD_PCS, "{} types, {approvals}", types.len());
    chosen.iter().for_each(|one| one.assert_as_before(&world, &one.id, &[], &plan));
}
