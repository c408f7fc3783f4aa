//! Starts an inventory sync: the one function that page, API, CLI and scheduler call.

use model::AppError;
use store::{Db, Started, TenantScope};

use super::Selection;
use super::sync_run::DEFINITION;
use crate::starting::{Extra, authorise, start};

/// Creates the run, or finds the active one over the same types. Never calls Graph. Types that the tenant excludes are not
/// in it; one that was named is refused.
pub async fn start_sync(
    db: &Db,
    scope: &TenantScope,
    selection: &Selection,
    extra: Extra,
) -> Result<Started, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let selection = selection.in_tenant(db, scope).await?;
    start(db, scope, &DEFINITION, selection.inputs(), selection.describe(), extra).await
}
