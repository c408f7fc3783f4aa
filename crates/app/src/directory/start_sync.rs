//! Starts reading the directory's groups.

use model::AppError;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::sync_run::DEFINITION;
use crate::starting::{Extra, start};

/// Creates the run, or finds the active one. Never calls Graph.
pub async fn start_groups_sync(db: &Db, scope: &TenantScope, extra: Extra) -> Result<Started, AppError> {
    start(db, scope, &DEFINITION, json!({}), "all groups".to_owned(), extra).await
}
