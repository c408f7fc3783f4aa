//! Starts cancelling every active run that fits a filter.

use model::AppError;
use model::access::Capability;
use model::run::{Outcome, Status};
use serde_json::json;
use store::{Db, RunFilter, Started, TenantScope};

use super::RunQuery;
use super::cancel_many_run::DEFINITION;
use crate::starting::{Extra, authorise, start};

/// Runs that one filter may select.
const MATCHES_MAX: u64 = 100_000;

/// The active ones among what fits; nothing when only ended ones can fit.
pub(super) fn active(filter: RunFilter) -> Option<RunFilter> {
    let statuses: Vec<_> = filter.statuses.iter().copied().filter(|status| *status != Status::Completed).collect();
    let fits_active = filter.outcomes.is_empty() || filter.outcomes.contains(&Outcome::Pending);
    if !fits_active || (statuses.is_empty() && !filter.statuses.is_empty()) {
        return None;
    }
    let statuses = if statuses.is_empty() { vec![Status::Queued, Status::Running] } else { statuses };
    Some(RunFilter { statuses, outcomes: Vec::new(), ..filter })
}

/// How many active runs fit that this person may cancel.
pub async fn cancellable(db: &Db, scope: &TenantScope, query: &RunQuery, now_ms: i64) -> Result<u64, AppError> {
    let Ok(query) = for_this_person(scope, query.clone()) else { return Ok(0) };
    let Some(filter) = active(query.filter(scope.actor().user, now_ms)) else { return Ok(0) };
    Ok(db.tenant(scope).runs().counts(&filter).await?.total())
}

/// Creates the run, or finds the active one over the same filter. Who may cancel only their own selects only those.
pub async fn start_cancel_many(
    db: &Db,
    scope: &TenantScope,
    query: RunQuery,
    extra: Extra,
) -> Result<Started, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let query = for_this_person(scope, query.checked()?)?;
    let matches = cancellable(db, scope, &query, db.ambient().now_ms()).await?;
    if matches == 0 {
        let why = "No active operation that you may cancel matches this filter";
        return Err(AppError::invalid("cancel.nothing", why).hint("Choose another filter"));
    }
    if matches > MATCHES_MAX {
        let why = format!("{matches} operations match; at most {MATCHES_MAX} are cancelled by one");
        return Err(AppError::invalid("cancel.too_many", why).hint("Narrow the filter"));
    }
    let initiators = db.tenant(scope).runs().initiators().await?;
    let name_of =
        |user: &str| initiators.iter().find(|(known, _)| known.to_string() == user).map(|(_, name)| name.clone());
    let noun = if matches == 1 { "operation" } else { "operations" };
    let target = format!("{matches} {noun}: {}", query.words(name_of));
    start(db, scope, &DEFINITION, json!({ "filter": query.as_map() }), target, extra).await
}

/// The filter with "me" as the person it is, so that two people's filters are two runs.
fn for_this_person(scope: &TenantScope, query: RunQuery) -> Result<RunQuery, AppError> {
    let user = scope.actor().user;
    let query = query.said_by(user);
    if scope.can(Capability::OperationsCancelAny) {
        return Ok(query);
    }
    let me = user.map(|user| user.to_string()).unwrap_or_default();
    if query.pairs().any(|(name, value)| name == "who" && value != me) {
        scope.require(Capability::OperationsCancelAny)?;
    }
    Ok(RunQuery::of(query.pairs().chain([("who", me.as_str())])))
}
