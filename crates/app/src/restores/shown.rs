//! The plan as people read it: what happens how often, and whom it reaches.

use std::collections::BTreeMap;

use model::AppError;
use model::ids::RestoreId;
use model::restore::{Action, Plan, PlanItem};
use store::{Db, Restore, TenantScope};

use super::impact::{Impact, impact};
use super::plan;

/// A restore's plan with what its pages say about it.
#[derive(Debug, Clone)]
pub struct ShownPlan {
    /// The restore.
    pub restore: Restore,
    /// Its plan.
    pub plan: Plan,
    /// Its hash.
    pub hash: String,
    /// How many items there are of each action.
    pub actions: BTreeMap<String, usize>,
    /// Whom all of it reaches.
    pub impact: Impact,
}

/// The plan of a restore, when a preview has made one.
pub async fn shown(db: &Db, scope: &TenantScope, restore: RestoreId) -> Result<ShownPlan, AppError> {
    let restores = db.tenant(scope).restores();
    let restore = restores.get(restore).await?;
    let Some(mark) = &restore.plan else {
        return Err(AppError::conflict("restore.no_current_plan", "No preview was made of this restore yet")
            .hint("Start the preview"));
    };
    let hash = mark.hash.clone();
    let plan = plan::read_confirmed(&restores.plan(restore.id).await?, &hash)?;
    let mut actions: BTreeMap<String, usize> = BTreeMap::new();
    for item in &plan.items {
        *actions.entry(action_word(item)).or_default() += 1;
    }
    let impact = impact(&plan);
    Ok(ShownPlan { restore, plan, hash, actions, impact })
}

/// The word of an item's action, one of [`ShownPlan::actions`]: what is done by hand has one of its own.
pub fn action_word(item: &PlanItem) -> String {
    match item.action {
        Action::Impossible | Action::Skip => item.action.to_string(),
        _ if item.by_hand => "by_hand".to_owned(),
        action => action.to_string(),
    }
}
