//! What happened in the tenant since a preview looked at it, as far as the database knows. It decides nothing: the run reads each
//! object again before it writes.

use std::collections::{BTreeSet, HashMap};

use model::AppError;
use model::ids::RunId;
use model::registry::Registry;
use model::restore::{Plan, PlanItem};
use model::run::Status;
use serde_json::Value;
use store::{Db, InventoryFilter, ObjectRow, RunFilter, RunPageRequest, TenantScope};

use super::execute_run;
use super::mark::mark;

/// Objects of the plan's types that are looked at. Of a tenant in which more has changed since, the rest is not.
const ROWS: usize = 500;

/// What a person should know who is about to confirm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// Items whose objects are not what the preview saw: each would end as a conflict.
    pub moved: Vec<u32>,
    /// The restore that writes to the tenant at this moment; another one waits for its end.
    pub writing: Option<RunId>,
}

/// Looks at what was observed after the plan, and at what is running.
pub async fn since(db: &Db, scope: &TenantScope, plan: &Plan) -> Result<Since, AppError> {
    Ok(Since { moved: moved(db, scope, plan).await?, writing: writing(db, scope).await? })
}

async fn writing(db: &Db, scope: &TenantScope) -> Result<Option<RunId>, AppError> {
    let filter = RunFilter {
        types: vec![execute_run::DEFINITION.run_type.to_owned()],
        statuses: vec![Status::Running],
        ..RunFilter::default()
    };
    let page = db.tenant(scope).runs().list(&filter, &RunPageRequest { limit: 1, ..Default::default() }).await?;
    Ok(page.rows.first().map(|run| run.id))
}

async fn moved(db: &Db, scope: &TenantScope, plan: &Plan) -> Result<Vec<u32>, AppError> {
    let changed: HashMap<(&str, &str), &PlanItem> = plan
        .written()
        .filter(|item| item.live.is_some())
        .filter_map(|item| Some(((item.type_key.as_str(), item.live_id.as_deref()?), item)))
        .collect();
    let types: BTreeSet<String> = changed.keys().map(|(type_key, _)| (*type_key).to_owned()).collect();
    if types.is_empty() {
        return Ok(Vec::new());
    }
    let of = |filter: InventoryFilter| InventoryFilter { types: types.iter().cloned().collect(), ..filter };
    let inventory = db.tenant(scope).inventory();
    let touched = InventoryFilter { changed_since: Some(plan.observed_at_ms), ..InventoryFilter::default() };
    let mut rows = inventory.list(&of(touched), None, ROWS).await?;
    let missing = InventoryFilter { missing: Some(true), ..InventoryFilter::default() };
    rows.extend(inventory.list(&of(missing), None, ROWS).await?);
    let item = |row: &ObjectRow| changed.get(&(row.type_key.as_str(), row.external_id.as_str())).copied();
    let (gone, there): (Vec<_>, Vec<_>) = rows
        .iter()
        .filter_map(|row| Some((row, item(row)?)))
        .partition(|(row, _)| row.missing.as_ref().is_some_and(|missing| missing.since >= plan.observed_at_ms));
    let mut moved: BTreeSet<u32> = gone.into_iter().map(|(_, item)| item.sequence).collect();
    moved.extend(differ(db, scope, &there).await?);
    Ok(moved.into_iter().collect())
}

/// Those whose last version is not what the preview read.
async fn differ(db: &Db, scope: &TenantScope, rows: &[(&ObjectRow, &PlanItem)]) -> Result<Vec<u32>, AppError> {
    let versions: Vec<_> = rows.iter().filter_map(|(row, _)| row.version).collect();
    let documents: HashMap<_, _> = db.tenant(scope).versions().documents(&versions).await?.into_iter().collect();
    let mut found = Vec::new();
    for (row, item) in rows {
        let (Some(contract), Some(live)) = (Registry::embedded().get(&item.type_key), &item.live) else { continue };
        let Some(bytes) = row.version.and_then(|version| documents.get(&version)) else { continue };
        let document: Value = serde_json::from_slice(bytes).map_err(AppError::internal)?;
        if mark(contract, &document) != mark(contract, live) {
            found.push(item.sequence);
        }
    }
    Ok(found)
}
