//! What holds for every tenant, every change of it and every plan: the result is what the plan said, nothing else is touched,
//! and what is undone is as it was.

use std::collections::{BTreeMap, BTreeSet};

use app::restores::{Answers, ObjectKey, Scope, ShownPlan, Source, Target, choose_scope, mapping, open};
use graph_sim::Content;
use model::diff::{Difference, same_after_write};
use model::ids::{BackupSetId, RunId};
use model::registry::{Contract, Registry};
use model::restore::{PlanItem, own};
use model::run::{ItemOutcome, Outcome};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use store::Engine;
use testkit::restoring::{answered, begun, executed, previewed, revision};
use testkit::{Seed, TestDatabase, World};

use super::chosen::{Chosen, all, clean, forget};
use super::kept::{backed_up_now, contents, made};
use super::random::{Said, objects_said, references_said};

/// What somebody does to an object.
#[derive(Debug, Clone, Copy)]
enum What {
    Change,
    /// Half of the assignments go.
    Assign,
    Unassign,
    Remove,
    /// Another one is made like it.
    Add,
}

/// To the object that the number picks.
#[derive(Debug, Clone, Copy)]
struct Edit {
    what: What,
    pick: usize,
}

/// A tenant, what happens to it, and what is restored of it.
#[derive(Debug, Clone)]
struct Case {
    seed: u64,
    objects: usize,
    edits: Vec<Edit>,
    settings: bool,
    assignments: bool,
    /// What a person says of objects, picked among those that were edited.
    objects_said: Vec<(usize, Said)>,
    /// What a person says of what they name, picked among all that is named.
    references_said: Vec<(usize, Said)>,
    /// Whether only what was edited is chosen, and not the whole set.
    alone: bool,
}

fn edit() -> impl Strategy<Value = Edit> {
    let what = prop_oneof![
        3 => Just(What::Change),
        2 => Just(What::Assign),
        1 => Just(What::Unassign),
        3 => Just(What::Remove),
        1 => Just(What::Add),
    ];
    (what, any::<usize>()).prop_map(|(what, pick)| Edit { what, pick })
}

fn case() -> impl Strategy<Value = Case> {
    let parts = prop_oneof![4 => Just((true, true)), 1 => Just((true, false)), 1 => Just((false, true))];
    let said = prop_oneof![Just(Said::LeaveOut), any::<usize>().prop_map(Said::Another)].boxed();
    let said = || prop::collection::vec((any::<usize>(), said.clone()), 0..4);
    let said = (said(), said());
    let numbers = (any::<u64>(), 40usize..170);
    (numbers, prop::collection::vec(edit(), 1..40), parts, said, any::<bool>()).prop_map(
        |((seed, objects), edits, (settings, assignments), (objects_said, references_said), alone)| Case {
            seed,
            objects,
            edits,
            settings,
            assignments,
            objects_said,
            references_said,
            alone,
        },
    )
}

/// Tries so many cases; the same ones for the same seed of the tests.
fn every_case_keeps_the_laws(engine: Engine, cases: u32) {
    let seed = Seed::of_this_run();
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.number().to_le_bytes());
    // A case is a world of its own, so that only a few smaller ones are tried.
    let config = ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 8, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let kept = runner.run(&case(), |case| {
        testkit::run(engine, async |database: &TestDatabase| keeps_the_laws(database, &case).await);
        Ok(())
    });
    kept.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn what_is_restored_is_what_the_plan_said_on_sqlite() {
    every_case_keeps_the_laws(Engine::Sqlite, 6);
}

#[test]
fn what_is_restored_is_what_the_plan_said_on_postgres() {
    every_case_keeps_the_laws(Engine::Postgres, 2);
}

async fn keeps_the_laws(database: &TestDatabase, case: &Case) {
    let world = World::of(database, vec![Content::Seeded { seed: case.seed, objects: case.objects }]).await;
    let (row, set) = world.back_up("before").await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    let edited = edited(&world, &case.edits).await;
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let Some(plan) = planned(&world, case, source, edited).await else { return };
    let before = Tenant::of(&world, "edited").await;
    let (run, after) = restored(&world, &before, &plan).await;
    if case.settings && case.assignments {
        Tenant::in_set(&world, set).await.assert_same_where_nothing_was_to_do(&after, &plan);
    }
    is_taken_back(&world, &before, run).await;
}

/// What is written is as the plan said, and nothing else is touched.
async fn restored(world: &World, before: &Tenant, plan: &ShownPlan) -> (RunId, Tenant) {
    let run = executed(world, plan).await;
    let items = world.items(run.id).await;
    let good = |item: &store::ItemRow| matches!(item.outcome, ItemOutcome::Succeeded | ItemOutcome::Skipped);
    let bad: Vec<_> = items.iter().filter(|item| !good(item)).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let after = Tenant::of(world, "restored").await;
    let ids = ids_of(world, run.id, plan).await;
    plan.plan.items.iter().for_each(|item| after.holds(item, &ids));
    let written: Vec<Place> = plan.plan.items.iter().filter_map(|item| place(item, &ids)).collect();
    before.assert_same_but(&after, &written);
    (run.id, after)
}

/// Undone, the tenant is as it was, but for what the plan has said.
async fn is_taken_back(world: &World, before: &Tenant, run: RunId) {
    let (row, back) = previewed(world, begun(world, Source::Undo { run }).await).await;
    if back.restore.plan.as_ref().unwrap().blocked {
        assert!(
            back.plan.items.iter().all(|item| stays(item) || is_held(item)),
            "{:?} {:#?}",
            row.reason,
            back.plan.items
        );
        return;
    }
    let run = executed(world, &back).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?} {:#?}", run.reason, world.items(run.id).await);
    let undone = Tenant::of(world, "undone").await;
    let ids = ids_of(world, run.id, &back).await;
    back.plan.items.iter().for_each(|item| undone.holds(item, &ids));
    let told: Vec<Place> = back.plan.items.iter().filter(|item| stays(item)).filter_map(live).collect();
    before.assert_same_but(&undone, &told);
}

/// Does what the edits say; which objects of the source they were done to.
async fn edited(world: &World, edits: &[Edit]) -> Vec<ObjectKey> {
    let mut left = all(world).await;
    let mut edited = BTreeSet::new();
    for (number, edit) in edits.iter().enumerate() {
        let at = edit.pick % left.len();
        let one = &left[at];
        match edit.what {
            What::Change if one.can_be_changed() => one.change_by_hand(world),
            What::Assign if one.is_assigned() => one.assign(world, |rows| rows.truncate(rows.len() / 2)),
            What::Unassign if one.is_assigned() => one.assign(world, Vec::clear),
            What::Remove if one.can_be_made_again() && !is_named(&left, one) => {
                let one = left.swap_remove(at);
                one.remove(world);
                edited.insert(one.key());
                continue;
            }
            // Nobody restores what the source does not hold.
            What::Add if one.can_be_made_again() => {
                one.copy(world, number);
                continue;
            }
            _ => continue,
        }
        edited.insert(one.key());
    }
    edited.into_iter().collect()
}

/// Whether another one names it. What is made again has another id, and nobody can say again what named the one that is gone.
fn is_named(all: &[Chosen], one: &Chosen) -> bool {
    let id = Value::from(one.id.as_str()).to_string();
    all.iter().any(|other| other.id != one.id && other.before.to_string().contains(&id))
}

/// The plan; nothing where there is nothing to do.
async fn planned(world: &World, case: &Case, source: Source, edited: Vec<ObjectKey>) -> Option<ShownPlan> {
    if edited.is_empty() {
        return None;
    }
    let restore = begun(world, source).await;
    let scope = world.scope().await;
    let objects = case.alone.then(|| edited.iter().cloned().collect());
    let chosen = Scope { objects, settings: case.settings, assignments: case.assignments };
    let revision = revision(world, &scope, restore).await;
    choose_scope(&world.db, &scope, restore, revision, chosen).await.unwrap();
    let opened = open(&world.db, &scope, restore).await.unwrap();
    let named = mapping(&world.db, &scope, &opened).await.unwrap().references;
    let answers = Answers {
        targets: objects_said(world, &case.objects_said, &edited).await,
        references: references_said(world, &case.references_said, &named).await,
        along: Vec::new(),
    };
    answered(world, &scope, restore, answers.clone()).await;
    let (_, plan) = previewed(world, restore).await;
    for (key, _) in answers.targets.iter().filter(|(_, target)| *target == Some(Target::LeaveOut)) {
        let item = plan.plan.items.iter().find(|item| item.type_key == key.type_key && item.source_id == key.id);
        assert!(item.is_none_or(|item| item.steps.is_empty()), "{key:?} was left out");
    }
    (!plan.restore.plan.as_ref().unwrap().blocked).then_some(plan)
}

/// A type's key, and an id of it.
type Place = (String, String);

/// The ids of what the run changed and made, by item.
async fn ids_of(world: &World, run: RunId, plan: &ShownPlan) -> BTreeMap<u32, String> {
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).restores().writes(run).await.unwrap();
    let mut ids: BTreeMap<u32, String> =
        plan.plan.items.iter().filter_map(|item| Some((item.sequence, item.live_id.clone()?))).collect();
    ids.extend(made(&rows));
    ids
}

/// Where the item's object is, if the plan writes it.
fn place(item: &PlanItem, ids: &BTreeMap<u32, String>) -> Option<Place> {
    item.is_written().then(|| (item.type_key.clone(), ids[&item.sequence].clone()))
}

fn says(item: &PlanItem, code: &str) -> bool {
    item.why.iter().any(|why| why.code == code)
}

/// Whether the plan says of the object that it will not be all that was asked for.
fn stays(item: &PlanItem) -> bool {
    says(item, "restore.stays")
}

/// Whether the plan says of the object that it will not be turned on.
fn is_held(item: &PlanItem) -> bool {
    says(item, "restore.held")
}

/// Where the item's object was when the plan was made.
fn live(item: &PlanItem) -> Option<Place> {
    Some((item.type_key.clone(), item.live_id.clone()?))
}

/// Everything that the tenant holds, as a backup has it.
struct Tenant(BTreeMap<Place, Value>);

impl Tenant {
    async fn of(world: &World, name: &str) -> Self {
        Self::in_set(world, backed_up_now(world, name).await).await
    }

    async fn in_set(world: &World, set: BackupSetId) -> Self {
        let of = |(place, document): (Place, Option<Value>)| {
            let document = normal(Registry::embedded().get(&place.0).unwrap(), document.unwrap());
            (place, document)
        };
        Self(contents(world, set).await.into_iter().map(of).collect())
    }

    /// What the plan promised of the item is there.
    fn holds(&self, item: &PlanItem, ids: &BTreeMap<u32, String>) {
        let Some(place) = place(item, ids) else { return };
        let contract = Registry::embedded().get(&item.type_key).unwrap();
        let Some(mut promised) = item.promised.clone() else {
            return assert!(!self.0.contains_key(&place), "{place:?} was to be removed");
        };
        let mut now = self.0.get(&place).unwrap_or_else(|| panic!("{place:?} is not there")).clone();
        item.promised_slots.iter().for_each(|slot| slot.fill(&mut promised, &ids[&slot.item]));
        let mut promised = normal(contract, promised);
        for path in &item.unverifiable {
            forget(&mut promised, path);
            forget(&mut now, path);
        }
        let differs = same_after_write(contract, &promised, &now);
        assert!(differs.is_empty(), "{place:?}\n{:#?}", differs.changes());
    }

    /// What the plan called as it should be already is so.
    fn assert_same_where_nothing_was_to_do(&self, other: &Self, plan: &ShownPlan) {
        let is_so = |item: &&PlanItem| says(item, "restore.already_so");
        for item in plan.plan.items.iter().filter(is_so) {
            let (was, is) = ((item.type_key.clone(), item.source_id.clone()), live(item).unwrap());
            let contract = Registry::embedded().get(&item.type_key).unwrap();
            let differs = Difference::between(contract, &self.0[&was], &other.0[&is]);
            assert!(differs.is_empty(), "{is:?} is not as it should be:\n{:#?}", differs.changes());
        }
    }

    /// Nothing differs but what was to be written.
    fn assert_same_but(&self, other: &Self, written: &[Place]) {
        for place in self.0.keys().chain(other.0.keys()).filter(|place| !written.contains(place)) {
            let (one, two) = (self.0.get(place), other.0.get(place));
            let contract = Registry::embedded().get(&place.0).unwrap();
            let value = |side: Option<&Value>| side.cloned().unwrap_or_default();
            let differs = Difference::between(contract, &value(one), &value(two));
            let same = one.is_some() == two.is_some() && differs.is_empty();
            assert!(same, "{place:?} was not to be touched:\n{:#?}", differs.changes());
        }
    }
}

/// Without moments, counters and what others say.
fn normal(contract: &Contract, object: Value) -> Value {
    let mut object = own(contract, &object);
    contract.volatile.iter().for_each(|path| forget(&mut object, path));
    // A restore turns nothing on, and those beside one that moves move on.
    contract.held.iter().for_each(|held| forget(&mut object, &held.property));
    if contract.update.actions.values().flatten().any(|name| name == "priority") {
        forget(&mut object, "priority");
    }
    for part in &contract.parts {
        if let Some(Value::Array(rows)) = object.get_mut(&part.property)
            && contract.bound(&part.property).is_none()
        {
            for note in ["id", "source", "sourceId"] {
                rows.iter_mut().for_each(|row| forget(row, note));
            }
            rows.sort_by_cached_key(Value::to_string);
        }
    }
    clean(&mut object);
    object
}
