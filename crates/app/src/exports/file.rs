//! The file of a run: whose it is to read, and whether it is still there.

use model::AppError;
use model::ids::RunId;
use store::{Db, ExportFile, RunRow, TenantScope};

use super::Format;
use super::create_run::DEFINITION;
use super::pages::day;
use crate::exchange::export_run::FORMAT;

/// The run's file, when this person may download it now: its initiator, or who may export.
pub async fn downloadable(db: &Db, scope: &TenantScope, run: &RunRow) -> Result<Option<ExportFile>, AppError> {
    let own = run.initiator.is_some() && run.initiator == scope.actor().user;
    if !own && !scope.can(DEFINITION.capability) {
        return Ok(None);
    }
    Ok(db.tenant(scope).exports().of_run(run.id).await?.filter(|file| file.finished))
}

/// Opens the file for a download. Audited.
pub async fn open_file(db: &Db, scope: &TenantScope, run: RunId) -> Result<ExportFile, AppError> {
    let tenant = db.tenant(scope);
    let row = tenant.runs().get(run).await?;
    if row.initiator.is_none() || row.initiator != scope.actor().user {
        scope.require(DEFINITION.capability)?;
    }
    let file = tenant.exports().of_run(run).await?.filter(|file| file.finished).ok_or_else(|| {
        AppError::conflict("export.none", "This operation has no file").hint("Wait for its end, or export again")
    })?;
    if file.expired {
        return Err(AppError::conflict("export.expired", "The file was removed when its 7 days were over")
            .hint("Export again: what was in it is still there"));
    }
    let rows = if file.format == FORMAT { "objects" } else { "operations" };
    let what = format!("{} {rows} as {}", file.rows, file.format);
    tenant.audit().record("export.read", Some(&what), "succeeded", Some(&run.to_string())).await?;
    Ok(file)
}

/// The name that a browser gives the file, and what it is for `Content-Type`.
pub fn file_name(file: &ExportFile, made_at: i64) -> Result<(String, &'static str), AppError> {
    if file.format == FORMAT {
        return Ok((format!("configuration-{}.zip", day(made_at)), "application/zip"));
    }
    let format = Format::named(&file.format)?;
    Ok((format.file_name(made_at), format.media_type()))
}
