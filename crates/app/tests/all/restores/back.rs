//! Back to what a backup set holds: in place, anew where it is gone, and untouched where the tenant moved.

use app::restores::Source;
use model::registry::content::references;
use model::registry::{DIRECTORY, Registry};
use model::restore::{Action, Approval};
use model::run::{ItemOutcome, Outcome};
use serde_json::{Value, json};
use testkit::restoring::{begun, executed, planned, previewed, writing};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, FILTERS, id_at, item, reason};

on_both_databases!(
    an_unchanged_tenant_needs_no_restore,
    a_changed_and_a_removed_object_come_back_and_nothing_else_is_touched,
    what_moved_after_the_preview_is_left_as_it_is,
    an_undone_restore_gives_the_first_state,
    what_no_request_takes_away_is_named_and_not_called_as_it_should_be,
    what_was_made_again_stands_for_what_it_was_made_of,
);

async fn set(world: &World) -> Source {
    let (row, set) = world.back_up("before").await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    Source::Set { tenant: world.tenants[0].id, set, objects: None }
}

fn named(world: &World, collection: &str, id: &str) -> Value {
    let objects = world.simulator.objects(world.directory(), collection);
    objects.into_iter().find(|object| object["id"] == id).unwrap_or(Value::Null)
}

async fn an_unchanged_tenant_needs_no_restore(database: &TestDatabase) {
    let world = World::seeded(database, 200).await;
    let source = set(&world).await;
    let (row, plan) = previewed(&world, begun(&world, source).await).await;
    assert_eq!(writing(&plan), [], "nothing differs, so nothing is written");
    let failed: Vec<_> =
        world.items(row.id).await.into_iter().filter(|item| item.outcome == ItemOutcome::Failed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!((row.outcome, reason(&row)), (Outcome::Succeeded, "restore.nothing_to_do"));
    assert!(plan.restore.plan.as_ref().unwrap().blocked);
    assert_eq!(world.simulator.journal(), []);
}

async fn a_changed_and_a_removed_object_come_back_and_nothing_else_is_touched(database: &TestDatabase) {
    let world = World::seeded(database, 120).await;
    let source = set(&world).await;
    let (changed, removed) = (id_at(&world, CATALOG, 0), id_at(&world, FILTERS, 0));
    let before = (named(&world, CATALOG, &changed), named(&world, FILTERS, &removed));
    world.simulator.change(world.directory(), CATALOG, &changed, |object| object["description"] = json!("broken"));
    world.simulator.remove(world.directory(), FILTERS, &removed);
    let (row, plan) = previewed(&world, begun(&world, source).await).await;
    assert_eq!(planned(&plan, "settingsCatalog", &changed).action, Action::Update, "{:?}", row.reason);
    let made = planned(&plan, "assignmentFilters", &removed);
    assert_eq!((made.action, made.approval), (Action::Create, Approval::NotExpected), "no policy asks for an approval");
    assert_eq!(made.permissions, ["DeviceManagementConfiguration.ReadWrite.All"]);
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?} {:?}", run.reason, world.items(run.id).await);
    let after = named(&world, CATALOG, &changed);
    assert_eq!((&after["description"], &after["settings"]), (&before.0["description"], &before.0["settings"]));
    let filters = world.simulator.objects(world.directory(), FILTERS);
    let back = filters.iter().find(|filter| filter["displayName"] == before.1["displayName"]).unwrap();
    assert_eq!(back["rule"], before.1["rule"]);
    let item = item(&world, run.id, &format!("settingsCatalog/{changed}")).await;
    assert_eq!(
        (item.outcome, item.message.as_deref()),
        (ItemOutcome::Succeeded, Some("Written, read back, and as planned"))
    );
    let written: std::collections::BTreeSet<String> = world
        .simulator
        .journal()
        .into_iter()
        .filter(|effect| effect.method != "DELETE")
        .map(|effect| effect.path)
        .collect();
    let planned = writing(&plan).len();
    assert!(written.len() >= 2 && planned >= 2, "{written:?}");
}

async fn what_moved_after_the_preview_is_left_as_it_is(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let source = set(&world).await;
    let changed = id_at(&world, CATALOG, 0);
    let edit = |text: &'static str| {
        world.simulator.change(world.directory(), CATALOG, &changed, |object| object["description"] = json!(text));
    };
    edit("broken");
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    edit("mended by somebody else");
    let effects = world.simulator.journal().len();
    let run = executed(&world, &plan).await;
    let item = item(&world, run.id, &format!("settingsCatalog/{changed}")).await;
    assert_eq!((item.outcome, item.code.as_deref()), (ItemOutcome::Conflict, Some("restore.conflict")));
    assert_eq!(named(&world, CATALOG, &changed)["description"], "mended by somebody else");
    assert_eq!(world.simulator.journal().len(), effects, "nothing was written");
    assert_eq!(run.outcome, Outcome::Failed);
}

async fn an_undone_restore_gives_the_first_state(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let source = set(&world).await;
    let (changed, removed) = (id_at(&world, CATALOG, 0), id_at(&world, FILTERS, 0));
    world.simulator.change(world.directory(), CATALOG, &changed, |object| object["description"] = json!("broken"));
    world.simulator.remove(world.directory(), FILTERS, &removed);
    let filters = world.simulator.objects(world.directory(), FILTERS).len();
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    let first = executed(&world, &plan).await;
    assert_eq!(first.outcome, Outcome::Succeeded, "{:?}", world.items(first.id).await);
    assert_eq!(world.simulator.objects(world.directory(), FILTERS).len(), filters + 1);
    let (row, back) = previewed(&world, begun(&world, Source::Undo { run: first.id }).await).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?} {:?}", row.reason, world.items(row.id).await);
    let undone = executed(&world, &back).await;
    assert_eq!(undone.outcome, Outcome::Succeeded, "{:?}", world.items(undone.id).await);
    assert_eq!(named(&world, CATALOG, &changed)["description"], "broken");
    assert_eq!(world.simulator.objects(world.directory(), FILTERS).len(), filters);
}

async fn what_no_request_takes_away_is_named_and_not_called_as_it_should_be(database: &TestDatabase) {
    const INTENTS: &str = "deviceManagement/intents";
    let world = World::seeded(database, 120).await;
    let source = set(&world).await;
    let intent = id_at(&world, INTENTS, 0);
    world.simulator.change(world.directory(), INTENTS, &intent, |object| {
        let settings = object["settings"].as_array_mut().unwrap();
        let mut added = settings[0].clone();
        added["id"] = json!("added");
        added["definitionId"] = json!("deviceConfiguration--added");
        settings.push(added);
    });
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    let item = planned(&plan, "intents", &intent);
    let codes: Vec<_> = item.why.iter().map(|why| why.code.as_str()).collect();
    assert_eq!((item.action, codes), (Action::Skip, vec!["restore.stays"]));
    assert!(item.why[0].message.contains("settings"), "{}", item.why[0].message);
}

/// A policy and a filter are removed that a policy set and other policies name, and the set of before is restored twice.
const APP_PROTECTIONS: &str = "deviceAppManagement/iosManagedAppProtections";

/// A policy set names an app protection policy, without saying of which platform; its id.
fn app_protection_in_a_set(world: &World) -> String {
    let (id, set) = (id_at(world, APP_PROTECTIONS, 0), id_at(world, "deviceAppManagement/policySets", 0));
    assert!(world.simulator.change(world.directory(), "deviceAppManagement/policySets", &set, |set| {
        let mut row = set["items"][0].clone();
        row["@odata.type"] = json!("#microsoft.graph.managedAppProtectionPolicySetItem");
        row["itemType"] = json!("#microsoft.graph.managedAppProtection");
        row["id"] = json!(format!("{}-app", row["id"].as_str().unwrap_or_default()));
        row["payloadId"] = json!(id);
        for name in ["intent", "settings"] {
            row.as_object_mut().expect("a row is an object").remove(name);
        }
        set["items"].as_array_mut().expect("rows").push(row);
    }));
    id
}

async fn what_was_made_again_stands_for_what_it_was_made_of(database: &TestDatabase) {
    let world = World::seeded(database, 160).await;
    let app_protection = app_protection_in_a_set(&world);
    let source = set(&world).await;
    let policy_set = Registry::embedded().get("policySets").unwrap();
    let sets = world.simulator.objects(world.directory(), &policy_set.path);
    let named = sets.iter().flat_map(|set| references(policy_set, set));
    let policy = named.into_iter().find(|named| named.kind == "compliancePolicies").expect("a set names a policy");
    let filter = id_at(&world, FILTERS, 0);
    let path = Registry::embedded().get(&policy.kind).unwrap().path.replace(DIRECTORY, world.directory());
    assert!(world.simulator.remove(world.directory(), &path, &policy.external_id));
    assert!(world.simulator.remove(world.directory(), FILTERS, &filter));
    assert!(world.simulator.remove(world.directory(), APP_PROTECTIONS, &app_protection));
    let (_, plan) = previewed(&world, begun(&world, source.clone()).await).await;
    assert!(writing(&plan).len() > 3, "those that name them are written as well: {:?}", writing(&plan));
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
    world.drain().await;
    let (row, again) = previewed(&world, begun(&world, source).await).await;
    assert_eq!(writing(&again), [], "{:?}", row.reason);
    let kinds = [
        (policy.kind.as_str(), &policy.external_id),
        ("assignmentFilters", &filter),
        ("iosAppProtections", &app_protection),
    ];
    for (kind, id) in kinds {
        let item = planned(&again, kind, id);
        let new = item.live_id.clone().expect("it is there");
        assert_eq!((item.action, item.why[0].code.as_str()), (Action::Skip, "restore.already_so"), "{:?}", item.why);
        assert_ne!(new, *id);
    }
    let open: Vec<_> = again.plan.items.iter().filter(|item| item.action == Action::Impossible).collect();
    assert!(open.is_empty(), "nothing is asked: {open:#?}");
}
