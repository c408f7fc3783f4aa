//! Answers by name: what is called so is meant, and what several are called is asked again.

use app::restores::{Answers, Choice, ReferenceAnswer, Source, Target, answer, mapping, offered, open};
use model::ids::RestoreId;
use model::registry::Registry;
use model::registry::content::{Reference, assignments};
use serde_json::json;
use store::TenantScope;
use testkit::restoring::{begun, revision};
use testkit::{TestDatabase, World, on_both_databases};

use crate::groups::sync_groups;
use crate::support::{CATALOG, id_at};

on_both_databases!(a_group_is_meant_by_its_name_alone, an_object_is_meant_by_its_name_alone);

/// A restore whose source names a group that is gone, and that group's id.
async fn group_is_gone(database: &TestDatabase) -> (World, TenantScope, RestoreId, String) {
    let world = World::seeded(database, 60).await;
    let contract = Registry::embedded().get("settingsCatalog").unwrap();
    let policies = world.simulator.objects(world.directory(), CATALOG);
    let group = policies.iter().flat_map(|policy| assignments(contract, policy)).find_map(|one| one.group_id).unwrap();
    sync_groups(&world).await;
    let (_, set) = world.back_up("before").await;
    world.simulator.remove(world.directory(), "groups", &group);
    sync_groups(&world).await;
    let restore = begun(&world, Source::Set { tenant: world.tenants[0].id, set, objects: None }).await;
    let scope = world.scope().await;
    (world, scope, restore, group)
}

fn called(world: &World, id: &str, name: &str) {
    let group =
        json!({ "id": id, "displayName": name, "securityEnabled": true, "mailEnabled": false, "groupTypes": [] });
    assert!(world.simulator.insert(world.directory(), "groups", group));
}

/// The code and next step of a refusal.
async fn refused(world: &World, scope: &TenantScope, restore: RestoreId, answers: Answers) -> (&'static str, String) {
    let revision = revision(world, scope, restore).await;
    let error = answer(&world.db, scope, restore, revision, answers).await.unwrap_err();
    (error.code, error.hint.unwrap())
}

async fn a_group_is_meant_by_its_name_alone(database: &TestDatabase) {
    let (world, scope, restore, gone) = group_is_gone(database).await;
    let opened = open(&world.db, &scope, restore).await.unwrap();
    let asked = mapping(&world.db, &scope, &opened).await.unwrap();
    let asked = asked.references.iter().find(|one| one.reference.external_id == gone).unwrap();
    assert!(asked.name.is_some() && matches!(asked.answer, ReferenceAnswer::Open(_)), "{asked:?}");
    let [one, two, three] = [
        "11111111-0000-4000-8000-000000000001",
        "11111111-0000-4000-8000-000000000002",
        "11111111-0000-4000-8000-000000000003",
    ];
    called(&world, one, "Pilot ring");
    called(&world, two, "Kiosks");
    called(&world, three, "Kiosks ");
    sync_groups(&world).await;
    let said = |name: &str| Answers {
        references: vec![("groups".into(), gone.clone(), Some(Choice::Use(name.into())))],
        ..Answers::default()
    };
    assert_eq!(refused(&world, &scope, restore, said("Nobody")).await.0, "restore.unknown_object");
    let (code, hint) = refused(&world, &scope, restore, said("kiosks")).await;
    assert!(code == "restore.name_ambiguous" && hint.contains(two) && hint.contains(three), "{code} {hint}");
    let offers = offered(&world.db, &scope, "groups", "pilot r", 5).await.unwrap();
    assert_eq!(offers.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [one]);
    let revision = revision(&world, &scope, restore).await;
    answer(&world.db, &scope, restore, revision, said(" pilot RING ")).await.unwrap();
    let opened = open(&world.db, &scope, restore).await.unwrap();
    let mapping = mapping(&world.db, &scope, &opened).await.unwrap();
    let answer = mapping.reference(&Reference { kind: "groups".into(), external_id: gone }).unwrap();
    let ReferenceAnswer::Use(found, _) = answer else { panic!("{answer:?}") };
    assert_eq!((found.id.as_str(), found.name.as_str()), (one, "Pilot ring"), "it is shown by its name");
}

async fn an_object_is_meant_by_its_name_alone(database: &TestDatabase) {
    let (world, scope, restore, _) = group_is_gone(database).await;
    let (policy, other) = (id_at(&world, CATALOG, 0), id_at(&world, CATALOG, 1));
    let key = app::restores::ObjectKey::new("settingsCatalog", policy);
    let said = |name: &str| Answers {
        targets: vec![(key.clone(), Some(Target::Existing(name.into())))],
        ..Answers::default()
    };
    assert_eq!(refused(&world, &scope, restore, said("no policy")).await.0, "restore.unknown_object");
    let policies = world.simulator.objects(world.directory(), CATALOG);
    let name = policies.iter().find(|one| one["id"] == other.as_str()).unwrap()["name"].as_str().unwrap();
    let revision = revision(&world, &scope, restore).await;
    answer(&world.db, &scope, restore, revision, said(name)).await.unwrap();
    let draft = open(&world.db, &scope, restore).await.unwrap().draft;
    assert_eq!(draft.targets[0].target, Target::Existing(other));
}
