//! The runs of a restore: its last preview, and the one that executes it.

use model::AppError;
use model::ids::RestoreId;
use store::{Db, Restore, RunFilter, RunPageRequest, RunRow, TenantScope};

use super::{execute_run, preview_run};

/// Runs of a type that are looked through for the one of a restore. Older ones say nothing that matters now.
const RUNS: usize = 100;

/// What is going on with a restore.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Its newest preview.
    pub preview: Option<RunRow>,
    /// The run that executes it, or did.
    pub execution: Option<RunRow>,
}

/// Finds the runs of a restore.
pub async fn progress(db: &Db, scope: &TenantScope, restore: &Restore) -> Result<Progress, AppError> {
    let execution = match restore.run {
        Some(run) => Some(db.tenant(scope).runs().get(run).await?),
        None => newest(db, scope, execute_run::DEFINITION.run_type, restore.id).await?,
    };
    Ok(Progress { preview: newest(db, scope, preview_run::DEFINITION.run_type, restore.id).await?, execution })
}

/// The restore that a run previews or executes, if it is a run of that kind.
pub async fn of_run(db: &Db, scope: &TenantScope, run: &RunRow) -> Result<Option<Restore>, AppError> {
    if ![preview_run::DEFINITION.run_type, execute_run::DEFINITION.run_type].contains(&run.run_type.as_str()) {
        return Ok(None);
    }
    let id = run.inputs.get("restore").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
    let Some(id) = id else { return Ok(None) };
    db.tenant(scope).restores().get(id).await.map(Some)
}

async fn newest(db: &Db, scope: &TenantScope, run_type: &str, restore: RestoreId) -> Result<Option<RunRow>, AppError> {
    let filter = RunFilter { types: vec![run_type.to_owned()], ..RunFilter::default() };
    let page = db.tenant(scope).runs().list(&filter, &RunPageRequest { limit: RUNS, ..Default::default() }).await?;
    let id = restore.to_string();
    Ok(page.rows.into_iter().find(|run| run.inputs.get("restore").and_then(|of| of.as_str()) == Some(id.as_str())))
}
