//! Every type that can be restored, through the runs: changed and back, removed and back, and what was undone.

use std::collections::BTreeMap;

use app::restores::Source;
use model::diff::Difference;
use model::registry::{Contract, CreateMode, Mode, Registry, content};
use model::run::{ItemOutcome, Outcome};
use serde_json::{Value, json};
use testkit::restoring::{begun, executed, previewed, writing};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::reason;

on_both_databases!(every_type_is_changed_and_comes_back_in_place, every_type_is_removed_and_comes_back,);

/// Objects of the tenant: enough for one of almost every type.
const OBJECTS: usize = 300;

/// One object of a type, as it was.
struct Chosen {
    contract: &'static Contract,
    id: String,
    before: Value,
}

/// The first object of each type that fits.
fn chosen(world: &World, fits: impl Fn(&Contract, &Value) -> bool) -> Vec<Chosen> {
    let enabled = Registry::embedded().observed().filter(|contract| matches!(contract.restore, Mode::Enabled));
    let first = |contract: &'static Contract| {
        let objects = world.simulator.objects(world.directory(), &contract.path);
        let before = objects.into_iter().find(|object| object["id"].is_string() && fits(contract, object))?;
        Some(Chosen { contract, id: before["id"].as_str()?.to_owned(), before })
    };
    enabled.filter_map(first).collect()
}

/// Changes something that a person could have changed in the portal; nothing where nothing is known.
fn edit(contract: &Contract, object: &mut Value) -> bool {
    let names = ["description", "displayName", contract.name.as_deref().unwrap_or("displayName")];
    for name in names {
        let kept = contract.update.without.iter().chain(&contract.strip).any(|path| path == name);
        if !kept && object.get(name).is_some_and(|value| value.is_string() || value.is_null()) {
            object[name] = json!("changed by hand");
            return true;
        }
    }
    false
}

/// The object as a restore may leave it: what the contract holds back is not turned on.
fn held(contract: &Contract, mut object: Value) -> Value {
    if let Some(held) = &contract.held
        && object[&held.property] == held.value.as_str()
    {
        object[&held.property] = json!(held.instead);
    }
    object
}

fn now(world: &World, one: &Chosen) -> Option<Value> {
    let objects = world.simulator.objects(world.directory(), &one.contract.path);
    objects.into_iter().find(|object| object["id"] == one.id.as_str())
}

async fn failed(world: &World, run: model::ids::RunId) -> Vec<String> {
    let bad = |item: &store::ItemRow| !matches!(item.outcome, ItemOutcome::Succeeded | ItemOutcome::Skipped);
    let items = world.items(run).await.into_iter().filter(bad);
    items
        .map(|item| format!("{} {:?} {:?} {:?} {:?}", item.key, item.outcome, item.code, item.message, item.detail))
        .collect()
}

async fn every_type_is_changed_and_comes_back_in_place(database: &TestDatabase) {
    let world = World::seeded(database, OBJECTS).await;
    let (row, set) = world.back_up("before").await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    let chosen = chosen(&world, |contract, object| {
        contract.update.method != "none"
            && edit(contract, &mut object.clone())
            && !content::is_built_in(contract, object)
    });
    for one in &chosen {
        let changed = |object: &mut Value| assert!(edit(one.contract, object));
        assert!(
            world.simulator.change_silently(world.directory(), &one.contract.path, &one.id, changed),
            "{}",
            one.contract.key
        );
    }
    println!("{} types are changed", chosen.len());
    assert!(chosen.len() > 35, "only {} types", chosen.len());
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let (_, plan) = previewed(&world, begun(&world, source.clone()).await).await;
    let run = executed(&world, &plan).await;
    let failed = failed(&world, run.id).await;
    assert!(failed.is_empty(), "{:?} {failed:#?}", run.reason);
    let differences: BTreeMap<_, _> = chosen
        .iter()
        .map(|one| {
            let after = now(&world, one).unwrap_or_default();
            (&one.contract.key, Difference::between(one.contract, &held(one.contract, one.before.clone()), &after))
        })
        .filter(|(_, difference)| !difference.is_empty())
        .collect();
    let changes: Vec<_> = differences.iter().map(|(key, difference)| (key, difference.changes())).collect();
    assert!(changes.is_empty(), "{changes:#?}");
    let (row, plan) = previewed(&world, begun(&world, source).await).await;
    assert_eq!(writing(&plan), [], "{:?}", row.reason);
    let (row, back) = previewed(&world, begun(&world, Source::Undo { run: run.id }).await).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    let undone = executed(&world, &back).await;
    assert_eq!(undone.outcome, Outcome::Succeeded, "{:?}", world.items(undone.id).await);
    for one in &chosen {
        let mut edited = held(one.contract, one.before.clone());
        edit(one.contract, &mut edited);
        let difference = Difference::between(one.contract, &edited, &now(&world, one).unwrap_or_default());
        assert!(difference.is_empty(), "{} {:#?}", one.contract.key, difference.changes());
    }
}

async fn every_type_is_removed_and_comes_back(database: &TestDatabase) {
    let world = World::seeded(database, OBJECTS).await;
    let (_, set) = world.back_up("before").await;
    let chosen = chosen(&world, |contract, object| {
        contract.delete
            && matches!(contract.create.mode, CreateMode::Yes | CreateMode::Partial)
            && (contract.create.types.is_empty()
                || content::object_type(object)
                    .is_some_and(|kind| contract.create.types.iter().any(|known| known == kind)))
            && !content::is_built_in(contract, object)
    });
    println!("{} types are removed", chosen.len());
    assert!(chosen.len() > 30, "only {} types", chosen.len());
    for one in &chosen {
        assert!(world.simulator.remove(world.directory(), &one.contract.path, &one.id), "{}", one.contract.key);
    }
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let (row, plan) = previewed(&world, begun(&world, source.clone()).await).await;
    assert_ne!(row.outcome, Outcome::Failed, "{}", reason(&row));
    let run = executed(&world, &plan).await;
    let failed = failed(&world, run.id).await;
    assert!(failed.is_empty(), "{:?} {failed:#?}", run.reason);
    for one in &chosen {
        let name = content::name(one.contract, &one.before);
        let there = world.simulator.objects(world.directory(), &one.contract.path);
        let back = there.iter().filter(|object| content::name(one.contract, object) == name).count();
        assert!(back >= 1, "{} {name}", one.contract.key);
    }
}
