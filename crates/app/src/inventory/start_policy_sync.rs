//! Starts reading one type or one object.

use model::AppError;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::policy_run::DEFINITION;
use super::{Excluded, Selection};
use crate::starting::{Extra, authorise, start};

/// Creates the run, or finds the active one for the same type or object. Never calls Graph. An object that is not in
/// the inventory does not exist; an unknown type is refused with the known ones, and so is one that the tenant excludes.
pub async fn start_policy_sync(
    db: &Db,
    scope: &TenantScope,
    type_key: &str,
    external_id: Option<&str>,
    extra: Extra,
) -> Result<Started, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let Some(external_id) = external_id else {
        let selection = Selection::of(&[type_key])?.in_tenant(db, scope).await?;
        return start(db, scope, &DEFINITION, json!({ "type": type_key }), selection.describe(), extra).await;
    };
    let object = db.tenant(scope).inventory().get(type_key, external_id).await?.row;
    Excluded::of(db, scope).await?.refuse([object.type_key.as_str()])?;
    let inputs = json!({ "type": object.type_key, "object": object.external_id });
    start(db, scope, &DEFINITION, inputs, format!("“{}”", object.name), extra).await
}
