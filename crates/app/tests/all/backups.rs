//! `backup_set.create`: what it reads, what it holds.

use std::collections::HashMap;

use app::backups::{manifest_of, verify};
use graph_sim::Fault;
use model::run::Outcome;
use serde_json::Value;
use store::{BackupStatus, RunFilter, RunPageRequest};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, forbidden, id_at, observable};

on_both_databases!(
    a_fresh_inventory_is_backed_up_without_asking_graph,
    a_stale_inventory_is_synced_first_by_a_run_of_its_own,
    an_unread_list_is_named_as_a_whole,
    a_sync_that_fails_as_a_whole_leaves_nothing_old_in_the_set,
    the_set_holds_what_graph_holds,
);

async fn a_fresh_inventory_is_backed_up_without_asking_graph(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    world.simulator.reset_stats();
    let (row, set) = world.back_up("before the change").await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    let stats = world.simulator.stats();
    assert_eq!((stats.round_trips, stats.tokens_issued), (0, 0));
    let scope = world.scope().await;
    let stored = world.db.tenant(&scope).backups().get(set).await.unwrap();
    let expected = observable(&world).len() as u64;
    assert_eq!((stored.status, stored.items, stored.incomplete), (BackupStatus::Complete, expected, 0));
    assert_eq!(row.counts.succeeded, expected);
    let found = verify(&world.db, &scope, set).await.unwrap();
    assert!(found.is_intact(), "{:?}", found.problems);
    assert_eq!(found.items, expected);
}

async fn a_stale_inventory_is_synced_first_by_a_run_of_its_own(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let (row, set) = world.back_up("first").await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    let scope = world.scope().await;
    let runs = world.db.tenant(&scope).runs();
    let filter = RunFilter { types: vec!["inventory.sync".into()], ..RunFilter::default() };
    let syncs = runs.list(&filter, &RunPageRequest { before: None, after: None, limit: 10 }).await.unwrap().rows;
    assert_eq!(syncs.len(), 1);
    assert_eq!((syncs[0].parent, syncs[0].outcome), (Some(row.id), Outcome::Succeeded));
    let events = runs.events(row.id).await.unwrap();
    let waited =
        events.iter().any(|event| event.reason.as_ref().is_some_and(|reason| reason.code == "backup.waits_for_sync"));
    assert!(waited, "the timeline says what was waited for: {events:?}");
    assert_eq!(row.attempt, 1, "waiting costs no attempt");
    let stored = world.db.tenant(&scope).backups().get(set).await.unwrap();
    assert_eq!((stored.status, stored.items), (BackupStatus::Complete, observable(&world).len() as u64));
}

async fn a_sync_that_fails_as_a_whole_leaves_nothing_old_in_the_set(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    // A day later the secret has expired.
    database.execute("update inventory_coverage set at = at - 86400000").await;
    database.execute("update inventory_objects set last_seen_at = last_seen_at - 86400000").await;
    world.simulator.add_fault(world.directory(), Fault::on("", graph_sim::FaultKind::TokenError { aadsts: 7_000_222 }));
    let (row, set) = world.back_up("nightly").await;
    assert_eq!((row.outcome, row.counts.succeeded), (Outcome::Failed, 0), "{:?}", row.reason);
    let scope = world.scope().await;
    let stored = world.db.tenant(&scope).backups().get(set).await.unwrap();
    assert_eq!((stored.status, stored.items), (BackupStatus::Partial, 0));
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    assert!(manifest.items.is_empty());
    assert!(manifest.missing.iter().all(|missing| missing.code == "auth.secret_expired"), "{:?}", manifest.missing);
    assert_eq!(manifest.missing.iter().filter(|missing| missing.external_id.is_none()).count(), manifest.types.len());
}

async fn an_unread_list_is_named_as_a_whole(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    world.simulator.add_fault(world.directory(), Fault::on(CATALOG, forbidden()));
    let (row, set) = world.back_up("without the catalog").await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded);
    let scope = world.scope().await;
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    let named: Vec<_> =
        manifest.missing.iter().map(|missing| (missing.type_key.as_str(), missing.code.as_str())).collect();
    assert_eq!(named, [("settingsCatalog", "graph.permission_denied")]);
    assert!(verify(&world.db, &scope, set).await.unwrap().is_intact(), "partial is not damaged");
}

async fn the_set_holds_what_graph_holds(database: &TestDatabase) {
    let world = World::seeded(database, 120).await;
    world.sync().await;
    let removed = id_at(&world, CATALOG, 1);
    world.simulator.remove(world.directory(), CATALOG, &removed);
    world.sync().await;
    let (_, set) = world.back_up("all").await;
    assert_same_objects(&world, set).await;
}

/// Compares every document of the set with the simulator's own object, number texts included.
pub(crate) async fn assert_same_objects(world: &World, set: model::ids::BackupSetId) {
    let scope = world.scope().await;
    let tenant = world.db.tenant(&scope);
    let items = tenant.backups().items(set, None, 0, 100_000).await.unwrap();
    let mut kept: HashMap<(String, String), Value> = HashMap::new();
    for item in items {
        let document = tenant.versions().document(item.version.expect("the set is complete")).await.unwrap();
        let document = without_empty_parts(&item.type_key, serde_json::from_slice(&document).unwrap());
        kept.insert((item.type_key, item.external_id), document);
    }
    for one in observable(world) {
        let (type_key, id) = (one.type_key, one.external_id);
        let document = kept
            .remove(&(type_key.to_owned(), id.clone()))
            .unwrap_or_else(|| panic!("{type_key} {id} is not in the set"));
        assert_eq!(document, without_empty_parts(type_key, one.object), "{type_key} {id}");
    }
    assert!(kept.is_empty(), "the set holds objects that are not there: {:?}", kept.keys());
}

/// A list without elements is the same as no list, in a part and below it: Graph shows an empty one where nothing is
/// stored. Parts that are one object or belong to a derived type are left out: the simulator finds them when they are
/// read, and `crates/graph/tests/wire/odd_shapes.rs` proves how they are kept.
fn without_empty_parts(type_key: &str, mut object: Value) -> Value {
    let contract = model::registry::Registry::embedded().get(type_key).expect("the type has a contract");
    for part in &contract.parts {
        let fields = object.as_object_mut().expect("objects are objects");
        if part.single || !part.of_types.is_empty() {
            fields.shift_remove(&part.property);
        }
        if type_key == "roleAssignments" {
            // A navigation that nobody reads: the ids of the tags are a property, too.
            fields.shift_remove("roleScopeTags");
        }
        // The simulator holds the categories of an app as their ids.
        if let Some(categories) = fields.get_mut("categories").and_then(Value::as_array_mut) {
            categories.iter_mut().filter(|each| each.is_object()).for_each(|each| *each = each["id"].take());
        }
        match fields.get_mut(&part.property) {
            Some(Value::Array(elements)) if elements.is_empty() => drop(fields.shift_remove(&part.property)),
            Some(elements) => without_empty_lists(elements),
            None => {}
        }
    }
    object
}

fn without_empty_lists(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(without_empty_lists),
        Value::Object(fields) => {
            fields.retain(|_, value| !value.as_array().is_some_and(Vec::is_empty));
            fields.values_mut().for_each(without_empty_lists);
        }
        _ => {}
    }
}
