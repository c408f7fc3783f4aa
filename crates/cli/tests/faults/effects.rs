//! A program that is killed between the effect of a write and its record.

use std::collections::BTreeSet;

use app::restores::Source;
use graph_sim::{Effect, Fault, FaultKind};
use model::ids::RunId;
use model::registry::Registry;
use model::run::Outcome;
use testkit::dying::{assert_each_took_effect_once, ends_unless_left_unanswered, take_up};
use testkit::program::terminate;
use testkit::restoring::{begun, confirmed, previewed, writing};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::worker;

on_both_databases!(f02_a_program_that_is_killed_after_each_effect_of_a_restore_repeats_none);

/// Whose objects are removed by hand: made by one request and by several, with and without assignments, and what others of
/// them name. Every type that can be restored: `app/tests/all/restores/death.rs`, whose workers are tasks of the test.
const TYPES: [&str; 8] = [
    "assignmentFilters",
    "compliancePolicies",
    "deviceConfigurations",
    "groupPolicyConfigurations",
    "iosAppProtections",
    "notificationTemplates",
    "powershellScripts",
    "settingsCatalog",
];

/// So many of each, where there are.
const EACH: usize = 2;

async fn f02_a_program_that_is_killed_after_each_effect_of_a_restore_repeats_none(database: &TestDatabase) {
    let world = World::seeded(database, 160).await;
    let (row, set) = world.back_up("before").await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let removed = remove_some(&world).await;
    let (_, plan) = previewed(&world, begun(&world, source.clone()).await).await;
    assert!(writing(&plan).len() >= removed, "those that name a removed one are written as well");
    let run = confirmed(&world, &plan).await;
    let (effects, deaths) = killed_after_each_effect(&world, database, run).await;
    let row = world.run(run).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?} {:?}", row.reason, world.items(run).await);
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).restores().writes(run).await.unwrap();
    assert_each_took_effect_once(&world, &rows, &effects, |_| false);
    assert!(deaths >= effects.len() as u64 / 4, "each effect was met by a kill, four at a time at most: {deaths}");
    world.drain().await;
    let (_, again) = previewed(&world, begun(&world, source).await).await;
    assert_eq!(writing(&again), [], "everything is as it was");
    println!("{removed} objects, {} requests, {deaths} programs killed", effects.len());
}

/// Removes objects of each type as an administrator would; how many.
async fn remove_some(world: &World) -> usize {
    let objects = world.objects().await;
    let mut removed = Vec::new();
    for key in TYPES {
        let contract = Registry::embedded().get(key).unwrap();
        for object in objects.iter().filter(|object| object.type_key == key).take(EACH) {
            assert!(world.simulator.remove(world.directory(), &contract.path, &object.external_id), "{key}");
            removed.push(key);
        }
    }
    assert_eq!(removed.iter().collect::<BTreeSet<_>>(), TYPES.iter().collect());
    removed.len()
}

/// Each write takes effect and gets no answer, once; then the program is killed that sent it, and another one started. Gives back
/// what took effect, and how many were killed.
async fn killed_after_each_effect(world: &World, database: &TestDatabase, run: RunId) -> (Vec<Effect>, u64) {
    let silence = FaultKind::Silence { effect: true };
    world.simulator.add_fault(world.directory(), Fault::on("", silence).each_write());
    for deaths in 0.. {
        let mut program = worker(world, database).await;
        if ends_unless_left_unanswered(world, database, run).await {
            assert!(terminate(program).await.success());
            world.simulator.clear_faults(world.directory());
            return (world.simulator.journal(), deaths);
        }
        program.kill().await.unwrap();
        take_up(world, database).await;
    }
    unreachable!("it ends, or the test does")
}
