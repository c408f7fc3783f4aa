//! What a restore made stands for what it was made of, the next time as well: in other sets it is still named by the id
//! that is gone.

use std::collections::{HashMap, HashSet};

use engine::RunCtx;
use model::AppError;
use model::ids::RestoreId;
use model::registry::content::Reference;
use model::restore::{Action, Plan};
use store::{Db, TenantScope, WriteResult, WriteRow};

use super::draft::{ObjectKey, Target};
use super::mapping::{made_of, source_directory, target_decision};
use super::source::{origin, source_scope};

/// The ids of what requests made, by item.
pub(super) fn ids(rows: &[WriteRow]) -> HashMap<u32, String> {
    let made = rows.iter().filter_map(|row| match &row.ended {
        Some((WriteResult::Made, outcome)) => Some((row.item, outcome.made.clone()?)),
        _ => None,
    });
    made.collect()
}

/// Remembers what the run made, if it was to make something.
pub(super) async fn remember(ctx: &RunCtx, restore: RestoreId, plan: &Plan) -> Result<(), AppError> {
    let made: Vec<_> = plan.items.iter().filter(|item| item.action == Action::Create).collect();
    if made.is_empty() {
        return Ok(());
    }
    let restores = ctx.db.tenant(&ctx.scope).restores();
    let restore = restores.get(restore).await?;
    let source = source_scope(&ctx.db, &ctx.scope, restore.source.tenant).await?;
    let origin = origin(&ctx.db, &source, &restore).await?;
    let directory_id = source_directory(&ctx.db, &source, origin.as_ref()).await?;
    let ids = ids(&restores.writes(ctx.run.id).await?);
    let decisions = made.into_iter().filter_map(|item| {
        let target = Target::Existing(ids.get(&item.sequence)?.clone());
        Some(target_decision(&directory_id, &ObjectKey::new(&item.type_key, &item.source_id), &target))
    });
    restores.remember(&decisions.collect::<Vec<_>>()).await
}

/// Those of a directory's objects of which a restore made one that is there, as last observed.
pub(crate) async fn standing(
    db: &Db,
    scope: &TenantScope,
    directory_id: &str,
    asked: &[Reference],
) -> Result<HashSet<Reference>, AppError> {
    let made = made_of(db, scope, directory_id, asked).await?;
    let places: Vec<Reference> = made.values().cloned().collect();
    let seen = db.tenant(scope).inventory().linked_objects(&places).await?;
    let there: HashSet<Reference> =
        seen.into_iter().filter(|one| one.missing_since.is_none()).map(|one| one.reference).collect();
    Ok(made.into_iter().filter(|(_, place)| there.contains(place)).map(|(of, _)| of).collect())
}
