//! A set that is left open: policies are added and taken out, then it is closed and proves itself.

use app::backups::{NewBackup, PolicyKey, close_set, manifest_of, start_add, start_create, verify};
use app::inventory::Selection;
use graph_sim::Fault;
use model::ids::{BackupSetId, RunId};
use model::run::{ItemOutcome, Outcome};
use store::{BackupStatus, Started};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, FILTERS, TEMPLATES, forbidden, id_at, reason};

on_both_databases!(
    policies_are_added_and_taken_out_until_the_set_is_closed,
    what_is_not_fresh_is_read_again_first,
    an_unread_list_stays_named_when_the_set_is_closed,
    what_cannot_be_added_says_why,
);

/// A set of the scope tags alone.
async fn open_set(world: &World) -> BackupSetId {
    let scope = world.scope().await;
    let selection = Selection::of(&["scopeTags"]).unwrap();
    let backup = NewBackup { name: "For the change".into(), selection, keep_open: true };
    let run = start_create(&world.db, &scope, backup, Default::default()).await.unwrap().run();
    world.worked(run).await;
    world.db.tenant(&scope).backups().by_run(run).await.unwrap().unwrap().id
}

fn policy(type_key: &str, id: &str) -> PolicyKey {
    PolicyKey { type_key: type_key.into(), id: id.into() }
}

async fn add(world: &World, set: BackupSetId, policies: &[PolicyKey]) -> RunId {
    start_add(&world.db, &world.scope().await, set, policies.to_vec(), Default::default()).await.unwrap().run()
}

async fn policies_are_added_and_taken_out_until_the_set_is_closed(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    world.sync().await;
    let set = open_set(&world).await;
    let scope = world.scope().await;
    let backups = world.db.tenant(&scope).backups();
    let before = backups.get(set).await.unwrap();
    assert!(before.open && before.status == BackupStatus::Writing && before.items > 0);
    assert_eq!(verify(&world.db, &scope, set).await.unwrap_err().code, "backup.not_sealed");

    let (one, two) = (id_at(&world, CATALOG, 0), id_at(&world, CATALOG, 1));
    let both = [policy("settingsCatalog", &two), policy("settingsCatalog", &one)];
    let run = add(&world, set, &both).await;
    let swapped = [both[1].clone(), both[0].clone(), both[0].clone()];
    let again = start_add(&world.db, &scope, set, swapped.to_vec(), Default::default()).await.unwrap();
    assert!(matches!(again, Started::AlreadyRunning(active) if active.id == run), "the order does not matter");
    let row = world.worked(run).await;
    assert_eq!((row.outcome, row.counts.succeeded), (Outcome::Succeeded, 2));
    assert_eq!(backups.get(set).await.unwrap().items, before.items + 2);

    let tag = id_at(&world, "deviceManagement/roleScopeTags", 0);
    let row = world.worked(add(&world, set, &[policy("scopeTags", &tag)]).await).await;
    assert_eq!((row.outcome, row.counts.skipped), (Outcome::Succeeded, 1), "it is in the set already");

    backups.take_out(set, "settingsCatalog", &two).await.unwrap();
    assert_eq!(backups.take_out(set, "settingsCatalog", &two).await.unwrap_err().code, "not_found");
    close_set(&world.db, &scope, set).await.unwrap();
    let closed = backups.get(set).await.unwrap();
    assert_eq!((closed.status, closed.open, closed.items), (BackupStatus::Complete, false, before.items + 1));
    assert!(verify(&world.db, &scope, set).await.unwrap().is_intact());
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    assert_eq!(manifest.types, ["scopeTags", "settingsCatalog"]);
    let refused = start_add(&world.db, &scope, set, both.to_vec(), Default::default()).await.unwrap_err();
    assert_eq!(refused.code, "backup.closed");
    assert_eq!(backups.take_out(set, "settingsCatalog", &one).await.unwrap_err().code, "backup.closed");
    assert_eq!(close_set(&world.db, &scope, set).await.unwrap_err().code, "backup.closed");
    let actions = world.db.tenant(&scope).audit().list(None, 100).await.unwrap();
    for action in ["backup.take_out", "backup.close"] {
        assert_eq!(actions.iter().filter(|entry| entry.action == action).count(), 1, "{action}");
    }
}

async fn what_is_not_fresh_is_read_again_first(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    world.sync().await;
    let set = open_set(&world).await;
    database.execute("update inventory_coverage set at = 1").await;
    let (changed, gone) = (id_at(&world, CATALOG, 0), id_at(&world, TEMPLATES, 0));
    world.simulator.change(world.directory(), CATALOG, &changed, |policy| policy["description"] = "new".into());
    world.simulator.remove(world.directory(), TEMPLATES, &gone);
    let versions = world.versions().await;
    let policies = [policy("settingsCatalog", &changed), policy("groupPolicyConfigurations", &gone)];
    let row = world.worked(add(&world, set, &policies).await).await;
    assert_eq!((row.outcome, row.counts.succeeded, row.counts.failed), (Outcome::PartiallySucceeded, 1, 1));
    assert_eq!(reason(&row), "backup.object_missing");
    assert_eq!(world.versions().await, versions + 1, "the change was read before it was added");
}

async fn an_unread_list_stays_named_when_the_set_is_closed(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    world.sync().await;
    database.execute("update inventory_coverage set at = 1").await;
    database.execute("update inventory_objects set last_seen_at = 1").await;
    world.simulator.add_fault(world.directory(), Fault::on("roleScopeTags", forbidden()));
    let set = open_set(&world).await;
    world.simulator.clear_faults(world.directory());
    let scope = world.scope().await;
    let filter = id_at(&world, FILTERS, 0);
    let row = world.worked(add(&world, set, &[policy("assignmentFilters", &filter)]).await).await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    close_set(&world.db, &scope, set).await.unwrap();
    let closed = world.db.tenant(&scope).backups().get(set).await.unwrap();
    assert_eq!(closed.status, BackupStatus::Partial);
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    let unread = manifest.missing.iter().find(|missing| missing.external_id.is_none()).unwrap();
    assert_eq!((unread.type_key.as_str(), unread.code.as_str()), ("scopeTags", "graph.permission_denied"));
}

async fn what_cannot_be_added_says_why(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    world.sync().await;
    let set = open_set(&world).await;
    let scope = world.scope().await;
    let code = |policies: Vec<PolicyKey>| {
        let (db, scope) = (&world.db, &scope);
        async move { start_add(db, scope, set, policies, Default::default()).await.unwrap_err().code }
    };
    assert_eq!(code(Vec::new()).await, "backup.policies");
    let many = (0..501).map(|number| policy("scopeTags", &number.to_string())).collect();
    assert_eq!(code(many).await, "backup.policies");
    assert_eq!(code(vec![policy("scopeTags", "nobody")]).await, "not_found");
    // Closed while its run waits for a worker.
    let filter = id_at(&world, FILTERS, 0);
    let run = add(&world, set, &[policy("assignmentFilters", &filter)]).await;
    close_set(&world.db, &scope, set).await.unwrap();
    let row = world.worked(run).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Failed, "backup.closed"));
    assert!(world.items(run).await.iter().all(|item| item.outcome != ItemOutcome::Succeeded));
    assert!(verify(&world.db, &scope, set).await.unwrap().is_intact());
}
