//! `policy.capture_many`: one run with an item per policy.

use app::backups::PolicyKey;
use app::inventory::ObjectQuery;
use app::operations::start_repeat;
use app::snapshots::{Chosen, start_capture_many};
use model::run::{ItemOutcome, Outcome};
use serde_json::json;
use store::{RunRow, Started};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, id_at, item, reason};

on_both_databases!(
    selected_policies_are_captured_by_one_run_and_only_the_failed_ones_again,
    all_that_match_a_filter_are_one_run_per_filter,
    an_attempt_that_resumes_works_on_the_same_selection,
    a_cancelled_run_shows_what_it_did_not_come_to,
    what_cannot_be_captured_says_why,
);

fn policies(world: &World, count: usize) -> Chosen {
    let ids = (0..count).map(|position| id_at(world, CATALOG, position));
    Chosen::Policies(ids.map(|id| PolicyKey { type_key: "settingsCatalog".into(), id }).collect())
}

fn matching(pairs: &[(&str, &str)]) -> Chosen {
    Chosen::Matching(ObjectQuery::of(pairs.iter().copied()))
}

async fn start(world: &World, chosen: Chosen) -> Result<Started, &'static str> {
    let scope = world.scope().await;
    start_capture_many(&world.db, &scope, chosen, Default::default()).await.map_err(|error| error.code)
}

async fn captured(world: &World, chosen: Chosen) -> RunRow {
    let run = start(world, chosen).await.unwrap().run();
    world.worked(run).await
}

async fn selected_policies_are_captured_by_one_run_and_only_the_failed_ones_again(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let (first, gone) = (id_at(&world, CATALOG, 0), id_at(&world, CATALOG, 2));
    let chosen = policies(&world, 3);
    world.simulator.change(world.directory(), CATALOG, &first, |policy| policy["description"] = json!("new"));
    world.simulator.remove(world.directory(), CATALOG, &gone);
    let versions = world.versions().await;
    let row = captured(&world, chosen).await;
    assert_eq!((row.outcome, row.counts.succeeded, row.counts.failed), (Outcome::PartiallySucceeded, 2, 1));
    assert_eq!((row.counts.total, reason(&row)), (Some(3), "graph.not_found"));
    assert_eq!(world.versions().await, versions + 1, "only what changed is a new version");
    let failed = item(&world, row.id, &format!("settingsCatalog/{gone}")).await;
    assert_eq!((failed.outcome, failed.code.as_deref()), (ItemOutcome::Failed, Some("graph.not_found")));
    let again = start_repeat(&world.db, &world.scope().await, row.id, Default::default()).await.unwrap();
    let again = world.worked(again.run()).await;
    assert_eq!((again.retry_of, again.counts.total, again.outcome), (Some(row.id), Some(1), Outcome::Failed));
}

async fn all_that_match_a_filter_are_one_run_per_filter(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let catalog = [("type", "settingsCatalog")];
    let first = start(&world, matching(&catalog)).await.unwrap();
    let second = start(&world, matching(&[("type", "settingsCatalog"), ("q", " ")])).await.unwrap();
    assert!(matches!(second, Started::AlreadyRunning(active) if active.id == first.run()));
    let other = start(&world, matching(&[("type", "scopeTags")])).await.unwrap();
    assert!(matches!(other, Started::New(_)));
    let row = world.worked(first.run()).await;
    let expected = world.simulator.objects(world.directory(), CATALOG).len() as u64;
    assert_eq!((row.outcome, row.counts.succeeded, row.counts.total), (Outcome::Succeeded, expected, Some(expected)));
    world.drain().await;
}

async fn an_attempt_that_resumes_works_on_the_same_selection(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    world.simulator.hold("$batch");
    let run = start(&world, matching(&[("type", "settingsCatalog")])).await.unwrap().run();
    let worker = world.worker();
    world.simulator.wait_for_held(1).await;
    worker.stop().await;
    world.simulator.release();
    let selected: Vec<_> = world.items(run).await.into_iter().map(|item| item.key).collect();
    let row = world.worked(run).await;
    let done: Vec<_> = world.items(run).await.into_iter().map(|item| item.key).collect();
    assert_eq!(row.outcome, Outcome::Succeeded, "{}", reason(&row));
    assert!(!selected.is_empty() && selected == done, "the second attempt has the items of the first");
}

async fn a_cancelled_run_shows_what_it_did_not_come_to(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    world.simulator.hold("$batch");
    let run = start(&world, policies(&world, 12)).await.unwrap().run();
    let worker = world.worker();
    world.simulator.wait_for_held(1).await;
    let scope = world.scope().await;
    world.db.tenant(&scope).runs().request_cancel(run).await.unwrap();
    let row = world.ended(run).await;
    world.simulator.release();
    worker.stop().await;
    assert_eq!((row.outcome, row.counts.total, row.counts.processed), (Outcome::Cancelled, Some(12), 0));
    assert!(world.items(run).await.iter().all(|item| item.outcome == ItemOutcome::Pending));
    let again = start_repeat(&world.db, &scope, run, Default::default()).await.unwrap();
    let again = world.worked(again.run()).await;
    assert_eq!((again.outcome, again.counts.succeeded), (Outcome::Succeeded, 12), "run again, it captures all");
}

async fn what_cannot_be_captured_says_why(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    world.sync().await;
    let many = (0..501).map(|number| PolicyKey { type_key: "settingsCatalog".into(), id: number.to_string() });
    let unknown = PolicyKey { type_key: "settingsCatalog".into(), id: "nobody".into() };
    for (chosen, code) in [
        (Chosen::Policies(Vec::new()), "capture.policies"),
        (Chosen::Policies(many.collect()), "capture.policies"),
        (Chosen::Policies(vec![unknown]), "not_found"),
        (matching(&[("q", "no policy has this name")]), "capture.nothing"),
        (matching(&[("type", "nonsense")]), "filter.unknown"),
        (matching(&[("state", "lost")]), "filter.unknown"),
        (matching(&[("changed", "yesterday")]), "filter.unknown"),
    ] {
        assert_eq!(start(&world, chosen.clone()).await.map(|started| started.run()), Err(code), "{chosen:?}");
    }
}
