//! `operation_run.cancel_many`: one run with an item per run that it cancels.

use app::operations::{RunQuery, start_cancel_many};
use model::access::Role;
use model::ids::{RunId, UserId};
use model::run::{ItemOutcome, Outcome, Reason, Status};
use serde_json::json;
use store::{ItemRecord, Release, Started, WorkerInfo};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::reason;

on_both_databases!(
    every_active_run_that_matches_is_cancelled_and_no_other,
    a_run_that_has_ended_meanwhile_is_skipped_and_a_foreign_one_stays,
    who_may_cancel_only_their_own_cancels_only_their_own,
    what_cannot_be_cancelled_says_why,
);

async fn start(world: &World, user: UserId, pairs: &[(&str, &str)]) -> Result<Started, &'static str> {
    let scope = world.scope_of(user).await;
    let query = RunQuery::of(pairs.iter().copied());
    start_cancel_many(&world.db, &scope, query, Default::default()).await.map_err(|error| error.code)
}

async fn sync_by(world: &World, user: UserId, type_key: &str) -> RunId {
    let (scope, selection) = (world.scope_of(user).await, app::inventory::Selection::of(&[type_key]).unwrap());
    app::inventory::start_sync(&world.db, &scope, &selection, Default::default()).await.unwrap().run()
}

async fn every_active_run_that_matches_is_cancelled_and_no_other(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let ended = world.sync().await;
    let types = ["scopeTags", "namedLocations", "assignmentFilters"];
    let mut queued = Vec::new();
    for type_key in types {
        queued.push(sync_by(&world, world.owner, type_key).await);
    }
    // Held back, so that it is the cancelling run that ends them.
    let scope = world.scope().await;
    let pause = world.db.tenant(&scope).pause(Some("inventory.sync"), "Because").await.unwrap();
    let run = start(&world, world.owner, &[("type", "inventory.sync"), ("when", "all")]).await.unwrap().run();
    let again = start(&world, world.owner, &[("when", "all"), ("type", "inventory.sync")]).await.unwrap();
    assert!(matches!(again, Started::AlreadyRunning(active) if active.id == run), "the filter is the identity");
    let later = sync_by(&world, world.owner, "settingsCatalog").await;
    let row = world.worked(run).await;
    assert_eq!((row.outcome, row.counts.succeeded, row.counts.total), (Outcome::Succeeded, 3, Some(3)));
    for run in &queued {
        let row = world.run(*run).await;
        assert_eq!((row.outcome, reason(&row)), (Outcome::Cancelled, "cancelled"));
        let audit = world.db.tenant(&scope).audit().of_run(*run).await.unwrap();
        assert!(audit.iter().any(|entry| entry.action == "run.cancel" && entry.actor_id == Some(world.owner)));
    }
    assert_eq!(world.run(ended.id).await.outcome, Outcome::Succeeded);
    assert_eq!(world.run(later).await.status, Status::Queued, "what was started after the click is not meant");
    world.db.tenant(&scope).resume(pause).await.unwrap();
    world.drain().await;
}

/// Writes down what an attempt selects, and dies before it does anything of it.
async fn selected_by_an_attempt_that_died(world: &World, run: RunId, items: &[RunId]) {
    let worker = WorkerInfo { id: world.db.ambient().id(), host: "t".into(), version: "0".into(), roles: Vec::new() };
    let claimed = world.db.ledger().claim(&worker, 1, &["operation_run.cancel_many"]).await.unwrap();
    assert_eq!(claimed[0].id, run);
    let lease = claimed[0].lease(worker.id);
    let item = |run: &RunId| ItemRecord {
        key: run.to_string(),
        label: "Sync inventory".into(),
        kind: "Operation".into(),
        outcome: ItemOutcome::Pending,
        code: None,
        message: None,
        detail: None,
    };
    world.db.ledger().record(&lease, items.iter().map(item).collect()).await.unwrap();
    world.db.ledger().set_context(&lease, &json!({ "selected": items.len() })).await.unwrap();
    let reason = Reason::new("worker_stopped", "Its worker was stopped");
    world.db.ledger().release(&lease, Release { available_at: 0, reason, costs_attempt: false }).await.unwrap();
}

async fn a_run_that_has_ended_meanwhile_is_skipped_and_a_foreign_one_stays(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let operator = world.person("Bert", Role::Operator).await;
    let (own, ended, foreign) = (
        sync_by(&world, operator, "scopeTags").await,
        sync_by(&world, operator, "namedLocations").await,
        sync_by(&world, world.owner, "assignmentFilters").await,
    );
    let scope = world.scope().await;
    let pause = world.db.tenant(&scope).pause(Some("inventory.sync"), "Because").await.unwrap();
    let run = start(&world, operator, &[]).await.unwrap().run();
    // The third one is none that the operator may cancel: the right is asked for at each.
    selected_by_an_attempt_that_died(&world, run, &[own, ended, foreign]).await;
    world.db.tenant(&scope).runs().request_cancel(ended).await.unwrap();
    let row = world.worked(run).await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::PartiallySucceeded, "not_authorised"));
    let outcomes: Vec<_> = world.items(run).await.into_iter().map(|item| item.outcome).collect();
    assert_eq!(outcomes, [ItemOutcome::Succeeded, ItemOutcome::Skipped, ItemOutcome::Failed]);
    assert_eq!(world.run(foreign).await.status, Status::Queued);
    world.db.tenant(&scope).resume(pause).await.unwrap();
    world.drain().await;
}

async fn who_may_cancel_only_their_own_cancels_only_their_own(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let operator = world.person("Bert", Role::Operator).await;
    let theirs = sync_by(&world, world.owner, "scopeTags").await;
    let owner = world.owner.to_string();
    assert_eq!(start(&world, operator, &[]).await.map(|_| ()), Err("cancel.nothing"));
    assert_eq!(start(&world, operator, &[("who", &owner)]).await.map(|_| ()), Err("not_authorised"));
    assert_eq!(start(&world, operator, &[("who", "system")]).await.map(|_| ()), Err("not_authorised"));
    let own = sync_by(&world, operator, "namedLocations").await;
    let scope = world.scope().await;
    let pause = world.db.tenant(&scope).pause(Some("inventory.sync"), "Because").await.unwrap();
    let by_operator = start(&world, operator, &[]).await.unwrap().run();
    let by_owner = start(&world, world.owner, &[("status", "queued"), ("type", "directory_groups.sync")]).await;
    assert_eq!(by_owner.map(|_| ()), Err("cancel.nothing"), "another filter is another selection");
    let row = world.worked(by_operator).await;
    assert_eq!((row.outcome, row.counts.total), (Outcome::Succeeded, Some(1)));
    assert_eq!((world.run(own).await.outcome, world.run(theirs).await.outcome), (Outcome::Cancelled, Outcome::Pending));
    // Who has lost the right before a worker takes it cancels nothing.
    let own = sync_by(&world, operator, "namedLocations").await;
    let late = start(&world, operator, &[]).await.unwrap().run();
    world.set_role(operator, Role::Readonly).await;
    assert_eq!(world.worked(late).await.outcome, Outcome::Blocked);
    assert_eq!(world.run(own).await.status, Status::Queued);
    world.db.tenant(&scope).resume(pause).await.unwrap();
    world.drain().await;
}

async fn what_cannot_be_cancelled_says_why(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    world.sync().await;
    let reader = world.person("Cleo", Role::Readonly).await;
    for (user, pairs, code) in [
        (world.owner, &[("when", "all")][..], "cancel.nothing"),
        (world.owner, &[("status", "completed")], "cancel.nothing"),
        (world.owner, &[("outcome", "failed")], "cancel.nothing"),
        (world.owner, &[("outcome", "exploded")], "filter.unknown"),
        (world.owner, &[("who", "nobody")], "filter.unknown"),
        (reader, &[], "not_authorised"),
    ] {
        assert_eq!(start(&world, user, pairs).await.map(|started| started.run()), Err(code), "{pairs:?}");
    }
}
