//! Backup sets.

mod import;
mod list;
mod open;
mod set;

use app::backups::NewBackup;
use app::inventory::Selection;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use model::AppError;
use model::ids::BackupSetId;

use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::frame::{answer, extra};
use crate::pages::form_error::FormError;
use crate::state::Shared;

pub(crate) use import::import;
pub(crate) use list::page as list_page;
pub(crate) use open::{add_policies, close, take_out};
pub(crate) use set::page as set_page;

/// Largest set that is verified within a request; a larger one is verified on the command line.
const VERIFY_ITEMS_MAX: u64 = 5_000;

/// `POST /t/{tenant}/backups`
pub(crate) async fn create(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let started = async {
        let selection = Selection::of(&form.all("type").collect::<Vec<_>>())?;
        let backup =
            NewBackup { name: form.text("name").to_owned(), selection, keep_open: form.has("keep_open", "yes") };
        app::backups::start_create(shared.db(), &scope, backup, extra(&asked, &form)?).await
    };
    match started.await {
        Ok(started) => answer(&shared, &ctx, &scope, started, "/backups").await,
        Err(error) if ctx.htmx => Err(error.into()),
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(list::render(&shared, &ctx, &scope, &asked, &form, &error).await?))
        }
    }
}

/// `POST /t/{tenant}/backups/{set}/verify`: reads every object of the set, from the database alone.
pub(crate) async fn verify(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    Asked(asked): Asked,
) -> Result<Response, WebError> {
    let row = shared.db().tenant(&scope).backups().get(set).await?;
    within_limit(row.items)?;
    let found = app::backups::verify(shared.db(), &scope, set).await?;
    Ok(set::render(&shared, &ctx, &scope, set, &asked, Some(&found)).await?.into_response())
}

/// Refuses what would take longer than a request should.
pub(crate) fn within_limit(items: u64) -> Result<(), AppError> {
    if items <= VERIFY_ITEMS_MAX {
        return Ok(());
    }
    Err(AppError::conflict(
        "backup.too_large_here",
        format!("A set of more than {VERIFY_ITEMS_MAX} items is not verified in the browser"),
    )
    .hint("Run: tenantatlas backup verify"))
}

/// `GET /t/{tenant}/backups/{set}/manifest`
pub(crate) async fn manifest(
    State(shared): State<Shared>,
    InTenant(_, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Response, WebError> {
    let bytes = shared.db().tenant(&scope).backups().manifest(set).await?;
    let name = format!("attachment; filename=\"{set}-manifest.json\"");
    Ok(([(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response())
}
