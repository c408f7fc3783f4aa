//! Into another tenant: what is named there is asked for, never guessed; and Intune's own approval, and a second person.

use app::restores::{
    Answers, Choice, Confirmation, ObjectKey, ReferenceAnswer, Source, answer, approve, confirm, mapping, open,
};
use app::starting::Extra;
use graph_sim::Content;
use model::access::Role;
use model::ids::RunId;
use model::registry::content::Reference;
use model::restore::{Action, Approval};
use model::run::{Outcome, Status};
use serde_json::{Value, json};
use store::TenantScope;
use testkit::restoring::{answered, begun, begun_in, confirmed, executed, planned, previewed, revision, said};
use testkit::{TestDatabase, World, on_both_databases};

use super::approvals::protect;
use crate::support::{CATALOG, FILTERS, id_at, reason};

on_both_databases!(
    another_tenants_objects_arrive_with_their_references,
    what_an_object_names_comes_along,
    what_is_gone_comes_back_along_with_what_names_it,
    an_approval_of_intune_is_asked_for_and_waited_for,
    a_rejected_approval_ends_its_object,
    every_gate_is_the_servers,
);

/// The scope of the second tenant with the owner's rights.
async fn second(world: &World) -> TenantScope {
    world.db.authorise(world.owner, world.tenants[1].id).await.unwrap()
}

/// An empty tenant, and a second one that holds something; both were observed.
async fn empty_and_full(database: &TestDatabase) -> (World, TenantScope) {
    let source = Content::Seeded { seed: 7, objects: 60 };
    let world = World::of(database, vec![Content::Seeded { seed: 9, objects: 0 }, source]).await;
    let there = second(&world).await;
    let selection = app::inventory::Selection::of::<&str>(&[]).unwrap();
    let sync = app::inventory::start_sync(&world.db, &there, &selection, Extra::default()).await.unwrap().run();
    let worker = world.worker();
    let mut changes = world.db.changes();
    while world.db.tenant(&there).runs().get(sync).await.unwrap().status != Status::Completed {
        let _ = tokio::time::timeout(std::time::Duration::from_millis(20), changes.changed()).await;
    }
    worker.stop().await;
    world.sync().await;
    (world, there)
}

async fn another_tenants_objects_arrive_with_their_references(database: &TestDatabase) {
    let (world, there) = empty_and_full(database).await;
    let types = ["settingsCatalog", "assignmentFilters"];
    let inventory = world.db.tenant(&there).inventory();
    let objects: Vec<_> = inventory
        .present(&types, None, 1_000)
        .await
        .unwrap()
        .into_iter()
        .map(|row| ObjectKey::new(row.type_key, row.external_id))
        .collect();
    let scope = world.scope().await;
    let restore =
        begun_in(&world, &scope, Source::Objects { tenant: world.tenants[1].id, objects: objects.clone() }).await;
    let opened = open(&world.db, &scope, restore).await.unwrap();
    let questions = mapping(&world.db, &scope, &opened).await.unwrap();
    assert!(!questions.same_directory);
    let unanswered: Vec<_> =
        questions.references.iter().filter(|one| matches!(one.answer, ReferenceAnswer::Open(_))).collect();
    let leave_out = unanswered
        .iter()
        .map(|one| (one.reference.kind.clone(), one.reference.external_id.clone(), Some(Choice::LeaveOut)))
        .collect();
    let answers = Answers { references: leave_out, ..Answers::default() };
    answered(&world, &scope, restore, answers).await;
    let (row, plan) = previewed(&world, restore).await;
    assert!(
        plan.plan.items.iter().all(|item| item.action == Action::Create),
        "{:?} {:?}",
        row.reason,
        world.items(row.id).await
    );
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
    let (from, to) = (world.tenants[1].spec.tenant_id.as_str(), world.directory());
    for collection in [CATALOG, FILTERS] {
        assert_eq!(world.simulator.objects(to, collection).len(), world.simulator.objects(from, collection).len());
    }
    // Decisions are remembered: the same restore asks nothing the second time.
    let again = begun_in(&world, &scope, Source::Objects { tenant: world.tenants[1].id, objects }).await;
    let opened = open(&world.db, &scope, again).await.unwrap();
    let remembered = mapping(&world.db, &scope, &opened).await.unwrap();
    let open = remembered.references.iter().filter(|one| matches!(one.answer, ReferenceAnswer::Open(_))).count();
    assert_eq!(open, 0, "{:?}", remembered.references);
}

/// The filter of an assignment to everybody; a row of a group goes with the group.
fn filter_of(policy: &Value) -> Option<String> {
    let rows = policy["assignments"].as_array().into_iter().flatten();
    let rows = rows.filter(|row| row["target"]["groupId"].is_null());
    let mut filters = rows.filter_map(|row| row["target"]["deviceAndAppManagementAssignmentFilterId"].as_str());
    filters.next().map(str::to_owned)
}

async fn what_an_object_names_comes_along(database: &TestDatabase) {
    let (world, _) = empty_and_full(database).await;
    let (from, scope) = (world.tenants[1].spec.tenant_id.clone(), world.scope().await);
    let policies = world.simulator.objects(&from, CATALOG);
    let (policy, filter) =
        policies.iter().find_map(|policy| Some((policy, filter_of(policy)?))).expect("a filter is used");
    let object = ObjectKey::new("settingsCatalog", policy["id"].as_str().unwrap());
    let restore =
        begun_in(&world, &scope, Source::Objects { tenant: world.tenants[1].id, objects: vec![object] }).await;
    let questions = async || {
        let opened = open(&world.db, &scope, restore).await.unwrap();
        mapping(&world.db, &scope, &opened).await.unwrap().references
    };
    let all = questions().await;
    let groups = all.iter().filter(|one| one.reference.kind == "groups");
    assert!(groups.clone().all(|one| !one.can_come_along), "a group is nothing that a restore makes");
    let left_out =
        groups.map(|one| (one.reference.kind.clone(), one.reference.external_id.clone(), Some(Choice::LeaveOut)));
    let along: Vec<_> = all.iter().filter(|one| one.can_come_along).map(|one| one.reference.clone()).collect();
    assert!(along.iter().any(|one| one.external_id == filter), "{all:#?}");
    let odd =
        Answers { along: vec![Reference { kind: "groups".into(), external_id: "x".into() }], ..Answers::default() };
    let seen = revision(&world, &scope, restore).await;
    let refused = answer(&world.db, &scope, restore, seen, odd).await.unwrap_err();
    assert_eq!(refused.code, "restore.cannot_come_along");
    answered(&world, &scope, restore, Answers { references: left_out.collect(), along, ..Answers::default() }).await;
    let with_this = questions().await.into_iter().find(|one| one.reference.external_id == filter).unwrap();
    assert!(matches!(with_this.answer, ReferenceAnswer::WithThis(_)), "{:?}", with_this.answer);
    let (row, plan) = previewed(&world, restore).await;
    assert_eq!(planned(&plan, "assignmentFilters", &filter).action, Action::Create, "{:?}", row.reason);
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
    let made = world.simulator.objects(world.directory(), FILTERS).remove(0)["id"].as_str().unwrap().to_owned();
    let policies = world.simulator.objects(world.directory(), CATALOG);
    assert_eq!(filter_of(&policies[0]), Some(made), "it names the new filter");
}

async fn what_is_gone_comes_back_along_with_what_names_it(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let policies = world.simulator.objects(world.directory(), CATALOG);
    let (policy, filter) =
        policies.iter().find_map(|policy| Some((policy, filter_of(policy)?))).expect("a filter is used");
    assert!(world.simulator.remove(world.directory(), FILTERS, &filter));
    world.sync().await;
    let objects = vec![ObjectKey::new("settingsCatalog", policy["id"].as_str().unwrap())];
    let restore = begun(&world, Source::Objects { tenant: world.tenants[0].id, objects }).await;
    let scope = world.scope().await;
    let opened = open(&world.db, &scope, restore).await.unwrap();
    let all = mapping(&world.db, &scope, &opened).await.unwrap().references;
    let gone = all.iter().find(|one| one.reference.external_id == filter).expect("it is asked for");
    assert!(matches!(gone.answer, ReferenceAnswer::Open(_)) && gone.can_come_along, "{gone:?}");
    answered(&world, &scope, restore, Answers { along: vec![gone.reference.clone()], ..Answers::default() }).await;
    let (row, plan) = previewed(&world, restore).await;
    assert_eq!(planned(&plan, "assignmentFilters", &filter).action, Action::Create, "{:?}", row.reason);
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
}

async fn changed(database: &TestDatabase) -> (World, Source) {
    let world = World::seeded(database, 60).await;
    let (_, set) = world.back_up("before").await;
    let id = id_at(&world, CATALOG, 0);
    world.simulator.change(world.directory(), CATALOG, &id, |object| object["description"] = json!("broken"));
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    (world, source)
}

const SCRIPTS: &str = "deviceManagement/deviceManagementScripts";

/// A tenant whose scripts a second administrator has to approve, one of which was changed.
async fn protected(database: &TestDatabase) -> (World, Source) {
    let world = World::seeded(database, 60).await;
    protect(&world, "script");
    let (_, set) = world.back_up("before").await;
    let id = id_at(&world, SCRIPTS, 0);
    world.simulator.change(world.directory(), SCRIPTS, &id, |object| object["description"] = json!("broken"));
    world.simulator.require_approval(world.directory(), true);
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    (world, source)
}

/// Waits until the run waits for an approval, and gives its code.
async fn asked(world: &World, run: RunId) -> String {
    let waits = |row: &store::RunRow| reason(row).starts_with("restore.") || row.status == Status::Completed;
    let row = world.reached(run, waits).await;
    assert_eq!(reason(&row), "restore.waits_for_approval", "{:?}", world.items(run).await);
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).restores().writes(run).await.unwrap();
    rows.iter().find_map(|row| row.ended.as_ref()?.1.approval.clone()).unwrap()
}

async fn decided(database: &TestDatabase, decision: &str) -> (World, store::RunRow) {
    let (world, source) = protected(database).await;
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    let said = |key: &str| plan.plan.items.iter().find(|item| item.type_key == key).map(|item| item.approval);
    assert_eq!(said("powershellScripts"), Some(Approval::Expected), "the plan says that it is going to wait");
    assert_eq!(said("settingsCatalog"), Some(Approval::NotExpected));
    assert_eq!(said("conditionalAccess"), Some(Approval::NotExpected));
    let run = confirmed(&world, &plan).await;
    let worker = world.worker();
    let code = asked(&world, run).await;
    assert_eq!(world.run(run).await.status, Status::Queued, "it holds no worker");
    assert!(world.simulator.decide_approval(world.directory(), &code, decision));
    database.execute("update operation_runs set available_at = 0 where status = 'queued'").await;
    let row = world.ended(run).await;
    worker.stop().await;
    (world, row)
}

async fn an_approval_of_intune_is_asked_for_and_waited_for(database: &TestDatabase) {
    let (world, row) = decided(database, "approved").await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", world.items(row.id).await);
    assert_eq!(row.attempt, 1, "waiting costs no attempt");
    assert!(world.simulator.objects(world.directory(), SCRIPTS)[0]["description"] != "broken");
}

async fn a_rejected_approval_ends_its_object(database: &TestDatabase) {
    let (world, row) = decided(database, "rejected").await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Failed, "restore.approval_rejected"));
    assert_eq!(world.simulator.objects(world.directory(), SCRIPTS)[0]["description"], "broken");
}

async fn every_gate_is_the_servers(database: &TestDatabase) {
    let (world, source) = changed(database).await;
    let restore = begun(&world, source).await;
    let scope = world.scope().await;
    let refused =
        async |said: Confirmation| confirm(&world.db, &scope, restore, &said, Extra::default()).await.unwrap_err().code;
    assert_eq!(refused(Confirmation::default()).await, "restore.no_current_plan");
    let (_, plan) = previewed(&world, restore).await;
    let good = said(&world, &scope, &plan).await;
    for (said, code) in [
        (Confirmation { plan: "0".repeat(64), ..good.clone() }, "restore.other_plan"),
        (Confirmation { impact_reviewed: false, ..good.clone() }, "restore.impact_not_reviewed"),
        (Confirmation { tenant_name: "contoso".into(), ..good.clone() }, "restore.wrong_tenant_name"),
        (Confirmation { reason: "  ".into(), ..good.clone() }, "restore.reason_missing"),
    ] {
        assert_eq!(refused(said).await, code);
    }
    world.db.tenant(&scope).restores().demand_second_person(true).await.unwrap();
    assert_eq!(refused(good.clone()).await, "restore.second_person");
    assert_eq!(approve(&world.db, &scope, restore, &plan.hash).await.unwrap_err().code, "restore.same_person");
    let manager = world.person("Mona", Role::Manager).await;
    let hers = world.scope_of(manager).await;
    approve(&world.db, &hers, restore, &plan.hash).await.unwrap();
    let operator = world.person("Otto", Role::Operator).await;
    let his = world.scope_of(operator).await;
    let denied = confirm(&world.db, &his, restore, &good, Extra::default()).await.unwrap_err();
    assert_eq!(denied.kind, model::Kind::Forbidden);
    answered(&world, &scope, restore, Answers::default()).await;
    assert_eq!(
        refused(good.clone()).await,
        "restore.no_current_plan",
        "what changed after the preview is not confirmed"
    );
    let (_, plan) = previewed(&world, restore).await;
    approve(&world.db, &hers, restore, &plan.hash).await.unwrap();
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
    let twice = app::restores::start_preview(&world.db, &scope, restore, Extra::default()).await.unwrap_err();
    assert_eq!(twice.code, "restore.not_a_draft");
}
