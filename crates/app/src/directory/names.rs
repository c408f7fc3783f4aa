//! Names of groups that assignments name and the cache does not know: asked for by id, beside what a sync observes.

use engine::RunCtx;
use graph::TenantGraph;
use model::registry::Registry;
use store::StoreError;

use super::record::recorded;

/// A name is a help for readers: where it cannot be read the id stands for it, and nothing is incomplete.
pub(crate) async fn learn_names(ctx: &RunCtx, graph: &TenantGraph) -> Result<(), StoreError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let unknown = tenant.groups().unknown().await?;
    if unknown.is_empty() {
        return Ok(());
    }
    let contract = Registry::embedded().get("groups").expect("the group cache has a contract");
    match graph.look_up(contract, &unknown).await {
        Ok(groups) => {
            tenant.groups().record(&ctx.lease, groups.into_iter().map(recorded).collect()).await?;
        }
        Err(error) => tracing::info!(code = error.code, "names of groups could not be read"),
    }
    Ok(())
}
