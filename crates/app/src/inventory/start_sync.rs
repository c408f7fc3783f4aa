//! Starts an inventory sync: the one function that page, API, CLI and scheduler call.

use model::AppError;
use store::{Db, Started, TenantScope};

use super::Selection;
use super::sync_run::DEFINITION;
use crate::starting::{Extra, start};

/// Creates the run, or finds the active one over the same selection. Never calls Graph.
pub async fn start_sync(
    db: &Db,
    scope: &TenantScope,
    selection: &Selection,
    extra: Extra,
) -> Result<Started, AppError> {
    start(db, scope, &DEFINITION, selection.inputs(), selection.describe(), extra).await
}
