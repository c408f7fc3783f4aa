//! Starts an export that is too large to be answered at once.

use model::AppError;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::Format;
use super::create_run::{DEFINITION, VERSION};
use crate::operations::RunQuery;
use crate::starting::{Extra, start};

/// Rows that are answered at once; more of them are a run.
pub const AT_ONCE_MAX: u64 = 1_000;

/// Creates the run, or finds the active one of the same filter and format.
pub async fn start_export(
    db: &Db,
    scope: &TenantScope,
    query: RunQuery,
    format: Format,
    extra: Extra,
) -> Result<Started, AppError> {
    // Who looks later, and the worker, are not who asks now.
    let query = query.checked()?.said_by(scope.actor().user);
    let initiators = db.tenant(scope).runs().initiators().await?;
    let name_of =
        |user: &str| initiators.iter().find(|(known, _)| known.to_string() == user).map(|(_, name)| name.clone());
    let target = format!("operations as {}: {}", format.to_string().to_uppercase(), query.words(name_of));
    let inputs = json!({ "filter": query.as_map(), "format": format.to_string(), "version": VERSION });
    start(db, scope, &DEFINITION, inputs, target, extra).await
}

pub(super) fn too_large(rows: u64) -> AppError {
    let why = format!("These are {rows} operations; at most {AT_ONCE_MAX} are exported at once");
    AppError::conflict("export.too_large", why)
        .hint("Start the export as an operation, which keeps the file for 7 days, or narrow the filter")
}
