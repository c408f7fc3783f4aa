//! Workers that die at every write of every type, before its effect and after it: what took effect is done once, and whoever
//! comes next brings the run to its end.

use std::collections::{BTreeMap, BTreeSet};

use app::restores::{ShownPlan, Source};
use graph_sim::{Effect, Fault, FaultKind};
use model::ids::RunId;
use model::restore::{Action, PlanItem};
use model::run::{ItemOutcome, Outcome};
use store::{Engine, ItemRow, RunRow, WriteResult, WriteRow};
use testkit::dying::{assert_each_took_effect_once, ends_unless_left_unanswered, take_up};
use testkit::restoring::{begun, confirmed, executed, previewed, previewed_of, writing};
use testkit::{TestDatabase, World, on_both_databases};

use super::chosen::{Chosen, by_kind, keys, missing, of_each_type};
use super::kept::{backed_up, made};

on_both_databases!(
    workers_die_at_every_write_of_every_change,
    workers_die_at_every_write_of_every_object_that_is_made,
    workers_die_at_every_write_of_the_way_back,
);

/// When requests are left without an answer: before they have an effect (false) and after it. A death costs PostgreSQL three
/// times as long, since the next worker connects anew: there nobody dies before the effect, which needs nothing of it that a
/// death after the effect does not.
fn moments(database: &TestDatabase) -> &'static [bool] {
    match database.engine() {
        Engine::Sqlite => &[false, true],
        Engine::Postgres => &[true],
    }
}

/// Does the run with workers that die whenever their requests are on their way: each request is left without an answer once at
/// each of these moments. Gives back how often somebody died.
async fn ended_by_the_last_of_many(world: &World, database: &TestDatabase, run: RunId) -> (RunRow, u64) {
    for effect in moments(database).iter().copied() {
        world.simulator.add_fault(world.directory(), Fault::on("", FaultKind::Silence { effect }).each_write());
    }
    for deaths in 0.. {
        let worker = world.worker();
        if ends_unless_left_unanswered(world, database, run).await {
            worker.stop().await;
            world.simulator.clear_faults(world.directory());
            return (world.run(run).await, deaths);
        }
        worker.die().await;
        take_up(world, database).await;
    }
    unreachable!("it ends, or the test does")
}

/// What a run wrote, and what it came to.
struct Done {
    plan: ShownPlan,
    row: RunRow,
    rows: Vec<WriteRow>,
    effects: Vec<Effect>,
    items: Vec<ItemRow>,
}

async fn done(world: &World, database: &TestDatabase, plan: ShownPlan) -> Done {
    let before = world.simulator.journal().len();
    let unanswered = *world.simulator.left_unanswered().borrow();
    let run = confirmed(world, &plan).await;
    let (row, deaths) = ended_by_the_last_of_many(world, database, run).await;
    let effects = world.simulator.journal().split_off(before);
    let unanswered = *world.simulator.left_unanswered().borrow() - unanswered;
    println!("{} requests, {unanswered} times no answer, {deaths} workers died", effects.len());
    // Each different request is hit at most once at each moment.
    let moves = effects.iter().filter(|effect| is_move(&effect.path)).count() as u64;
    let hits = moments(database).len() as u64 * (effects.len() as u64 - moves);
    assert!(unanswered >= hits, "{unanswered} of {hits}");
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).restores().writes(run).await.unwrap();
    Done { plan, row, rows, effects, items: world.items(run).await }
}

/// To move an object to the place that it has says nothing, so that it may happen again, or not at all.
fn is_move(path: &str) -> bool {
    path.ends_with("/setPriority")
}

impl Done {
    /// Each request that was about to be sent took effect once.
    fn each_took_effect_once(&self, world: &World) {
        assert_each_took_effect_once(world, &self.rows, &self.effects, is_move);
    }

    /// Every item is as planned, and every request of the plan was about to be sent.
    fn all_as_planned(&self) {
        let good = |item: &&ItemRow| item.outcome != ItemOutcome::Succeeded;
        let bad: Vec<_> = self.items.iter().filter(good).collect();
        assert_eq!(self.row.outcome, Outcome::Succeeded, "{:?} {bad:#?}", self.row.reason);
        let sent: BTreeSet<(u32, u32)> = self.rows.iter().map(|row| (row.item, row.step)).collect();
        let of = |item: &PlanItem| (0..item.steps.len() as u32).map(|step| (item.sequence, step)).collect::<Vec<_>>();
        let planned: BTreeSet<(u32, u32)> = self.plan.plan.items.iter().flat_map(of).collect();
        assert_eq!(sent, planned);
        let certain = |row: &WriteRow| matches!(row.ended, Some((WriteResult::Made | WriteResult::NotMade, _)));
        assert!(self.rows.iter().all(certain), "{:?}", self.rows);
    }

    /// How many types have requests of each purpose.
    fn types(&self) -> BTreeMap<String, usize> {
        let items = self.plan.plan.items.iter();
        let purposes = items.flat_map(|item| item.steps.iter().map(|step| (step.purpose.to_string(), &item.type_key)));
        let mut types = BTreeMap::new();
        purposes.collect::<BTreeSet<_>>().into_iter().for_each(|(purpose, _)| *types.entry(purpose).or_default() += 1);
        types
    }

    /// The ids of what was made, by those that it had.
    fn new_ids(&self) -> Vec<(String, String)> {
        let made = made(&self.rows);
        let ids = |item: &PlanItem| Some((item.source_id.clone(), made.get(&item.sequence)?.clone()));
        self.plan.plan.items.iter().filter_map(ids).collect()
    }
}

/// Objects of every kind that fits; where a death costs more, of every type.
async fn chosen(world: &World, fits: impl Fn(&Chosen) -> bool) -> Vec<Chosen> {
    let chosen = by_kind(world, fits).await;
    match world.db.engine() {
        Engine::Sqlite => chosen,
        Engine::Postgres => of_each_type(chosen),
    }
}

/// The plan for objects that were changed by hand.
async fn changed(world: &World, source: &Source) -> (Vec<Chosen>, ShownPlan) {
    let chosen = chosen(world, Chosen::can_be_changed).await;
    chosen.iter().for_each(|one| one.change_by_hand(world));
    let plan = previewed_of(world, source.clone(), keys(&chosen)).await;
    (chosen, plan)
}

/// The same for objects that were removed.
async fn removed(world: &World, source: &Source, fits: impl Fn(&Chosen) -> bool) -> (Vec<Chosen>, ShownPlan) {
    let chosen = chosen(world, fits).await;
    chosen.iter().for_each(|one| one.remove(world));
    let plan = previewed_of(world, source.clone(), keys(&chosen)).await;
    (chosen, plan)
}

async fn workers_die_at_every_write_of_every_change(database: &TestDatabase) {
    let (world, source) = backed_up(database).await;
    let (chosen, plan) = changed(&world, &source).await;
    let done = done(&world, database, plan).await;
    done.all_as_planned();
    done.each_took_effect_once(&world);
    assert_eq!(missing(&chosen), Vec::<&str>::new());
    for one in &chosen {
        one.assert_as_before(&world, &one.id, &[], &done.plan);
    }
    let (row, again) = previewed(&world, begun(&world, source).await).await;
    assert_eq!(writing(&again), [], "{:?}", row.reason);
    println!("{} objects, {:?}", chosen.len(), done.types());
}

async fn workers_die_at_every_write_of_every_object_that_is_made(database: &TestDatabase) {
    let (world, source) = backed_up(database).await;
    let fits = |one: &Chosen| one.can_be_made_again() || one.is_made_by_changing_it();
    let (chosen, plan) = removed(&world, &source, fits).await;
    let done = done(&world, database, plan).await;
    done.all_as_planned();
    done.each_took_effect_once(&world);
    assert_eq!(missing(&chosen), Vec::<&str>::new());
    let ids = done.new_ids();
    for one in &chosen {
        let new = ids.iter().find(|(old, _)| *old == one.id).map_or(&one.id, |(_, new)| new);
        one.assert_as_before(&world, new, &ids, &done.plan);
    }
    println!("{} objects, {:?}", chosen.len(), done.types());
}

async fn workers_die_at_every_write_of_the_way_back(database: &TestDatabase) {
    let (world, source) = backed_up(database).await;
    let (chosen, plan) = removed(&world, &source, Chosen::can_be_made_again).await;
    let run = executed(&world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?}", world.items(run.id).await);
    let (_, back) = previewed(&world, begun(&world, Source::Undo { run: run.id }).await).await;
    let done = done(&world, database, back).await;
    done.all_as_planned();
    done.each_took_effect_once(&world);
    assert!(done.plan.plan.items.iter().all(|item| item.action == Action::Remove), "{:?}", done.types());
    assert_eq!(done.plan.plan.items.len(), chosen.len(), "what was made and what was brought back");
    assert!(chosen.iter().all(|one| !one.is_there(&world)));
    println!("{} objects, {:?}", chosen.len(), done.types());
}
