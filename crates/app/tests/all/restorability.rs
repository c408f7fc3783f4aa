//! What of a set could be restored today: asked again whenever the tenant has changed, without a request.

use app::backups::{Restorable, Verdict, judge_items, restorability};
use app::restores::{ObjectKey, Source};
use model::ids::BackupSetId;
use model::run::Outcome;
use testkit::restoring::{executed, previewed_of};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, FILTERS, forbidden, id_at};
use graph_sim::Fault;

on_both_databases!(
    each_item_is_judged_by_what_there_is_today,
    a_group_that_is_gone_is_named_by_whom_it_is_assigned_to,
    what_was_not_captured_cannot_be_restored,
    what_a_restore_made_again_is_there,
);

async fn verdict(world: &World, set: BackupSetId, id: &str) -> Verdict {
    let scope = world.scope().await;
    let items = world.db.tenant(&scope).backups().items(set, None, 0, 100_000).await.unwrap();
    let item = items.into_iter().find(|item| item.external_id == id).expect("the item is in the set");
    judge_items(&world.db, &scope, set, &[item]).await.unwrap().remove(0)
}

fn codes(verdict: &Verdict) -> Vec<&str> {
    verdict.why.iter().map(|why| why.code.as_str()).collect()
}

/// A policy with an assignment that is narrowed by a filter: their ids.
fn filtered(world: &World) -> (String, String) {
    let policies = world.simulator.objects(world.directory(), CATALOG);
    let filter = |policy: &serde_json::Value| {
        let rows = policy["assignments"].as_array()?.clone();
        rows.iter().find_map(|row| {
            let id = row["target"]["deviceAndAppManagementAssignmentFilterId"].as_str()?;
            (!id.starts_with("0000")).then(|| id.to_owned())
        })
    };
    let found = policies.iter().find_map(|policy| Some((policy["id"].as_str()?.to_owned(), filter(policy)?)));
    found.expect("a generated policy has a filter")
}

async fn each_item_is_judged_by_what_there_is_today(database: &TestDatabase) {
    let world = World::seeded(database, 160).await;
    world.sync().await;
    let (policy, filter) = filtered(&world);
    let (_, set) = world.back_up("everything").await;
    world.simulator.reset_stats();
    let scope = world.scope().await;
    let before = restorability(&world.db, &scope, set).await.unwrap();
    let items = world.db.tenant(&scope).backups().get(set).await.unwrap().items;
    assert_eq!(before.yes + before.partly + before.no, items);
    assert!(before.reasons.windows(2).all(|pair| pair[0].1 >= pair[1].1), "the most frequent first");
    assert_eq!(world.simulator.stats().round_trips, 0);
    assert!(!codes(&verdict(&world, set, &policy).await).contains(&"restore.reference_gone"));
    // The filter goes: it is in the set, so the policy loses nothing; without it in the set, it would.
    assert!(world.simulator.remove(world.directory(), FILTERS, &filter));
    let only = world.start_backup_of("only policies", &["settingsCatalog"]).await;
    world.worked(only).await;
    world.sync().await;
    assert!(!codes(&verdict(&world, set, &policy).await).contains(&"restore.reference_gone"));
    database.execute("update inventory_coverage set at = 1").await;
    let late = world.start_backup_of("after it went", &["settingsCatalog"]).await;
    world.worked(late).await;
    let late = world.db.tenant(&scope).backups().by_run(late).await.unwrap().unwrap().id;
    let gone = verdict(&world, late, &policy).await;
    assert_eq!(gone.answer, Restorable::Partly);
    let named = gone.why.iter().find(|why| why.code == "restore.reference_gone").expect("the filter is gone");
    assert!(named.message.starts_with("Refers to Assignment filter “"), "{}", named.message);
}

async fn a_group_that_is_gone_is_named_by_whom_it_is_assigned_to(database: &TestDatabase) {
    let world = World::seeded(database, 160).await;
    world.sync().await;
    let (_, set) = world.back_up("everything").await;
    let objects = world.objects().await;
    let scope = world.scope().await;
    let mut assigned = None;
    for row in objects.iter().filter(|row| row.type_key == "settingsCatalog") {
        let detail = world.db.tenant(&scope).inventory().get(&row.type_key, &row.external_id).await.unwrap();
        assigned = assigned.or(detail.assigned_groups.first().map(|group| (row.external_id.clone(), group.clone())));
    }
    let (policy, group) = assigned.expect("a policy is assigned to a group");
    database.execute(&format!("update directory_groups set missing_since = 1 where id = '{group}'")).await;
    let found = verdict(&world, set, &policy).await;
    let said = found.why.iter().find(|why| why.message.contains("which is not in the directory any more"));
    assert!(said.is_some_and(|why| why.code == "restore.reference_gone"), "{:?}", found.why);
    database.execute("delete from directory_groups").await;
    assert!(codes(&verdict(&world, set, &policy).await).contains(&"restore.groups_unknown"));
}

async fn what_was_not_captured_cannot_be_restored(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let id = id_at(&world, "deviceManagement/groupPolicyConfigurations", 0);
    let part = format!("groupPolicyConfigurations/{id}/definitionValues");
    world.simulator.add_fault(world.directory(), Fault::on(&part, forbidden()));
    let (row, set) = world.back_up("partial").await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded);
    let found = verdict(&world, set, &id).await;
    assert_eq!((found.answer, codes(&found)), (Restorable::No, vec!["restore.not_captured"]));
    let scope = world.scope().await;
    let summary = restorability(&world.db, &scope, set).await.unwrap();
    assert!(summary.reasons.contains(&("restore.not_captured".to_owned(), 1)), "{:?}", summary.reasons);
}

async fn what_a_restore_made_again_is_there(database: &TestDatabase) {
    let world = World::seeded(database, 160).await;
    let (policy, filter) = filtered(&world);
    let (_, set) = world.back_up("everything").await;
    assert!(world.simulator.remove(world.directory(), FILTERS, &filter));
    world.sync().await;
    // What names the filter, without the filter.
    database.execute("update inventory_coverage set at = 1").await;
    let late = world.start_backup_of("after it went", &["settingsCatalog"]).await;
    world.worked(late).await;
    let scope = world.scope().await;
    let late = world.db.tenant(&scope).backups().by_run(late).await.unwrap().unwrap().id;
    assert!(codes(&verdict(&world, late, &policy).await).contains(&"restore.reference_gone"));
    let key = ObjectKey::new("assignmentFilters", filter.as_str());
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let plan = previewed_of(&world, source, [key].into()).await;
    assert_eq!(executed(&world, &plan).await.outcome, Outcome::Succeeded);
    world.drain().await;
    assert!(!codes(&verdict(&world, late, &policy).await).contains(&"restore.reference_gone"));
    assert!(codes(&verdict(&world, set, &filter).await).is_empty(), "it is changed, not made a third time");
}
