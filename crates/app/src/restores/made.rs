//! What a restore made stands for what it was made of, the next time as well: in other sets it is still named by the id that is gone.

use std::collections::HashMap;

use engine::RunCtx;
use model::AppError;
use model::ids::RestoreId;
use model::restore::{Action, Plan};
use store::{Decision, WriteResult, WriteRow};

use super::draft::Target;
use super::mapping::{source_directory, target_kind};
use super::source::{origin, source_scope};

/// The ids of what requests made, by item.
pub(super) fn ids(rows: &[WriteRow]) -> HashMap<u32, String> {
    let made = rows.iter().filter_map(|row| match &row.ended {
        Some((WriteResult::Made, outcome)) => Some((row.item, outcome.made.clone()?)),
        _ => None,
    });
    made.collect()
}

/// Remembers what the run made.
pub(super) async fn remember(ctx: &RunCtx, restore: RestoreId, plan: &Plan) -> Result<(), AppError> {
    let restores = ctx.db.tenant(&ctx.scope).restores();
    let restore = restores.get(restore).await?;
    let source = source_scope(&ctx.db, &ctx.scope, restore.source.tenant).await?;
    let origin = origin(&ctx.db, &source, &restore).await?;
    let directory_id = source_directory(&ctx.db, &source, origin.as_ref()).await?;
    let ids = ids(&restores.writes(ctx.run.id).await?);
    let made = plan.items.iter().filter(|item| item.action == Action::Create).filter_map(|item| {
        let target = Target::Existing(ids.get(&item.sequence)?.clone());
        Some(Decision {
            directory_id: directory_id.clone(),
            kind: target_kind(&item.type_key),
            external_id: item.source_id.clone(),
            choice: serde_json::to_value(target).expect("a choice is plain data"),
        })
    });
    restores.remember(&made.collect::<Vec<_>>()).await
}
