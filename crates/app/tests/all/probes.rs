//! Change probes: what the audit logs name is read, and is known by who changed it.

use app::inventory::probe::start_probe;
use graph_sim::{Content, Fault, FaultKind};
use model::change::AuthorKind;
use model::run::{ItemOutcome, Outcome};
use serde_json::{Value, json};
use store::{RunRow, VersionAuthor};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, FILTERS, forbidden, id_at, item, object, reason};

pub(crate) const SCRIPTS: &str = "deviceManagement/deviceManagementScripts";
const ACCESS: &str = "identity/conditionalAccess/policies";
pub(crate) const EVENTS: &str = "deviceManagement/auditEvents";
const DIRECTORY: &str = "auditLogs/directoryAudits";
pub(crate) const MINUTE: i64 = 60;

on_both_databases!(
    with_nothing_changed_a_probe_costs_a_handful_of_requests_and_touches_nothing,
    one_object_that_a_person_changed_is_read_and_no_other,
    conditional_access_is_told_by_the_directory,
    what_was_created_is_found_by_what_the_log_calls_it,
    what_the_log_calls_deleted_is_looked_for_and_never_missing_by_that,
    an_event_that_comes_late_is_handled_once,
    a_log_that_is_refused_leaves_the_other_one,
    what_cannot_be_read_is_counted_and_said,
    a_flood_is_passed_on_to_a_sync_once,
    a_probe_that_is_taken_up_again_loses_nothing_and_repeats_nothing,
    trouble_that_passes_leaves_the_change_to_the_next_attempt,
    two_tenants_probe_each_for_itself,
);

/// A tenant whose first sync and first probe are over. Changes from now on are dated a minute ahead, so that they are
/// later than what was seen, however fast the test is.
pub(crate) async fn probed(database: &TestDatabase) -> World {
    let world = World::seeded(database, 160).await;
    set_clock(&world, 0).await;
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    assert_eq!(probe(&world).await.outcome, Outcome::Succeeded);
    set_clock(&world, MINUTE).await;
    world
}

/// The tenant's clock is so many seconds ahead of the database's.
async fn set_clock(world: &World, ahead: i64) {
    let now = world.db.ping().await.unwrap() / 1000;
    world.simulator.set_clock(world.directory(), now + ahead);
}

pub(crate) async fn probe(world: &World) -> RunRow {
    let run = start_probe(&world.db, &world.scope().await, Default::default()).await.unwrap().run();
    world.worked(run).await
}

pub(crate) fn change(world: &World, collection: &str, id: &str, to: &str) {
    let edit = |object: &mut Value| object["description"] = json!(to);
    assert!(world.simulator.change(world.directory(), collection, id, edit));
}

async fn keys(world: &World, run: &RunRow) -> Vec<String> {
    world.items(run.id).await.into_iter().map(|item| item.key).collect()
}

/// Who made the current version.
pub(crate) async fn author(world: &World, type_key: &str, id: &str) -> Option<VersionAuthor> {
    let scope = world.scope().await;
    world.db.tenant(&scope).versions().of(type_key, id).await.unwrap().remove(0).author
}

pub(crate) async fn name(world: &World, type_key: &str, id: &str) -> Option<String> {
    author(world, type_key, id).await.and_then(|author| author.author.name)
}

/// The administrator who makes changes by hand.
pub(crate) fn administrator(world: &World) -> Option<String> {
    let users = world.simulator.objects(world.directory(), "users");
    users[0]["userPrincipalName"].as_str().map(str::to_owned)
}

/// An event of Intune as the service would have written it at that time by the tenant's clock.
pub(crate) async fn event(world: &World, id: &str, ahead: i64, actor: Value, resources: Value) {
    let at = jiff::Timestamp::from_second(world.db.ping().await.unwrap() / 1000 + ahead).unwrap().to_string();
    let event = json!({
        "id": id, "activityDateTime": at, "activityType": "Patch Something", "activityOperationType": "Patch",
        "activityResult": "Success", "correlationId": id, "actor": actor, "resources": resources,
    });
    assert!(world.simulator.insert(world.directory(), EVENTS, event));
}

pub(crate) fn named(id: &str, kind: &str) -> Value {
    json!([{ "resourceId": id, "auditResourceType": kind }])
}

async fn coverage(world: &World) -> Vec<(String, i64, Option<i64>, Option<i64>)> {
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).inventory().coverage().await.unwrap();
    rows.into_iter().map(|row| (row.type_key, row.at, row.complete_at, row.whole_at)).collect()
}

async fn with_nothing_changed_a_probe_costs_a_handful_of_requests_and_touches_nothing(database: &TestDatabase) {
    let world = probed(database).await;
    let (versions, before) = (world.versions().await, coverage(&world).await);
    world.simulator.reset_stats();
    let quiet = probe(&world).await;
    assert_eq!((quiet.outcome, reason(&quiet)), (Outcome::Succeeded, "probe.quiet"));
    assert_eq!(world.simulator.stats().round_trips, 3, "a token and the two logs");
    assert_eq!(keys(&world, &quiet).await, [""; 0]);
    assert_eq!((world.versions().await, coverage(&world).await), (versions, before));
}

async fn one_object_that_a_person_changed_is_read_and_no_other(database: &TestDatabase) {
    let world = probed(database).await;
    let (versions, before, id) = (world.versions().await, coverage(&world).await, id_at(&world, SCRIPTS, 0));
    change(&world, SCRIPTS, &id, "by hand");
    world.simulator.reset_stats();
    let run = probe(&world).await;
    assert_eq!((run.outcome, keys(&world, &run).await), (Outcome::Succeeded, vec![format!("powershellScripts/{id}")]));
    assert!(world.simulator.stats().round_trips <= 6, "a token, the logs and the script's parts");
    assert_eq!(world.versions().await, versions + 1);
    let made = author(&world, "powershellScripts", &id).await.unwrap();
    assert_eq!((made.author.kind, made.others), (AuthorKind::Person, 0));
    assert_eq!(
        (made.author.name, made.author.activity.as_str()),
        (administrator(&world), "Patch DeviceManagementScript")
    );
    assert_eq!(coverage(&world).await, before, "a probe is no reading of a type");
    assert_eq!(reason(&probe(&world).await), "probe.quiet", "it is handled");
}

async fn conditional_access_is_told_by_the_directory(database: &TestDatabase) {
    let world = probed(database).await;
    let id = id_at(&world, ACCESS, 0);
    let edit = |policy: &mut Value| policy["displayName"] = json!("renamed");
    assert!(world.simulator.change(world.directory(), ACCESS, &id, edit));
    let run = probe(&world).await;
    assert_eq!(keys(&world, &run).await, [format!("conditionalAccess/{id}")]);
    let made = author(&world, "conditionalAccess", &id).await.unwrap();
    assert_eq!(
        (made.author.name, made.author.activity.as_str()),
        (administrator(&world), "Update conditional access policy")
    );
}

async fn what_was_created_is_found_by_what_the_log_calls_it(database: &TestDatabase) {
    let world = probed(database).await;
    for (collection, type_key) in [(FILTERS, "assignmentFilters"), (ACCESS, "conditionalAccess")] {
        let mut copy = world.simulator.objects(world.directory(), collection).remove(0);
        let id = format!("00000000-0000-4000-8000-00000000000{}", collection.len() % 10);
        copy["id"] = json!(id);
        assert!(world.simulator.insert(world.directory(), collection, copy));
        let run = probe(&world).await;
        assert_eq!(keys(&world, &run).await, [format!("{type_key}/{id}")]);
        assert_eq!(name(&world, type_key, &id).await, administrator(&world));
    }
}

async fn what_the_log_calls_deleted_is_looked_for_and_never_missing_by_that(database: &TestDatabase) {
    let world = probed(database).await;
    let (gone, lies) = (id_at(&world, CATALOG, 0), id_at(&world, CATALOG, 1));
    assert!(world.simulator.remove(world.directory(), CATALOG, &gone));
    let lie = json!({
        "id": "lie", "activityDateTime": "2099-01-01T00:00:00Z", "activityType": "Delete Policy",
        "activityOperationType": "Delete", "actor": {}, "resources": named(&lies, "DeviceManagementConfigurationPolicy"),
    });
    assert!(world.simulator.insert(world.directory(), EVENTS, lie));
    let run = probe(&world).await;
    assert_eq!((run.outcome, run.counts.failed, run.counts.skipped), (Outcome::Succeeded, 0, 1));
    let seen = item(&world, run.id, &format!("settingsCatalog/{gone}")).await;
    assert_eq!((seen.outcome, seen.code.as_deref()), (ItemOutcome::Skipped, Some("graph.not_found")));
    let there = item(&world, run.id, &format!("settingsCatalog/{lies}")).await;
    assert_eq!(there.detail.as_deref(), Some("unchanged"));
    assert!(object(&world, &gone).await.missing.is_none(), "only a complete pass says so");
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    assert!(object(&world, &gone).await.missing.is_some());
    let unsaid = id_at(&world, CATALOG, 2);
    world.simulator.change(world.directory(), CATALOG, &unsaid, |_| {});
    world.simulator.add_fault(world.directory(), Fault::on(&format!("{CATALOG}/{unsaid}"), not_found()));
    let run = probe(&world).await;
    let failed = item(&world, run.id, &format!("settingsCatalog/{unsaid}")).await;
    assert_eq!((failed.outcome, failed.code.as_deref()), (ItemOutcome::Failed, Some("graph.not_found")));
    assert!(object(&world, &unsaid).await.missing.is_none());
}

fn not_found() -> FaultKind {
    FaultKind::Status { status: 404, code: "ResourceNotFound".into(), retry_after: None }
}

async fn an_event_that_comes_late_is_handled_once(database: &TestDatabase) {
    let world = probed(database).await;
    let (first, late, too_late) = (id_at(&world, SCRIPTS, 0), id_at(&world, SCRIPTS, 1), id_at(&world, CATALOG, 0));
    set_clock(&world, 9 * MINUTE).await;
    change(&world, SCRIPTS, &first, "first");
    assert_eq!(keys(&world, &probe(&world).await).await, [format!("powershellScripts/{first}")]);
    set_clock(&world, MINUTE).await;
    change(&world, SCRIPTS, &late, "eight minutes late");
    set_clock(&world, -2 * MINUTE).await;
    change(&world, CATALOG, &too_late, "eleven minutes late");
    assert_eq!(keys(&world, &probe(&world).await).await, [format!("powershellScripts/{late}")]);
    assert_eq!(name(&world, "powershellScripts", &late).await, administrator(&world));
    assert_eq!(reason(&probe(&world).await), "probe.quiet");
    let versions = world.versions().await;
    world.sync().await;
    assert_eq!(world.versions().await, versions + 1, "the full pass finds what came too late");
}

async fn a_log_that_is_refused_leaves_the_other_one(database: &TestDatabase) {
    let world = probed(database).await;
    let (script, policy) = (id_at(&world, SCRIPTS, 0), id_at(&world, ACCESS, 0));
    change(&world, SCRIPTS, &script, "one");
    world.simulator.change(world.directory(), ACCESS, &policy, |policy| policy["displayName"] = json!("renamed"));
    world.simulator.add_fault(world.directory(), Fault::on(DIRECTORY, forbidden()));
    let run = probe(&world).await;
    assert_eq!((run.outcome, run.counts.succeeded, run.counts.skipped), (Outcome::Succeeded, 1, 1));
    let said = item(&world, run.id, "log/directory").await;
    assert_eq!((said.outcome, said.code.as_deref()), (ItemOutcome::Skipped, Some("graph.permission_denied")));
    world.simulator.clear_faults(world.directory());
    world.simulator.add_fault(world.directory(), Fault::on(EVENTS, forbidden()));
    change(&world, SCRIPTS, &script, "two");
    let run = probe(&world).await;
    assert_eq!(
        (run.outcome, run.counts.succeeded),
        (Outcome::PartiallySucceeded, 1),
        "the directory's was left before"
    );
    assert_eq!(item(&world, run.id, "log/intune").await.outcome, ItemOutcome::Failed);
    world.simulator.add_fault(world.directory(), Fault::on(DIRECTORY, forbidden()));
    let run = probe(&world).await;
    assert_eq!((run.outcome, reason(&run)), (Outcome::Failed, "graph.permission_denied"), "nothing to go by");
    world.simulator.clear_faults(world.directory());
    assert_eq!(keys(&world, &probe(&world).await).await, [format!("powershellScripts/{script}")]);
}

async fn what_cannot_be_read_is_counted_and_said(database: &TestDatabase) {
    let world = probed(database).await;
    event(&world, "nameless", 2 * MINUTE, json!({}), json!([{ "displayName": "Directory" }, { "resourceId": null }]))
        .await;
    event(&world, "odd", 2 * MINUTE, json!({}), named("00000000-0000-4000-8000-00000000000f", "SomethingNew")).await;
    event(&world, "log", 2 * MINUTE, json!({}), named("00000000-0000-4000-8000-00000000000e", "AuditEvent")).await;
    let run = probe(&world).await;
    assert_eq!((run.outcome, run.counts.skipped), (Outcome::Succeeded, 3));
    for word in ["no_object", "type_unknown", "type_excluded"] {
        let said = item(&world, run.id, &format!("left/{word}")).await;
        assert_eq!(said.code, Some(format!("probe.{word}")));
        assert!(said.label.starts_with("1 "), "{}", said.label);
    }
    assert_eq!(reason(&probe(&world).await), "probe.quiet", "said once");
    let part = id_at(&world, CATALOG, 0);
    event(&world, "part", 2 * MINUTE, json!({}), named(&format!("{part}_0f0f"), "SomeAssignment")).await;
    assert_eq!(keys(&world, &probe(&world).await).await, [format!("settingsCatalog/{part}")]);
}

async fn a_flood_is_passed_on_to_a_sync_once(database: &TestDatabase) {
    let world = probed(database).await;
    let id = id_at(&world, SCRIPTS, 0);
    change(&world, SCRIPTS, &id, "in the flood");
    for number in 0..3_000 {
        let resource = named(&format!("00000000-0000-4000-8000-{number:012}"), "DeviceConfiguration");
        event(&world, &format!("flood{number}"), 2 * MINUTE, json!({}), resource).await;
    }
    let run = probe(&world).await;
    assert_eq!((run.outcome, reason(&run)), (Outcome::Succeeded, "probe.passed_on"));
    let said = item(&world, run.id, "passed-on").await;
    let sync = said.detail.unwrap().parse().unwrap();
    let synced = world.worked(sync).await;
    assert_eq!((synced.run_type.as_str(), synced.outcome), ("inventory.sync", Outcome::Succeeded));
    assert_eq!(name(&world, "powershellScripts", &id).await, administrator(&world), "the sync read it, and the log");
    let next = probe(&world).await;
    assert_eq!(reason(&next), "probe.quiet", "{:?}", world.items(next.id).await);
}

async fn a_probe_that_is_taken_up_again_loses_nothing_and_repeats_nothing(database: &TestDatabase) {
    let world = probed(database).await;
    let (first, second) = (id_at(&world, SCRIPTS, 0), id_at(&world, ACCESS, 0));
    // One event names both: the part that is done must not hide the part that is not.
    change(&world, SCRIPTS, &first, "one");
    // A Conditional Access policy, because those are read each in a request of its own.
    world.simulator.change_silently(world.directory(), ACCESS, &second, |policy| policy["displayName"] = json!("two"));
    let both =
        json!([{ "resourceId": first, "auditResourceType": "x" }, { "resourceId": second, "auditResourceType": "x" }]);
    let ada = json!({ "auditActorType": "ItPro", "userPrincipalName": "ada@contoso.com" });
    event(&world, "both", 2 * MINUTE, ada, both).await;
    let versions = world.versions().await;
    world.simulator.hold(&format!("{ACCESS}/{second}"));
    let run = start_probe(&world.db, &world.scope().await, Default::default()).await.unwrap().run();
    let worker = world.worker();
    world.reached(run, |row| row.counts.processed == 1).await;
    worker.stop().await;
    set_clock(&world, 3 * MINUTE).await;
    change(&world, SCRIPTS, &first, "meanwhile");
    world.simulator.release();
    let row = world.worked(run).await;
    assert_eq!((row.outcome, row.counts.succeeded), (Outcome::Succeeded, 2));
    assert_eq!(world.versions().await, versions + 2);
    assert_eq!(name(&world, "conditionalAccess", &second).await.as_deref(), Some("ada@contoso.com"));
    let next = probe(&world).await;
    assert_eq!(keys(&world, &next).await, [format!("powershellScripts/{first}")], "what came meanwhile was left to it");
    assert_eq!(world.versions().await, versions + 3);
    assert_eq!(name(&world, "powershellScripts", &first).await, administrator(&world));
    assert_eq!(reason(&probe(&world).await), "probe.quiet");
}

async fn trouble_that_passes_leaves_the_change_to_the_next_attempt(database: &TestDatabase) {
    let world = probed(database).await;
    let (fine, troubled) = (id_at(&world, SCRIPTS, 0), id_at(&world, CATALOG, 0));
    change(&world, SCRIPTS, &fine, "fine");
    change(&world, CATALOG, &troubled, "troubled");
    let unavailable = FaultKind::Status { status: 503, code: "ServiceUnavailable".into(), retry_after: None };
    world.simulator.add_fault(world.directory(), Fault::on(&format!("{CATALOG}/{troubled}"), unavailable));
    let run = start_probe(&world.db, &world.scope().await, Default::default()).await.unwrap().run();
    let worker = world.worker();
    world.reached(run, |row| row.attempt >= 1 && row.reason.is_some()).await;
    world.simulator.clear_faults(world.directory());
    let row = world.ended(run).await;
    worker.stop().await;
    assert_eq!((row.outcome, row.counts.succeeded), (Outcome::Succeeded, 2));
    assert_eq!(name(&world, "settingsCatalog", &troubled).await, administrator(&world));
}

async fn two_tenants_probe_each_for_itself(database: &TestDatabase) {
    let contents = [3, 3].map(|seed| Content::Seeded { seed, objects: 60 });
    let world = World::of(database, contents.into()).await;
    set_clock(&world, 0).await;
    let other = world.db.authorise(world.owner, world.tenants[1].id).await.unwrap();
    world.sync().await;
    let all = app::inventory::Selection::all();
    let run = app::inventory::start_sync(&world.db, &other, &all, Default::default()).await.unwrap().run();
    world.drain().await;
    assert_eq!(world.db.tenant(&other).runs().get(run).await.unwrap().outcome, Outcome::Succeeded);
    set_clock(&world, MINUTE).await;
    let id = id_at(&world, SCRIPTS, 0);
    change(&world, SCRIPTS, &id, "in one of them");
    probe(&world).await;
    assert_eq!(name(&world, "powershellScripts", &id).await, administrator(&world));
    let tenant = world.db.tenant(&other);
    assert_eq!(tenant.probes().logs().await.unwrap(), []);
    for row in tenant.inventory().list(&Default::default(), None, 10_000).await.unwrap() {
        let versions = tenant.versions().of(&row.type_key, &row.external_id).await.unwrap();
        assert!(versions.len() == 1 && versions[0].author.is_none(), "{}", row.name);
    }
    let mine = world.db.tenant(&world.scope().await).versions().of("powershellScripts", &id).await.unwrap().remove(0);
    assert_eq!(tenant.versions().get(mine.id).await.unwrap_err().code, "not_found");
}
