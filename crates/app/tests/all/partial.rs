//! One part of one object cannot be read: everything else is, and what is missing is named to the end of the chain.

use app::backups::manifest_of;
use graph_sim::Fault;
use model::run::{ItemOutcome, Outcome};
use serde_json::json;
use store::BackupStatus;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{TEMPLATES, forbidden, id_at, item, object, observable, reason};

on_both_databases!(
    an_unreadable_part_is_named_and_the_last_complete_version_stays,
    a_script_that_vanishes_while_it_is_read_is_incomplete
);

async fn an_unreadable_part_is_named_and_the_last_complete_version_stays(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let (versions, id) = (world.versions().await, id_at(&world, TEMPLATES, 0));
    let complete = object(&world, &id).await.version;
    world.simulator.change(world.directory(), TEMPLATES, &id, |policy| policy["description"] = json!("changed unseen"));
    let part = format!("groupPolicyConfigurations/{id}/definitionValues");
    world.simulator.add_fault(world.directory(), Fault::on(&part, forbidden()));

    let row = world.sync().await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::PartiallySucceeded, "graph.permission_denied"));
    assert_eq!((row.counts.failed, row.counts.succeeded), (1, observable(&world).len() as u64 - 1));
    let item = item(&world, row.id, &format!("groupPolicyConfigurations/{id}")).await;
    assert_eq!((item.outcome, item.code.as_deref()), (ItemOutcome::Incomplete, Some("graph.permission_denied")));
    let seen = object(&world, &id).await;
    assert!(!seen.complete);
    assert_eq!(seen.missing_parts[0].part, "definitionValues");
    assert_eq!((seen.version, world.versions().await), (complete, versions), "an incomplete observation is no version");

    let (row, set) = world.back_up("nightly").await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded);
    let scope = world.scope().await;
    let stored = world.db.tenant(&scope).backups().get(set).await.unwrap();
    assert_eq!((stored.status, stored.incomplete), (BackupStatus::Partial, 1));
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    assert_eq!(manifest.missing.len(), 1);
    assert_eq!(
        (manifest.missing[0].external_id.as_deref(), manifest.missing[0].code.as_str()),
        (Some(id.as_str()), "graph.permission_denied")
    );
    assert!(
        manifest.items.iter().all(|item| item.external_id != id),
        "an older version is not passed off as the backup"
    );

    world.simulator.clear_faults(world.directory());
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    assert!(object(&world, &id).await.complete);
    assert_eq!(world.versions().await, versions + 1, "the change is a version as soon as it was seen completely");
}

async fn a_script_that_vanishes_while_it_is_read_is_incomplete(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let scripts = "deviceManagement/deviceManagementScripts";
    let id = id_at(&world, scripts, 0);
    let gone = graph_sim::FaultKind::Status { status: 404, code: "ResourceNotFound".into(), retry_after: None };
    world.simulator.add_fault(world.directory(), Fault::on(&format!("deviceManagementScripts/{id}"), gone));
    let row = world.sync().await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded);
    let item = item(&world, row.id, &format!("powershellScripts/{id}")).await;
    assert_eq!((item.outcome, item.code.as_deref()), (ItemOutcome::Incomplete, Some("graph.not_found")));
    let seen = object(&world, &id).await;
    assert!(seen.version.is_none(), "what was never seen completely has no version");
    assert_eq!(seen.assignments_count, None, "none were seen, which is not none");
}
