//! The steps of a restore, as a person takes them.

use std::collections::BTreeSet;

use app::restores::{
    Answers, Confirmation, ObjectKey, Scope, ShownPlan, Source, answer, begin, choose_scope, confirm, shown,
    start_preview,
};
use app::starting::Extra;
use model::ids::{RestoreId, RunId};
use model::restore::{Action, PlanItem};
use store::{RunRow, TenantScope};
use testkit::{RunningWorker, TestDatabase, World};

/// Everything of the source, settings and assignments.
pub(super) const WHOLE: Scope = Scope { objects: None, settings: true, assignments: true };

/// A restore that was begun with everything of its source.
pub(super) async fn begun(world: &World, source: Source) -> RestoreId {
    begun_in(world, &world.scope().await, source).await
}

pub(super) async fn begun_in(world: &World, scope: &TenantScope, source: Source) -> RestoreId {
    let restore = begin(&world.db, scope, source).await.unwrap();
    choose_scope(&world.db, scope, restore, 1, WHOLE).await.unwrap();
    restore
}

/// The revision of the draft.
pub(super) async fn revision(world: &World, scope: &TenantScope, restore: RestoreId) -> i64 {
    world.db.tenant(scope).restores().get(restore).await.unwrap().revision
}

pub(super) async fn answered(world: &World, scope: &TenantScope, restore: RestoreId, answers: Answers) {
    let revision = revision(world, scope, restore).await;
    answer(&world.db, scope, restore, revision, answers).await.unwrap();
}

/// Its preview, made by a worker of its own.
pub(super) async fn previewed(world: &World, restore: RestoreId) -> (RunRow, ShownPlan) {
    let scope = world.scope().await;
    let run = start_preview(&world.db, &scope, restore, Extra::default()).await.unwrap().run();
    let row = world.worked(run).await;
    (row, shown(&world.db, &scope, restore).await.unwrap())
}

/// The plan for these objects of the source alone.
pub(super) async fn previewed_of(world: &World, source: Source, objects: BTreeSet<ObjectKey>) -> ShownPlan {
    let restore = begun(world, source).await;
    let scope = world.scope().await;
    let revision = revision(world, &scope, restore).await;
    choose_scope(&world.db, &scope, restore, revision, Scope { objects: Some(objects), ..WHOLE }).await.unwrap();
    previewed(world, restore).await.1
}

/// What a person says who has looked at the plan.
pub(super) async fn said(world: &World, scope: &TenantScope, plan: &ShownPlan) -> Confirmation {
    Confirmation {
        plan: plan.hash.clone(),
        impact_reviewed: true,
        tenant_name: world.db.tenant(scope).info().await.unwrap().display_name,
        reason: "the change of last night broke sign-in".into(),
    }
}

/// The confirmed plan's run, not yet worked on.
pub(super) async fn confirmed(world: &World, plan: &ShownPlan) -> RunId {
    let scope = world.scope().await;
    let said = said(world, &scope, plan).await;
    confirm(&world.db, &scope, plan.restore.id, &said, Extra::default()).await.unwrap().run()
}

/// The confirmed plan's run at its end.
pub(super) async fn executed(world: &World, plan: &ShownPlan) -> RunRow {
    let run = confirmed(world, plan).await;
    world.worked(run).await
}

/// Kills the worker, and lets time pass until another one may take its run up.
pub(super) async fn died(world: &World, database: &TestDatabase, worker: RunningWorker) {
    worker.die().await;
    // What it sent and nobody has read yet is never read.
    world.simulator.expire_tokens();
    // A run may lose its worker a few times only; in tests it does more often than any would.
    let expire = "update operation_runs set lease_expires_at = 1, attempt = 1 where status = 'running'";
    database.execute(expire).await;
}

/// The plan's item for that object of the source.
pub(super) fn planned<'a>(plan: &'a ShownPlan, type_key: &str, id: &str) -> &'a PlanItem {
    let of = |item: &&PlanItem| item.type_key == type_key && item.source_id == id;
    plan.plan.items.iter().find(of).unwrap_or_else(|| panic!("the plan has no {type_key}/{id}"))
}

/// Items that would write something, in words for a failing test.
pub(super) fn writing(plan: &ShownPlan) -> Vec<(Action, String)> {
    let writes = |item: &&PlanItem| !item.steps.is_empty() && !item.by_hand;
    plan.plan
        .items
        .iter()
        .filter(writes)
        .map(|item| (item.action, format!("{}: {}", item.type_key, item.name)))
        .collect()
}
