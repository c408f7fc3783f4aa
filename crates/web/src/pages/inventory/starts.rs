//! What can be started from the inventory. Each only queues.

use app::inventory::Selection;
use axum::extract::State;
use axum::response::Response;

use super::object::{ObjectPath, TypePath};
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathText, Posted};
use crate::fields::segment;
use crate::frame::{answer, extra};
use crate::state::Shared;

/// `POST /t/{tenant}/inventory/sync`
pub(crate) async fn sync(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let selection = Selection::of(&form.all("type").collect::<Vec<_>>())?.whole(asked.get("whole").is_some());
    let started = app::inventory::start_sync(shared.db(), &scope, &selection, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, "/inventory").await
}

/// `POST /t/{tenant}/inventory/probe`
pub(crate) async fn probe(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let started = app::inventory::probe::start_probe(shared.db(), &scope, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, "/inventory").await
}

/// `POST /t/{tenant}/inventory/{type}/sync`
pub(crate) async fn sync_type(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(of): PathText<TypePath>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let extra = extra(&asked, &form)?;
    let started = app::inventory::start_policy_sync(shared.db(), &scope, &of.type_key, None, extra).await?;
    answer(&shared, &ctx, &scope, started, "/inventory").await
}

/// `POST /t/{tenant}/inventory/{type}/{id}/sync`
pub(crate) async fn sync_object(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(object): PathText<ObjectPath>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let extra = extra(&asked, &form)?;
    let started =
        app::inventory::start_policy_sync(shared.db(), &scope, &object.type_key, Some(&object.id), extra).await?;
    answer(&shared, &ctx, &scope, started, &page_of(&object)).await
}

/// `POST /t/{tenant}/groups/sync`
pub(crate) async fn sync_groups(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let whole = asked.get("whole").is_some();
    let started = app::directory::start_groups_sync(shared.db(), &scope, whole, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, "/inventory").await
}

/// `POST /t/{tenant}/inventory/{type}/{id}/capture`
pub(crate) async fn capture(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(object): PathText<ObjectPath>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let started =
        app::snapshots::start_capture(shared.db(), &scope, &object.type_key, &object.id, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, &page_of(&object)).await
}

/// Where a person was who started something for an object.
fn page_of(object: &ObjectPath) -> String {
    format!("/inventory/{}/{}", segment(&object.type_key), segment(&object.id))
}
