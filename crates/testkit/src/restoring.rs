//! The steps of a restore, as a person takes them. Each panics where a person would be told what is wrong.

use std::collections::BTreeSet;

use app::restores::{
    Answers, Confirmation, ObjectKey, Scope, ShownPlan, Source, answer, begin, choose_scope, confirm, shown,
    start_preview,
};
use app::starting::Extra;
use model::ids::{RestoreId, RunId};
use model::restore::{Action, PlanItem};
use store::{RunRow, TenantScope};

use crate::World;

/// Everything of the source, settings and assignments.
pub const WHOLE: Scope = Scope { objects: None, settings: true, assignments: true };

/// A restore that was begun with everything of its source.
pub async fn begun(world: &World, source: Source) -> RestoreId {
    begun_in(world, &world.scope().await, source).await
}

/// The same in any tenant that the scope is of.
pub async fn begun_in(world: &World, scope: &TenantScope, source: Source) -> RestoreId {
    let restore = begin(&world.db, scope, source).await.expect("a restore can be begun");
    choose_scope(&world.db, scope, restore, 1, WHOLE).await.expect("the scope can be chosen");
    restore
}

/// The revision of the draft.
pub async fn revision(world: &World, scope: &TenantScope, restore: RestoreId) -> i64 {
    world.db.tenant(scope).restores().get(restore).await.expect("the draft can be read").revision
}

/// What a person answers to the checks.
pub async fn answered(world: &World, scope: &TenantScope, restore: RestoreId, answers: Answers) {
    let revision = revision(world, scope, restore).await;
    answer(&world.db, scope, restore, revision, answers).await.expect("the answers are taken");
}

/// Its preview, made by a worker of its own.
pub async fn previewed(world: &World, restore: RestoreId) -> (RunRow, ShownPlan) {
    let scope = world.scope().await;
    let run =
        start_preview(&world.db, &scope, restore, Extra::default()).await.expect("a preview can be started").run();
    let row = world.worked(run).await;
    (row, shown(&world.db, &scope, restore).await.expect("the plan can be read"))
}

/// The plan for these objects of the source alone.
pub async fn previewed_of(world: &World, source: Source, objects: BTreeSet<ObjectKey>) -> ShownPlan {
    let restore = begun(world, source).await;
    let scope = world.scope().await;
    let revision = revision(world, &scope, restore).await;
    choose_scope(&world.db, &scope, restore, revision, Scope { objects: Some(objects), ..WHOLE })
        .await
        .expect("the scope can be chosen");
    previewed(world, restore).await.1
}

/// What a person says who has looked at the plan.
pub async fn said(world: &World, scope: &TenantScope, plan: &ShownPlan) -> Confirmation {
    Confirmation {
        plan: plan.hash.clone(),
        impact_reviewed: true,
        tenant_name: world.db.tenant(scope).info().await.expect("the tenant can be read").display_name,
        reason: "the change of last night broke sign-in".into(),
    }
}

/// The confirmed plan's run, not yet worked on.
pub async fn confirmed(world: &World, plan: &ShownPlan) -> RunId {
    let scope = world.scope().await;
    let said = said(world, &scope, plan).await;
    confirm(&world.db, &scope, plan.restore.id, &said, Extra::default()).await.expect("the plan can be confirmed").run()
}

/// The confirmed plan's run at its end.
pub async fn executed(world: &World, plan: &ShownPlan) -> RunRow {
    let run = confirmed(world, plan).await;
    world.worked(run).await
}

/// The plan's item for that object of the source.
pub fn planned<'a>(plan: &'a ShownPlan, type_key: &str, id: &str) -> &'a PlanItem {
    let of = |item: &&PlanItem| item.type_key == type_key && item.source_id == id;
    plan.plan.items.iter().find(of).unwrap_or_else(|| panic!("the plan has no {type_key}/{id}"))
}

/// Items that would write something, in words for a failing test.
pub fn writing(plan: &ShownPlan) -> Vec<(Action, String)> {
    plan.plan.written().map(|item| (item.action, format!("{}: {}", item.type_key, item.name))).collect()
}
