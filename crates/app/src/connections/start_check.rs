//! Starts a connection check.

use model::AppError;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::check_run::DEFINITION;
use crate::starting::{Extra, start};

/// Creates the run, or finds the active one. Never calls Graph.
pub async fn start_check(db: &Db, scope: &TenantScope, extra: Extra) -> Result<Started, AppError> {
    start(db, scope, &DEFINITION, json!({}), "sign-in, organisation and permissions".to_owned(), extra).await
}
