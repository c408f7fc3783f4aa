//! What a repeated sync leaves unread, and what it does not.

use app::inventory::{Selection, start_sync};
use app::starting::Extra;
use graph_sim::Fault;
use model::registry::Registry;
use model::run::Outcome;
use serde_json::json;
use store::{ItemRow, RunRow};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{forbidden, id_at, object};

const SCRIPTS: &str = "deviceManagement/deviceManagementScripts";
const UNREAD: &str = "unchanged, not read again";
const HOUR_MS: i64 = 60 * 60 * 1000;

on_both_databases!(
    an_unchanged_tenant_costs_its_lists_and_the_audit_log,
    one_changed_script_is_read_and_no_other,
    the_audit_log_tells_of_what_the_row_does_not,
    what_no_signal_tells_of_is_found_after_a_day,
    whoever_wants_everything_read_again_gets_it,
    without_the_audit_log_nothing_is_spared,
    what_was_incomplete_is_read_again,
);

/// As if the last sync had been so long ago: beyond the ten minutes by which the clocks may differ.
async fn later(database: &TestDatabase, by_ms: i64) {
    for (table, column) in [("inventory_objects", "read_at"), ("inventory_coverage", "whole_at")] {
        database.execute(&format!("update {table} set {column} = {column} - {by_ms}")).await;
    }
}

/// A tenant whose first sync was an hour ago.
async fn synced(database: &TestDatabase) -> World {
    let world = World::seeded(database, 160).await;
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    later(database, HOUR_MS).await;
    let now = world.db.ambient().now_ms() / 1000;
    world.simulator.set_clock(world.directory(), now);
    world
}

async fn sync_whole(world: &World) -> RunRow {
    let scope = world.scope().await;
    let selection = Selection::all().whole(true);
    let run = start_sync(&world.db, &scope, &selection, Extra::default()).await.unwrap().run();
    world.worked(run).await
}

/// The objects that were read although their type can leave objects unread.
async fn read_again(world: &World, run: &RunRow) -> Vec<ItemRow> {
    let spares = |item: &ItemRow| {
        let key = item.key.split('/').next().unwrap_or_default();
        Registry::embedded().get(key).is_some_and(|contract| contract.unchanged.is_some())
    };
    let items = world.items(run.id).await;
    items.into_iter().filter(|item| spares(item) && item.detail.as_deref() != Some(UNREAD)).collect()
}

async fn an_unchanged_tenant_costs_its_lists_and_the_audit_log(database: &TestDatabase) {
    let world = synced(database).await;
    let (versions, first) = (world.versions().await, world.objects().await.len());
    world.simulator.reset_stats();
    let second = world.sync().await;
    assert_eq!((second.outcome, second.counts.succeeded), (Outcome::Succeeded, first as u64));
    assert_eq!(read_again(&world, &second).await.len(), 0);
    assert_eq!(world.versions().await, versions);
    assert!(world.objects().await.iter().all(|row| row.last_seen_run == second.id && row.missing.is_none()));
}

async fn one_changed_script_is_read_and_no_other(database: &TestDatabase) {
    let world = synced(database).await;
    let (versions, id) = (world.versions().await, id_at(&world, SCRIPTS, 0));
    assert!(world.simulator.change(world.directory(), SCRIPTS, &id, |script| script["scriptContent"] = json!("eA==")));
    let second = world.sync().await;
    let read = read_again(&world, &second).await;
    assert_eq!(read.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), [format!("powershellScripts/{id}")]);
    assert_eq!((read[0].detail.as_deref(), world.versions().await), (Some("changed"), versions + 1));
}

/// An assignment is no part of a script's row: here its time stands still, too.
async fn the_audit_log_tells_of_what_the_row_does_not(database: &TestDatabase) {
    let world = synced(database).await;
    let id = id_at(&world, SCRIPTS, 0);
    let before = world.simulator.objects(world.directory(), SCRIPTS)[0]["lastModifiedDateTime"].clone();
    let everybody = json!([{ "id": "a", "target": { "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" } }]);
    world.simulator.change(world.directory(), SCRIPTS, &id, |script| script["assignments"] = everybody);
    world.simulator.change_silently(world.directory(), SCRIPTS, &id, |script| script["lastModifiedDateTime"] = before);
    let second = world.sync().await;
    let read = read_again(&world, &second).await;
    assert_eq!(read.len(), 1, "{read:?}");
    assert_eq!(read[0].detail.as_deref(), Some("changed"), "the log told of it");
    assert_eq!(object(&world, &id).await.assignments_count, Some(1));
}

async fn what_no_signal_tells_of_is_found_after_a_day(database: &TestDatabase) {
    let world = synced(database).await;
    let (versions, id) = (world.versions().await, id_at(&world, SCRIPTS, 0));
    let quiet = |script: &mut serde_json::Value| script["scriptContent"] = json!("eA==");
    assert!(world.simulator.change_silently(world.directory(), SCRIPTS, &id, quiet));
    world.sync().await;
    assert_eq!(world.versions().await, versions, "nothing told of it");
    later(database, 24 * HOUR_MS).await;
    let third = world.sync().await;
    assert_eq!(world.versions().await, versions + 1);
    let item = world.items(third.id).await.into_iter().find(|item| item.key == format!("powershellScripts/{id}"));
    assert_eq!(item.unwrap().detail.as_deref(), Some("changed, and no signal had told of it"));
    assert_eq!(read_again(&world, &world.sync().await).await.len(), 0, "and it was read as a whole just now");
}

async fn whoever_wants_everything_read_again_gets_it(database: &TestDatabase) {
    let world = synced(database).await;
    let items = |row: &RunRow| row.counts.succeeded;
    let second = sync_whole(&world).await;
    assert!(second.target.ends_with("everything again"), "{}", second.target);
    let unread = world.items(second.id).await.into_iter().filter(|item| item.detail.as_deref() == Some(UNREAD)).count();
    assert_eq!((unread, items(&second)), (0, world.objects().await.len() as u64));
    let (changes, whole) = (world.start_sync().await, sync_whole(&world));
    assert_ne!(changes, whole.await.id, "another identity");
}

async fn without_the_audit_log_nothing_is_spared(database: &TestDatabase) {
    let world = synced(database).await;
    world.simulator.add_fault(world.directory(), Fault::on("deviceManagement/auditEvents", forbidden()));
    let second = world.sync().await;
    assert_eq!(second.outcome, Outcome::Succeeded, "what only spares requests is not missed");
    let items = world.items(second.id).await;
    assert!(items.iter().all(|item| item.detail.as_deref() != Some(UNREAD)));
}

async fn what_was_incomplete_is_read_again(database: &TestDatabase) {
    let world = World::seeded(database, 160).await;
    let id = id_at(&world, SCRIPTS, 0);
    world.simulator.add_fault(world.directory(), Fault::on(&format!("{SCRIPTS}/{id}"), forbidden()));
    assert_eq!(world.sync().await.outcome, Outcome::PartiallySucceeded);
    later(database, HOUR_MS).await;
    world.simulator.clear_faults(world.directory());
    let second = world.sync().await;
    assert_eq!(second.outcome, Outcome::Succeeded);
    let read = read_again(&world, &second).await;
    assert_eq!(read.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), [format!("powershellScripts/{id}")]);
    assert!(object(&world, &id).await.complete);
}
