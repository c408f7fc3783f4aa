//! The gates in front of a write: all of them are here, and a page only shows them.

use model::AppError;
use model::access::Capability;
use model::ids::RestoreId;
use serde_json::json;
use store::{Db, Restore, RestoreState, Started, TenantScope};

use super::draft::Draft;
use super::{execute_run, preview_run};
use crate::starting::{Extra, start};

/// How old a plan may be when it is confirmed, in milliseconds.
const PLAN_MS_MAX: i64 = 24 * 60 * 60 * 1000;
/// Longest reason, in characters.
const REASON_MAX: usize = 1_000;

/// What a person says when they confirm.
#[derive(Debug, Clone, Default)]
pub struct Confirmation {
    /// The hash of the plan that they saw.
    pub plan: String,
    /// Whether they have looked at whom it reaches.
    pub impact_reviewed: bool,
    /// The tenant's name, typed.
    pub tenant_name: String,
    /// Why they do it.
    pub reason: String,
}

/// One gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Stable code.
    pub code: &'static str,
    /// What it demands.
    pub demand: String,
    /// Whether it is open.
    pub open: bool,
}

/// Starts a preview of the restore.
pub async fn start_preview(
    db: &Db,
    scope: &TenantScope,
    restore: RestoreId,
    extra: Extra,
) -> Result<Started, AppError> {
    let row = db.tenant(scope).restores().get(restore).await?;
    if row.state != RestoreState::Draft {
        return Err(store::restore_not_a_draft());
    }
    start(db, scope, &preview_run::DEFINITION, json!({ "restore": restore }), row.title, extra).await
}

/// The gates that do not depend on what the person types, as they stand now.
pub async fn gates(db: &Db, scope: &TenantScope, restore: &Restore) -> Result<Vec<Gate>, AppError> {
    let now = db.ping().await?;
    let plan = restore.plan.as_ref();
    let current = restore.has_current_plan();
    let young = plan.is_some_and(|plan| now - plan.at <= PLAN_MS_MAX);
    let mut gates = vec![
        Gate { code: "restore.no_current_plan", demand: "A preview of what is chosen now".to_owned(), open: current },
        Gate { code: "restore.plan_too_old", demand: "A preview of the last 24 hours".to_owned(), open: young },
        Gate {
            code: "restore.plan_blocked",
            demand: "Nothing in the plan that blocks it".to_owned(),
            open: plan.is_some_and(|plan| !plan.blocked),
        },
    ];
    gates.extend(secrets(db, scope, restore).await?);
    if db.tenant(scope).restores().second_person().await? {
        let approved = restore.approved.as_ref().zip(plan).is_some_and(|(approved, plan)| approved.hash == plan.hash);
        gates.push(Gate {
            code: "restore.second_person",
            demand: "The word of a second person, who is not the one that began it".to_owned(),
            open: approved,
        });
    }
    Ok(gates)
}

/// Whether what was entered is still kept; nothing for a restore without.
async fn secrets(db: &Db, scope: &TenantScope, restore: &Restore) -> Result<Option<Gate>, AppError> {
    let entered = Draft::of(restore)?.secrets;
    if entered.is_empty() || restore.state != RestoreState::Draft {
        return Ok(None);
    }
    let kept = db.tenant(scope).restores().secrets_kept(restore.id).await?;
    let demand = "The secrets that were entered, not older than 7 days".to_owned();
    let open = entered.iter().all(|choice| kept.contains(&choice.secret));
    Ok(Some(Gate { code: "restore.secret_gone", demand, open }))
}

/// A second person lets the plan pass. Who began the restore is not one.
pub async fn approve(db: &Db, scope: &TenantScope, restore: RestoreId, plan: &str) -> Result<(), AppError> {
    scope.require(Capability::RestoreExecute)?;
    let row = db.tenant(scope).restores().get(restore).await?;
    if row.creator == scope.actor().user {
        return Err(AppError::conflict(
            "restore.same_person",
            "You began this restore, so you are no second person to it",
        )
        .hint("Ask somebody else who may restore in this tenant"));
    }
    db.tenant(scope).restores().approve(restore, plan).await
}

/// Gives a restore up that nobody has executed.
pub async fn discard(db: &Db, scope: &TenantScope, restore: RestoreId) -> Result<(), AppError> {
    db.tenant(scope).restores().discard(restore).await
}

/// Confirms the plan and starts the run that executes it.
pub async fn confirm(
    db: &Db,
    scope: &TenantScope,
    restore: RestoreId,
    said: &Confirmation,
    extra: Extra,
) -> Result<Started, AppError> {
    crate::starting::authorise(db, scope, &execute_run::DEFINITION).await?;
    let row = db.tenant(scope).restores().get(restore).await?;
    let inputs = json!({ "restore": restore, "plan": said.plan });
    if row.state == RestoreState::Draft {
        check(db, scope, &row, said).await?;
        db.tenant(scope).restores().confirm(restore, &said.plan, said.reason.trim()).await?;
    } else if row.confirmed.as_ref().is_none_or(|confirmed| confirmed.hash != said.plan) {
        return Err(AppError::conflict("restore.not_a_draft", "This restore was executed or given up")
            .hint("Begin another one from the same source"));
    }
    start(db, scope, &execute_run::DEFINITION, inputs, row.title, extra).await
}

async fn check(db: &Db, scope: &TenantScope, restore: &Restore, said: &Confirmation) -> Result<(), AppError> {
    if let Some(closed) = gates(db, scope, restore).await?.into_iter().find(|gate| !gate.open) {
        return Err(AppError::conflict(closed.code, format!("Not confirmed. It needs: {}", closed.demand))
            .hint("Open the restore and go through its steps"));
    }
    let refuse =
        |code, message: &str, hint: &str| Err(AppError::invalid(code, message.to_owned()).hint(hint.to_owned()));
    if restore.plan.as_ref().is_none_or(|plan| plan.hash != said.plan) {
        return refuse(
            "restore.other_plan",
            "What you confirm is not the plan that stands there now",
            "Look at it again",
        );
    }
    if !said.impact_reviewed {
        return refuse(
            "restore.impact_not_reviewed",
            "The impact was not reviewed",
            "Look at whom it reaches, then tick it",
        );
    }
    let name = db.tenant(scope).info().await?.display_name;
    if said.tenant_name.trim() != name {
        return refuse(
            "restore.wrong_tenant_name",
            "The typed name is not the tenant's",
            "Type it exactly as it is shown",
        );
    }
    let reason = said.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        return refuse(
            "restore.reason_missing",
            "No reason was given, or one of more than 1,000 characters",
            "Say why, in a sentence",
        );
    }
    Ok(())
}
