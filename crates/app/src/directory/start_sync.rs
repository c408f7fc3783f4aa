//! Starts reading the directory's groups.

use model::AppError;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::sync_run::DEFINITION;
use crate::starting::{Extra, start};

/// Creates the run, or finds the active one. With `whole` every group is read again, also those of which the directory
/// tells no change. Never calls Graph.
pub async fn start_groups_sync(db: &Db, scope: &TenantScope, whole: bool, extra: Extra) -> Result<Started, AppError> {
    let (inputs, target) =
        if whole { (json!({ "whole": true }), "all groups, everything again") } else { (json!({}), "all groups") };
    start(db, scope, &DEFINITION, inputs, target.to_owned(), extra).await
}
