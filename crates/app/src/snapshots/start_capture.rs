//! Starts capturing one object.

use model::AppError;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::capture_run::DEFINITION;
use crate::inventory::Excluded;
use crate::starting::{Extra, authorise, start};

/// Creates the run, or finds the active one for the same object. Never calls Graph.
pub async fn start_capture(
    db: &Db,
    scope: &TenantScope,
    type_key: &str,
    external_id: &str,
    extra: Extra,
) -> Result<Started, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let object = db.tenant(scope).inventory().get(type_key, external_id).await?.row;
    Excluded::of(db, scope).await?.refuse([object.type_key.as_str()])?;
    let inputs = json!({ "type": object.type_key, "object": object.external_id });
    start(db, scope, &DEFINITION, inputs, format!("“{}”", object.name), extra).await
}
