//! The way back from a restore: what it found before it wrote, and what it made.

use std::collections::HashMap;

use model::AppError;
use model::ids::RunId;
use model::restore::{Action, Plan, PlanItem};
use store::{Db, Restore, TenantScope, WriteResult, WriteRow};

use super::draft::{Draft, ObjectKey};
use super::source::{Content, SourceObject};

/// The restore that a run executed.
pub(super) async fn restore_of(db: &Db, scope: &TenantScope, run: RunId) -> Result<Restore, AppError> {
    db.tenant(scope).restores().of_run(run).await?.ok_or_else(not_a_restore)
}

/// The plan that a run executed.
pub(super) async fn plan_of(db: &Db, scope: &TenantScope, run: RunId) -> Result<Plan, AppError> {
    let restore = restore_of(db, scope, run).await?;
    super::plan::read(&db.tenant(scope).restores().plan(restore.id).await?)
}

/// Why nothing can be done with a run of another kind.
fn not_a_restore() -> AppError {
    AppError::invalid("restore.not_a_restore", "This run is no restore that has written anything")
        .hint("Open a run of the kind \"Restore\"")
}

/// What the run changed, as it was before; what it made is to be removed. Whatever it did not write is not in it.
pub(super) async fn objects(db: &Db, scope: &TenantScope, run: RunId) -> Result<Vec<SourceObject>, AppError> {
    let plan = plan_of(db, scope, run).await?;
    let written = written(&db.tenant(scope).restores().writes(run).await?);
    let way_back = |item: &PlanItem| {
        let made = written.get(&item.sequence)?.as_ref();
        // What came back from the deleted items goes there again.
        let made = made.or(item.live_id.as_ref().filter(|_| item.action == Action::BringBack));
        let (id, content) = match (&item.live, &item.live_id, made) {
            (Some(live), Some(id), _) => (id.clone(), Content::Document(Box::new(live.clone()))),
            (_, _, Some(id)) => (id.clone(), Content::Removed),
            _ => return None,
        };
        Some(SourceObject { key: ObjectKey::new(&item.type_key, id), name: item.name.clone(), content })
    };
    // What was made last may refer to what was made first.
    Ok(plan.items.iter().rev().filter_map(way_back).collect())
}

/// The draft that takes a run back: settings and assignments, of everything that it wrote.
pub(super) fn draft() -> Draft {
    Draft { assignments: true, ..Draft::whole(Vec::new()) }
}

/// By item what the run made, if it made anything: items whose writes certainly had no effect are left out.
fn written(rows: &[WriteRow]) -> HashMap<u32, Option<String>> {
    let mut written = HashMap::new();
    for row in rows {
        let Some((WriteResult::Made | WriteResult::Unknown, outcome)) = &row.ended else { continue };
        let made = written.entry(row.item).or_insert(None);
        if outcome.made.is_some() {
            made.clone_from(&outcome.made);
        }
    }
    written
}
