//! `directory_groups.sync` reads what changed, and everything when it has to.

use app::directory::start_groups_sync;
use graph_sim::{Content, Fault, FaultKind};
use model::run::Outcome;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::{GroupRow, RunRow};

use testkit::{TestDatabase, World, WorldTenant, on_both_databases};

use crate::groups::{groups, missing, start_groups, sync_groups};
use crate::support::{forbidden, id_at, item, reason};

on_both_databases!(
    an_unchanged_directory_of_three_thousand_groups_costs_one_request,
    what_was_changed_made_and_removed_is_read_and_nothing_else,
    a_directory_that_did_not_keep_the_changes_is_read_as_a_whole,
    without_the_permission_for_changes_the_list_is_read,
    a_worker_that_dies_in_the_middle_loses_no_change,
    a_group_removed_while_a_whole_reading_is_taken_up_is_missing,
    a_round_that_breaks_off_is_read_again_from_its_beginning,
    everything_is_read_when_a_person_wants_it_and_after_a_week,
    each_tenant_has_a_state_of_its_own_and_none_is_in_the_clear,
);

const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;

fn group(id: &str, name: &str) -> Value {
    json!({ "id": id, "displayName": name, "description": null, "groupTypes": [], "securityEnabled": true, "mailEnabled": false })
}

/// What the run says about how it read the groups.
async fn how(world: &World, run: &RunRow) -> String {
    item(world, run.id, "list").await.detail.unwrap_or_default()
}

/// Requests for groups since the last look.
fn requests(world: &World) -> u64 {
    let asked = world.simulator.stats().collections.get("groups").copied().unwrap_or_default();
    world.simulator.reset_stats();
    asked
}

async fn named(world: &World, id: &str) -> GroupRow {
    groups(world).await.into_iter().find(|row| row.id == id).unwrap()
}

fn rename(world: &World, id: &str, name: &str) {
    assert!(world.simulator.change(world.directory(), "groups", id, |group| group["displayName"] = json!(name)));
}

/// More groups than a page holds.
fn make_many(world: &World) {
    for number in 0..1_100 {
        world.simulator.insert(world.directory(), "groups", group(&format!("g{number:04}"), "Old"));
    }
}

fn rename_many(world: &World) {
    for number in 0..1_100 {
        rename(world, &format!("g{number:04}"), "New");
    }
}

async fn an_unchanged_directory_of_three_thousand_groups_costs_one_request(database: &TestDatabase) {
    let world = World::of(database, vec![Content::Empty]).await;
    for number in 0..3_000 {
        let id = format!("g{number:04}");
        world.simulator.insert(world.directory(), "groups", group(&id, &format!("Group {number}")));
    }
    let first = sync_groups(&world).await;
    assert_eq!((first.outcome, first.counts.succeeded, requests(&world)), (Outcome::Succeeded, 3_001, 4));
    assert_eq!(how(&world, &first).await, "All groups were read");
    let second = sync_groups(&world).await;
    assert_eq!((second.outcome, second.counts.succeeded, requests(&world)), (Outcome::Succeeded, 1, 1));
    assert_eq!(how(&world, &second).await, "Nothing changed since the last time");
    assert_eq!((groups(&world).await.len(), missing(&world).await.len()), (3_000, 0));
}

async fn what_was_changed_made_and_removed_is_read_and_nothing_else(database: &TestDatabase) {
    let world = World::seeded(database, 400).await;
    sync_groups(&world).await;
    let (changed, removed) = (id_at(&world, "groups", 0), id_at(&world, "groups", 1));
    rename(&world, &changed, "Renamed");
    let before = named(&world, &removed).await.name;
    world.simulator.remove(world.directory(), "groups", &removed);
    world.simulator.insert(world.directory(), "groups", group("made", "Made"));
    requests(&world);
    let run = sync_groups(&world).await;
    assert_eq!((run.outcome, requests(&world)), (Outcome::Succeeded, 1));
    assert_eq!(how(&world, &run).await, "Since the last time: 2 changed or new, 1 removed");
    let mut keys: Vec<_> = world.items(run.id).await.into_iter().map(|item| item.key).collect();
    keys.sort();
    let mut expected = [&changed, &removed, "made"].map(|id| format!("group/{id}")).to_vec();
    expected.push("list".to_owned());
    expected.sort();
    assert_eq!(keys, expected);
    assert_eq!(
        (named(&world, &changed).await.name.as_str(), named(&world, "made").await.name.as_str()),
        ("Renamed", "Made")
    );
    assert_eq!(missing(&world).await, std::slice::from_ref(&removed));
    let gone = item(&world, run.id, &format!("group/{removed}")).await;
    assert_eq!((gone.label, gone.detail.as_deref()), (before, Some("removed from the directory")));
    world.simulator.insert(world.directory(), "groups", group(&removed, "Back"));
    sync_groups(&world).await;
    assert!(missing(&world).await.is_empty(), "what is there again is not missing");
}

async fn a_directory_that_did_not_keep_the_changes_is_read_as_a_whole(database: &TestDatabase) {
    let world = World::seeded(database, 400).await;
    sync_groups(&world).await;
    let removed = id_at(&world, "groups", 0);
    world.simulator.remove(world.directory(), "groups", &removed);
    world.simulator.forget_changes(world.directory());
    let run = sync_groups(&world).await;
    assert_eq!(run.outcome, Outcome::Succeeded);
    let expected = "All groups were read: the directory did not keep what changed since the last time";
    assert_eq!(how(&world, &run).await, expected);
    assert_eq!(missing(&world).await, [removed]);
    requests(&world);
    sync_groups(&world).await;
    assert_eq!(requests(&world), 1, "and the changes are told again");
}

async fn without_the_permission_for_changes_the_list_is_read(database: &TestDatabase) {
    let world = World::seeded(database, 400).await;
    sync_groups(&world).await;
    let removed = id_at(&world, "groups", 0);
    world.simulator.remove(world.directory(), "groups", &removed);
    world.simulator.add_fault(world.directory(), Fault::on("groups/delta", forbidden()));
    for _ in 0..2 {
        let run = sync_groups(&world).await;
        assert_eq!(run.outcome, Outcome::Succeeded);
        let expected =
            "The list of groups was read: the directory does not tell what changed (graph.permission_denied)";
        assert_eq!(how(&world, &run).await, expected);
        assert_eq!(missing(&world).await, std::slice::from_ref(&removed));
    }
    world.simulator.add_fault(world.directory(), Fault::on("groups?", forbidden()));
    let run = sync_groups(&world).await;
    assert_eq!((run.outcome, reason(&run)), (Outcome::Failed, "graph.permission_denied"));
}

/// A round of several pages, of which the worker reads the first and then dies.
async fn a_worker_that_dies_in_the_middle_loses_no_change(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    make_many(&world);
    sync_groups(&world).await;
    rename_many(&world);
    world.simulator.hold("skiptoken");
    let run = start_groups(&world, false).await;
    let worker = world.worker();
    world.simulator.wait_for_held(1).await;
    world.reached(run, |row| row.counts.processed > 0).await;
    worker.stop().await;
    // What the dead one recorded changes once more, behind its back.
    rename(&world, "g0000", "Newer");
    world.simulator.remove(world.directory(), "groups", "g0001");
    world.simulator.release();
    requests(&world);
    world.drain().await;
    assert_eq!(
        (world.run(run).await.outcome, requests(&world)),
        (Outcome::Succeeded, 2),
        "the round from its beginning"
    );
    assert!(groups(&world).await.iter().all(|row| row.name != "Old"));
    assert_eq!(named(&world, "g0000").await.name, "Newer");
    assert_eq!(missing(&world).await, ["g0001"]);
    sync_groups(&world).await;
    assert_eq!(requests(&world), 1);
}

/// The first attempt has seen it, and the second will not be told that it was removed: it began after that.
async fn a_group_removed_while_a_whole_reading_is_taken_up_is_missing(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    make_many(&world);
    world.simulator.hold("skiptoken");
    let run = start_groups(&world, false).await;
    let worker = world.worker();
    world.simulator.wait_for_held(1).await;
    world.reached(run, |row| row.counts.processed > 900).await;
    worker.stop().await;
    world.simulator.remove(world.directory(), "groups", "g0001");
    world.simulator.release();
    world.drain().await;
    assert_eq!(world.run(run).await.outcome, Outcome::Succeeded);
    assert_eq!(missing(&world).await, ["g0001"]);
}

async fn a_round_that_breaks_off_is_read_again_from_its_beginning(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    make_many(&world);
    sync_groups(&world).await;
    rename_many(&world);
    world.simulator.add_fault(world.directory(), Fault::on("skiptoken", FaultKind::NextLinkLoop));
    let run = sync_groups(&world).await;
    assert_eq!((run.outcome, reason(&run)), (Outcome::PartiallySucceeded, "graph.page_loop"));
    world.simulator.clear_faults(world.directory());
    requests(&world);
    let run = sync_groups(&world).await;
    assert_eq!((run.outcome, requests(&world)), (Outcome::Succeeded, 2));
    assert_eq!(how(&world, &run).await, "Since the last time: 1100 changed or new, 0 removed");
    assert!(missing(&world).await.is_empty());
}

async fn everything_is_read_when_a_person_wants_it_and_after_a_week(database: &TestDatabase) {
    let world = World::seeded(database, 400).await;
    sync_groups(&world).await;
    let id = id_at(&world, "groups", 0);
    let name = named(&world, &id).await.name;
    let spoil = format!("update directory_groups set name = 'lost' where id = '{id}'");
    database.execute(&spoil).await;
    sync_groups(&world).await;
    assert_eq!(named(&world, &id).await.name, "lost", "the directory tells of no change");
    let whole = start_groups(&world, true).await;
    let (other, row) = (start_groups(&world, false).await, world.worked(whole).await);
    assert_ne!(other, whole, "another identity");
    assert_eq!((row.target.as_str(), named(&world, &id).await.name), ("all groups, everything again", name.clone()));
    database.execute(&spoil).await;
    database.execute(&format!("update group_changes set whole_at = whole_at - {WEEK_MS}")).await;
    let run = sync_groups(&world).await;
    assert_eq!((how(&world, &run).await.as_str(), named(&world, &id).await.name), ("All groups were read", name));
}

async fn each_tenant_has_a_state_of_its_own_and_none_is_in_the_clear(database: &TestDatabase) {
    let contents = [7, 8].map(|seed| Content::Seeded { seed, objects: 200 });
    let world = World::of(database, contents.to_vec()).await;
    let mut own = Vec::new();
    for tenant in &world.tenants {
        let scope = world.db.authorise(world.owner, tenant.id).await.unwrap();
        let start = start_groups_sync(&world.db, &scope, false, Default::default());
        start.await.unwrap();
        world.drain().await;
        let state = state_of(&world, tenant).await.unwrap();
        let link: Value = serde_json::from_str(&state).unwrap();
        let link = link["link"].as_str().unwrap();
        assert!(link.contains("deltatoken"), "{state}");
        database.forbid(link);
        own.push(state);
    }
    let moved = "update group_changes set state = \
                 (select other.state from group_changes other where other.tenant_id <> group_changes.tenant_id)";
    database.execute(moved).await;
    let mut unreadable = 0;
    for (tenant, own) in world.tenants.iter().zip(&own) {
        match state_of(&world, tenant).await {
            None => unreadable += 1,
            Some(state) => assert_eq!(state, *own, "never another tenant's"),
        }
    }
    assert!(unreadable > 0);
    let before = groups(&world).await.len();
    assert_eq!(sync_groups(&world).await.outcome, Outcome::Succeeded);
    assert_eq!((groups(&world).await.len(), missing(&world).await.len()), (before, 0));
}

async fn state_of(world: &World, tenant: &WorldTenant) -> Option<String> {
    let scope = world.db.authorise(world.owner, tenant.id).await.unwrap();
    let changes = world.db.tenant(&scope).groups().changes().await.unwrap();
    changes.state.map(|state| state.expose_secret().to_owned())
}
