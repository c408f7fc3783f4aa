//! A program that is killed between the effect of a write and its record.

use app::restores::Source;
use graph_sim::{Effect, Fault, FaultKind};
use model::ids::RunId;
use model::registry::{Mode, Registry};
use model::run::Outcome;
use testkit::by_hand::can_be_made_again;
use testkit::dying::{assert_each_took_effect_once, ends_unless_left_unanswered, take_up};
use testkit::program::terminate;
use testkit::restoring::{begun, confirmed, previewed, writing};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::worker;

on_both_databases!(f02_a_program_that_is_killed_after_each_effect_of_a_restore_repeats_none);

/// So many objects of a tenant have something of every type that can be made.
const OBJECTS: usize = 160;
/// Types whose objects a restore makes: all that can be restored but those that every directory has from the start.
const TYPES_MIN: usize = 30;

async fn f02_a_program_that_is_killed_after_each_effect_of_a_restore_repeats_none(database: &TestDatabase) {
    let world = World::seeded(database, OBJECTS).await;
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

/// Removes an object of every type that a restore makes again, as an administrator would; how many. Every kind of each:
/// `app/tests/all/restores/death.rs`, whose workers are tasks of the test.
async fn remove_some(world: &World) -> usize {
    let seen = world.objects().await;
    let mut removed = 0;
    let mut left = Vec::new();
    for contract in Registry::embedded().observed().filter(|contract| matches!(contract.restore, Mode::Enabled)) {
        let stored = world.simulator.objects(world.directory(), &contract.path);
        let is_seen = |id: &str| seen.iter().any(|row| row.type_key == contract.key && row.external_id == id);
        let mut fits = stored.iter().filter(|object| can_be_made_again(contract, object));
        let id = fits.find_map(|object| object["id"].as_str().filter(|id| is_seen(id)));
        match id {
            Some(id) => {
                assert!(world.simulator.remove(world.directory(), &contract.path, id), "{}", contract.key);
                removed += 1;
            }
            None => left.push(contract.key.as_str()),
        }
    }
    println!("not made again by a restore: {left:?}");
    assert!(removed >= TYPES_MIN, "{removed}: {left:?}");
    removed
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
