//! The plan as people read it: what happens how often, and whom it reaches.

use std::collections::{BTreeMap, BTreeSet};

use model::AppError;
use model::ids::RestoreId;
use model::registry::content::{TargetKind, assignments};
use model::registry::{Registry, Risk};
use model::restore::{Action, Plan, PlanItem};
use serde_json::Value;
use store::{Db, Restore, TenantScope};

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

/// Whom a change reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// Ids of groups that something of it is assigned to afterwards, or was before.
    pub groups: BTreeSet<String>,
    /// Whether it reaches all users.
    pub all_users: bool,
    /// Whether it reaches all devices.
    pub all_devices: bool,
    /// The highest risk of what is written; absent when nothing is.
    pub risk: Option<Risk>,
}

impl Impact {
    fn add(&mut self, item: &PlanItem, document: Option<&Value>) {
        let Some((contract, document)) = Registry::embedded().get(&item.type_key).zip(document) else { return };
        for assignment in assignments(contract, document) {
            match assignment.target {
                TargetKind::AllUsers => self.all_users = true,
                TargetKind::AllDevices => self.all_devices = true,
                _ => self.groups.extend(assignment.group_id),
            }
        }
    }
}

/// Whom an item reaches: those that it is assigned to before or afterwards.
pub fn impact<'a>(items: impl IntoIterator<Item = &'a PlanItem>) -> Impact {
    let mut impact = Impact::default();
    for item in items.into_iter().filter(|item| !item.steps.is_empty()) {
        impact.add(item, item.live.as_ref());
        impact.add(item, item.promised.as_ref());
        let risk = Registry::embedded().get(&item.type_key).map(|contract| contract.risk);
        impact.risk = impact.risk.max(risk);
    }
    impact
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
    let impact = impact(&plan.items);
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
