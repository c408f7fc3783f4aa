//! Starts capturing many objects as one run.

use model::AppError;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::capture_many_run::DEFINITION;
use crate::backups::{PolicyKey, checked_policies, counted_policies};
use crate::inventory::{ObjectQuery, matching};
use crate::starting::{Extra, authorise, start};

/// Policies that one filter may select.
const MATCHES_MAX: u64 = 10_000;

/// What was selected.
#[derive(Debug, Clone)]
pub enum Chosen {
    /// These.
    Policies(Vec<PolicyKey>),
    /// Everything that fits when the run begins.
    Matching(ObjectQuery),
}

/// Creates the run, or finds the active one over the same policies or the same filter. Never calls Graph.
pub async fn start_capture_many(
    db: &Db,
    scope: &TenantScope,
    chosen: Chosen,
    extra: Extra,
) -> Result<Started, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let (inputs, target) = match chosen {
        Chosen::Policies(policies) => {
            let hint = "Select policies in the inventory, or capture all that match a filter";
            let policies = checked_policies(db, scope, policies, "capture.policies", hint).await?;
            let target = counted_policies(policies.len() as u64);
            (json!({ "policies": policies }), target)
        }
        Chosen::Matching(query) => {
            let query = query.checked()?;
            let filter = matching(db, scope, &query, db.ambient().now_ms()).await?;
            let matches = db.tenant(scope).inventory().count(&filter).await?;
            if matches == 0 || matches > MATCHES_MAX {
                return Err(bound(matches));
            }
            let words = Some(query.words()).filter(|words| !words.is_empty());
            let target =
                format!("{} of {}", counted_policies(matches), words.as_deref().unwrap_or("the whole inventory"));
            (json!({ "query": query }), target)
        }
    };
    start(db, scope, &DEFINITION, inputs, target, extra).await
}

fn bound(matches: u64) -> AppError {
    if matches == 0 {
        return AppError::invalid("capture.nothing", "No policy matches this filter").hint("Choose another filter");
    }
    let why = format!("{matches} policies match; at most {MATCHES_MAX} are captured in one run");
    AppError::invalid("capture.too_many", why).hint("Narrow the filter, or sync the inventory, which reads lists")
}
