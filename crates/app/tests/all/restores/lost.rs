//! Answers that are lost, and workers that die between a write and its record: nothing is made twice, and nothing is called
//! good that is not.

use app::restores::{ObjectKey, Source, begin};
use graph_sim::{Fault, FaultKind, FaultMatch};
use model::run::{ItemOutcome, Outcome, Status};
use serde_json::json;
use store::WriteResult;
use testkit::dying::take_up;
use testkit::restoring::{begun, confirmed, executed, previewed, previewed_of};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, FILTERS, id_at, reason};

on_both_databases!(
    an_answer_that_is_lost_after_the_effect_makes_no_second_object,
    a_connection_that_breaks_before_the_effect_is_tried_again,
    a_request_that_never_gets_through_is_known_to_have_done_nothing,
    however_many_workers_die_before_a_request_the_next_one_sends_it,
    a_refused_request_fails_its_object_alone,
    what_was_written_in_part_is_incomplete_and_can_be_done_again,
    a_worker_that_dies_after_the_effect_leaves_one_object,
    somebody_who_lost_the_right_writes_nothing_more,
    whoever_names_an_object_that_waits_waits_too,
);

fn fault(method: &str, path: &str, kind: FaultKind, times: u32) -> Fault {
    let matches = FaultMatch { path: path.into(), method: Some(method.into()), ..FaultMatch::default() };
    Fault { matches, times: Some(times), ..Fault::on(path, kind) }
}

/// A tenant that lost a filter and whose first policy was changed; its filters before.
async fn harmed(database: &TestDatabase) -> (World, Source, usize) {
    let world = World::seeded(database, 60).await;
    let (_, set) = world.back_up("before").await;
    let filters = world.simulator.objects(world.directory(), FILTERS).len();
    let (changed, removed) = (id_at(&world, CATALOG, 0), id_at(&world, FILTERS, 0));
    world.simulator.change(world.directory(), CATALOG, &changed, |object| object["description"] = json!("broken"));
    world.simulator.remove(world.directory(), FILTERS, &removed);
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    (world, source, filters)
}

async fn an_answer_that_is_lost_after_the_effect_makes_no_second_object(database: &TestDatabase) {
    let (world, source, filters) = harmed(database).await;
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    for (method, path) in [("POST", FILTERS), ("PUT", CATALOG)] {
        world.simulator.add_fault(world.directory(), fault(method, path, FaultKind::AnswerLost, 1));
    }
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
    assert_eq!(world.simulator.objects(world.directory(), FILTERS).len(), filters);
    let puts = world.simulator.journal().into_iter().filter(|effect| effect.method == "PUT").count();
    assert_eq!(puts, 1, "what took effect is not sent again");
}

async fn a_connection_that_breaks_before_the_effect_is_tried_again(database: &TestDatabase) {
    let (world, source, filters) = harmed(database).await;
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    for (method, path) in [("POST", FILTERS), ("PUT", CATALOG)] {
        world.simulator.add_fault(world.directory(), fault(method, path, FaultKind::Reset, 1));
    }
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
    assert_eq!(world.simulator.objects(world.directory(), FILTERS).len(), filters);
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).restores().writes(run.id).await.unwrap();
    let not_made = rows.iter().filter(|row| matches!(row.ended, Some((WriteResult::NotMade, _)))).count();
    assert_eq!(not_made, 2, "{rows:?}");
}

async fn a_request_that_never_gets_through_is_known_to_have_done_nothing(database: &TestDatabase) {
    let (world, source, _) = harmed(database).await;
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    world.simulator.add_fault(world.directory(), fault("PUT", CATALOG, FaultKind::Reset, 1_000));
    let run = executed(&world, &plan).await;
    assert_eq!(reason(&run), "restore.not_made");
    let items = world.items(run.id).await;
    let failed = items.iter().filter(|item| item.outcome == ItemOutcome::Failed).count();
    let unknown = items.iter().filter(|item| item.outcome == ItemOutcome::Unknown).count();
    assert_eq!((failed, unknown), (1, 0), "{items:?}");
}

async fn however_many_workers_die_before_a_request_the_next_one_sends_it(database: &TestDatabase) {
    let (world, source, _) = harmed(database).await;
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    // More often than anybody who lives would try.
    let deaths = 6;
    let silence = FaultKind::Silence { effect: false };
    world.simulator.add_fault(world.directory(), fault("PUT", CATALOG, silence, deaths));
    let run = confirmed(&world, &plan).await;
    let mut unanswered = world.simulator.left_unanswered();
    for death in 1..=deaths {
        let worker = world.worker();
        unanswered.wait_for(|count| *count == u64::from(death)).await.unwrap();
        worker.die().await;
        take_up(&world, database).await;
    }
    let row = world.worked(run).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", world.items(run).await);
    let puts = world.simulator.journal().into_iter().filter(|effect| effect.method == "PUT").count();
    assert_eq!(puts, 1);
}

async fn a_refused_request_fails_its_object_alone(database: &TestDatabase) {
    let (world, source, filters) = harmed(database).await;
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    let refused = FaultKind::Status { status: 400, code: "BadRequest".into(), retry_after: None };
    world.simulator.add_fault(world.directory(), fault("PUT", CATALOG, refused, 1));
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::PartiallySucceeded, "{:?}", world.items(run.id).await);
    assert_eq!(reason(&run), "graph.bad_request");
    assert_eq!(world.simulator.objects(world.directory(), FILTERS).len(), filters, "the other one is back");
    let again = begin(&world.db, &world.scope().await, Source::Again { run: run.id }).await.unwrap();
    world.simulator.clear_faults(world.directory());
    let (_, plan) = previewed(&world, again).await;
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
    assert_eq!(run.counts.total, Some(1), "only what failed");
    assert_ne!(world.simulator.objects(world.directory(), CATALOG)[0]["description"], "broken");
}

async fn what_was_written_in_part_is_incomplete_and_can_be_done_again(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let policy = id_at(&world, CATALOG, 0);
    let target = json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" });
    world.simulator.change(world.directory(), CATALOG, &policy, |object| {
        object["assignments"] = json!([{ "id": format!("{policy}_all"), "target": target }]);
    });
    let (_, set) = world.back_up("before").await;
    world.simulator.change(world.directory(), CATALOG, &policy, |object| {
        object["description"] = json!("broken");
        object["assignments"] = json!([]);
    });
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let plan = previewed_of(&world, source, [ObjectKey::new("settingsCatalog", &policy)].into()).await;
    // It is read before its settings are written, and may not be read again before its assignments are.
    let denied = FaultKind::Status { status: 403, code: "Forbidden".into(), retry_after: None };
    let second = Fault { every: Some(3), ..fault("GET", &policy, denied, 1) };
    world.simulator.add_fault(world.directory(), second);
    let run = executed(&world, &plan).await;
    let items = world.items(run.id).await;
    assert_eq!(items.iter().map(|item| item.outcome).collect::<Vec<_>>(), [ItemOutcome::Incomplete], "{items:?}");
    let (_, plan) =
        previewed(&world, begin(&world.db, &world.scope().await, Source::Again { run: run.id }).await.unwrap()).await;
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
    let objects = world.simulator.objects(world.directory(), CATALOG);
    let back = objects.iter().find(|object| object["id"] == policy.as_str()).unwrap();
    assert_eq!(back["assignments"].as_array().map(Vec::len), Some(1));
}

async fn a_worker_that_dies_after_the_effect_leaves_one_object(database: &TestDatabase) {
    let (world, source, filters) = harmed(database).await;
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    // The request takes effect at once, and its answer would take longer than the worker lives.
    let slow = FaultKind::SlowBody { chunk: 1, delay_ms: 200 };
    world.simulator.add_fault(world.directory(), fault("POST", FILTERS, slow, 1));
    let run = confirmed(&world, &plan).await;
    let worker = world.worker();
    let mut changes = world.db.changes();
    let made = || world.simulator.objects(world.directory(), FILTERS).len() == filters;
    while !made() {
        let _ = tokio::time::timeout(std::time::Duration::from_millis(20), changes.changed()).await;
    }
    worker.stop().await;
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).restores().writes(run).await.unwrap();
    assert!(rows.iter().any(|row| row.ended.is_none()), "an intent without an outcome: {rows:?}");
    let row = world.worked(run).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", world.items(run).await);
    assert_eq!(world.simulator.objects(world.directory(), FILTERS).len(), filters);
}

async fn somebody_who_lost_the_right_writes_nothing_more(database: &TestDatabase) {
    let (world, source, _) = harmed(database).await;
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    let run = confirmed(&world, &plan).await;
    database.execute("update tenants set state = 'suspended'").await;
    let before = world.simulator.journal().len();
    let worker = world.worker();
    let row = world.reached(run, |row| row.status == Status::Completed).await;
    worker.stop().await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Blocked, "tenant_suspended"));
    assert_eq!(world.simulator.journal().len(), before);
    let good = world.items(run).await.into_iter().filter(|item| item.outcome == ItemOutcome::Succeeded).count();
    assert_eq!(good, 0);
}

async fn whoever_names_an_object_that_waits_waits_too(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let (policy, filter) = (id_at(&world, CATALOG, 0), id_at(&world, FILTERS, 0));
    let target = json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget",
        "deviceAndAppManagementAssignmentFilterId": filter, "deviceAndAppManagementAssignmentFilterType": "include" });
    world.simulator.change(world.directory(), CATALOG, &policy, |object| {
        object["assignments"] = json!([{ "id": format!("{policy}_all"), "target": target }]);
    });
    let (_, set) = world.back_up("before").await;
    world.simulator.remove(world.directory(), FILTERS, &filter);
    world.simulator.change(world.directory(), CATALOG, &policy, |object| object["assignments"] = json!([]));
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    // The filter is made, and cannot be read back for a while.
    let away = FaultKind::Status { status: 503, code: "ServiceUnavailable".into(), retry_after: None };
    world.simulator.add_fault(world.directory(), fault("GET", &format!("{FILTERS}/"), away, 1_000));
    let run = confirmed(&world, &plan).await;
    let worker = world.worker();
    let waits = |row: &store::RunRow| reason(row) == "graph.unavailable" || row.status == Status::Completed;
    let row = world.reached(run, waits).await;
    assert_eq!(row.status, Status::Queued, "{:?}", world.items(run).await);
    world.simulator.clear_faults(world.directory());
    database.execute("update operation_runs set available_at = 0 where status = 'queued'").await;
    let row = world.ended(run).await;
    worker.stop().await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", world.items(run).await);
    let objects = world.simulator.objects(world.directory(), CATALOG);
    let back = objects.iter().find(|object| object["id"] == policy.as_str()).unwrap();
    let named = &back["assignments"][0]["target"]["deviceAndAppManagementAssignmentFilterId"];
    let filters = world.simulator.objects(world.directory(), FILTERS);
    assert!(filters.iter().any(|object| object["id"] == *named), "{named}");
}
