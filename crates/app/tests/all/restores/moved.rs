//! The tenant moves between preview and execution, at every object of every type: each is left as it is.

use std::collections::BTreeSet;

use app::restores::{ObjectKey, ShownPlan, Source};
use model::ids::RunId;
use model::restore::Action;
use model::run::{ItemOutcome, Outcome};
use testkit::restoring::{begun, executed, previewed, previewed_of};
use testkit::{TestDatabase, World, on_both_databases};

use super::chosen::{Chosen, by_kind, keys, missing};
use super::kept::backed_up;

on_both_databases!(
    every_object_that_somebody_changed_after_the_preview_is_left_as_it_is,
    every_object_that_somebody_removed_after_the_preview_stays_removed,
    every_object_that_is_there_again_after_the_preview_is_not_made_a_second_time,
    every_object_that_somebody_changed_before_it_was_to_be_removed_stays,
);

/// Executes the plan: nothing is written, and each object that it would have written ends in conflict. Whoever names one that
/// was not made is not written for that.
async fn nothing_is_written(world: &World, plan: &ShownPlan, of: &BTreeSet<ObjectKey>) {
    let effects = world.simulator.journal().len();
    let run = executed(world, plan).await;
    assert_eq!(run.outcome, Outcome::Failed);
    assert_eq!(world.simulator.journal()[effects..], []);
    let ends = ends(world, run.id, plan).await;
    assert_eq!(ends.iter().map(|(key, ..)| key).collect::<Vec<_>>(), of.iter().collect::<Vec<_>>());
    for (key, outcome, code, names_another) in ends {
        let expected = match code.as_str() {
            "restore.needs_other" if names_another => ItemOutcome::Failed,
            code => {
                assert_eq!(code, "restore.conflict", "{key:?}");
                ItemOutcome::Conflict
            }
        };
        assert_eq!(outcome, expected, "{key:?}");
    }
}

/// By object how it ended and with which code, and whether it names something that the plan makes.
async fn ends(world: &World, run: RunId, plan: &ShownPlan) -> Vec<(ObjectKey, ItemOutcome, String, bool)> {
    let items = world.items(run).await;
    let ended = plan.plan.items.iter().map(|planned| {
        let key = ObjectKey::new(&planned.type_key, &planned.source_id);
        let item = items.iter().find(|item| item.key == key.text()).unwrap();
        let names_another = planned.steps.iter().any(|step| !step.slots.is_empty());
        (key, item.outcome, item.code.clone().unwrap_or_default(), names_another)
    });
    let mut ended: Vec<_> = ended.collect();
    ended.sort_by(|one, two| one.0.cmp(&two.0));
    ended
}

async fn every_object_that_somebody_changed_after_the_preview_is_left_as_it_is(database: &TestDatabase) {
    let (world, source) = backed_up(database).await;
    let chosen = by_kind(&world, Chosen::can_be_changed).await;
    assert_eq!(missing(&chosen), Vec::<&str>::new());
    chosen.iter().for_each(|one| one.change_by_hand(&world));
    let plan = previewed_of(&world, source, keys(&chosen)).await;
    // Somebody mended all of it by hand.
    chosen.iter().for_each(|one| one.put_back(&world));
    nothing_is_written(&world, &plan, &keys(&chosen)).await;
}

async fn every_object_that_somebody_removed_after_the_preview_stays_removed(database: &TestDatabase) {
    let (world, source) = backed_up(database).await;
    let chosen = by_kind(&world, |one| one.can_be_changed() && one.can_be_made_again()).await;
    assert!(chosen.len() > 40, "{}", chosen.len());
    chosen.iter().for_each(|one| one.change_by_hand(&world));
    let plan = previewed_of(&world, source, keys(&chosen)).await;
    chosen.iter().for_each(|one| one.remove(&world));
    nothing_is_written(&world, &plan, &keys(&chosen)).await;
}

async fn every_object_that_is_there_again_after_the_preview_is_not_made_a_second_time(database: &TestDatabase) {
    let (world, source) = backed_up(database).await;
    let chosen = by_kind(&world, |one| one.can_be_made_again() || one.is_made_by_changing_it()).await;
    assert_eq!(missing(&chosen), Vec::<&str>::new());
    chosen.iter().for_each(|one| one.remove(&world));
    let plan = previewed_of(&world, source, keys(&chosen)).await;
    assert!(plan.plan.items.iter().all(|item| matches!(item.action, Action::Create | Action::BringBack)));
    chosen.iter().for_each(|one| one.put_back(&world));
    nothing_is_written(&world, &plan, &keys(&chosen)).await;
}

async fn every_object_that_somebody_changed_before_it_was_to_be_removed_stays(database: &TestDatabase) {
    let (world, source) = backed_up(database).await;
    let chosen = by_kind(&world, Chosen::can_be_made_again).await;
    chosen.iter().for_each(|one| one.remove(&world));
    let plan = previewed_of(&world, source, keys(&chosen)).await;
    let made = executed(&world, &plan).await;
    assert_eq!(made.outcome, Outcome::Succeeded, "{:?}", world.items(made.id).await);
    let (_, back) = previewed(&world, begun(&world, Source::Undo { run: made.id }).await).await;
    let mut keys = BTreeSet::new();
    for item in &back.plan.items {
        assert_eq!(item.action, Action::Remove);
        let one = Chosen::of_plan(&world, item);
        one.rename(&world);
        keys.insert(one.key());
    }
    assert_eq!(keys.len(), chosen.len());
    nothing_is_written(&world, &back, &keys).await;
}
