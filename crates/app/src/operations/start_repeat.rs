//! Starts a completed run again: only its failed items where they stand for themselves, or as a whole.

use model::AppError;
use model::ids::RunId;
use model::run::{Definition, Outcome, Repeat, Status};
use store::{Db, RunRow, Started, TenantScope};

use crate::backups::schedules;
use crate::catalogue::definition;
use crate::starting::{Extra, authorise, start};

/// The input that names the run whose failed items are to be handled.
pub(crate) const ONLY_FAILED_OF: &str = "only_failed_of";

/// What a repetition of a run would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// So many failed items.
    FailedItems(u64),
    /// Everything.
    Whole,
}

/// What repeating this run would do; absent for one that is under way, that is good, or that this version cannot start.
pub fn repetition(run: &RunRow) -> Option<(&'static Definition, Repetition)> {
    let definition = definition(&run.run_type)?;
    if run.status != Status::Completed || run.outcome == Outcome::Succeeded || definition.repeat == Repeat::Never {
        return None;
    }
    // Only a run that went through has judged all of its items.
    let judged = run.outcome == Outcome::PartiallySucceeded && definition.repeat == Repeat::FailedItems;
    Some((definition, if judged { Repetition::FailedItems(run.counts.failed) } else { Repetition::Whole }))
}

/// Creates the linked run, or finds the active one. Wants the capability of the run's type. Never calls Graph.
pub async fn start_repeat(db: &Db, scope: &TenantScope, run: RunId, extra: Extra) -> Result<Started, AppError> {
    let run = db.tenant(scope).runs().get(run).await?;
    let Some((definition, repetition)) = repetition(&run) else { return Err(not_repeatable(&run)) };
    if run.inputs.get("schedule").is_some() {
        return schedules::start_retry(db, scope, None, run.id, extra).await;
    }
    authorise(db, scope, definition).await?;
    let (mut inputs, mut target) = (run.inputs.clone(), run.target.clone());
    if let Repetition::FailedItems(items) = repetition {
        inputs[ONLY_FAILED_OF] = run.id.to_string().into();
        target =
            format!("{items} failed {} of {}", if items == 1 { "item" } else { "items" }, base_target(&run.target));
    }
    start(db, scope, definition, inputs, target, Extra { retry_of: Some(run.id), ..extra }).await
}

/// A repetition of a repetition is not "1 failed item of 3 failed items of …".
fn base_target(target: &str) -> &str {
    target.split_once(" failed item").and_then(|(_, rest)| rest.split_once(" of ")).map_or(target, |(_, base)| base)
}

fn not_repeatable(run: &RunRow) -> AppError {
    if run.status != Status::Completed {
        return AppError::conflict("run.active", "This run has not ended yet").hint("Wait for its end, or cancel it");
    }
    if run.outcome == Outcome::Succeeded {
        return AppError::conflict("run.nothing_failed", "Nothing in this run failed")
            .hint("Start the operation anew to do it once more");
    }
    if definition(&run.run_type).is_some_and(|definition| definition.repeat == Repeat::Never) {
        return AppError::conflict("run.confirmed_once", "What this run wrote was confirmed for it alone")
            .hint("Begin a restore of its failed items: it gets a plan of its own");
    }
    AppError::conflict("run.type_unknown", "This version of TenantAtlas cannot start this kind of operation")
        .hint("Upgrade TenantAtlas, or start a similar operation")
}

#[cfg(test)]
mod tests {
    use super::base_target;

    #[test]
    fn a_target_names_what_was_asked_for_first() {
        assert_eq!(base_target("16 types"), "16 types");
        assert_eq!(base_target("3 failed items of 16 types"), "16 types");
        assert_eq!(base_target("1 failed item of “Set of pens”, 16 types"), "“Set of pens”, 16 types");
    }
}
