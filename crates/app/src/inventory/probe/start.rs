//! Starts a change probe: the one function that page, API, command line and scheduler call.

use model::AppError;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::run::DEFINITION;
use crate::starting::{Extra, start};

/// Creates the run, or finds the active one. Never calls Graph.
pub async fn start_probe(db: &Db, scope: &TenantScope, extra: Extra) -> Result<Started, AppError> {
    start(db, scope, &DEFINITION, json!({}), "What changed lately".to_owned(), extra).await
}
