//! Starts an export of configuration.

use model::AppError;
use model::exchange::Layout;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::export_run::{DEFINITION, VERSION};
use super::{Chosen, Objects};
use crate::starting::{Extra, authorise, start};

/// The layout of that name.
pub fn layout_named(name: &str) -> Result<Layout, AppError> {
    name.parse().map_err(|_| {
        AppError::invalid("export.layout", "There is no layout of that name")
            .hint("Say ours, portal, intune-management or intunecd")
    })
}

/// Creates the run, or finds the active one of the same choice and layout. Never calls Graph.
pub async fn start_configuration_export(
    db: &Db,
    scope: &TenantScope,
    chosen: Chosen,
    layout: Layout,
    extra: Extra,
) -> Result<Started, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let chosen = chosen.checked(db, scope).await?;
    let target = format!("{} as {}", chosen.words(db, scope).await?, layout.label());
    let inputs = json!({ "chosen": chosen, "layout": layout, "version": VERSION });
    start(db, scope, &DEFINITION, inputs, target, extra).await
}

/// Begins an export that a command writes itself. Wants the capability. Audited.
pub async fn begin_export(db: &Db, scope: &TenantScope, chosen: Chosen, layout: Layout) -> Result<Objects, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let chosen = chosen.checked(db, scope).await?;
    let what = format!("{} as {}", chosen.words(db, scope).await?, layout.label());
    db.tenant(scope).audit().record(DEFINITION.run_type, Some(&what), "succeeded", None).await?;
    Objects::of(db, scope, &chosen, db.ambient().now_ms()).await
}
