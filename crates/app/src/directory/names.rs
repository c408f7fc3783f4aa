//! Names of groups that assignments name and the cache does not know: asked for by id, beside what a sync observes.

use std::collections::BTreeSet;

use engine::RunCtx;
use graph::TenantGraph;
use model::registry::Registry;
use store::StoreError;
use tokio::sync::mpsc;

use super::record::recorded;

/// Asks for the names of groups, of each once in a run. A name is a help for readers: where it cannot be read the id
/// stands for it, and nothing is incomplete.
pub(crate) struct GroupNames<'a> {
    ctx: &'a RunCtx,
    graph: &'a TenantGraph,
    asked: BTreeSet<String>,
}

impl<'a> GroupNames<'a> {
    /// Nothing asked yet.
    pub(crate) fn new(ctx: &'a RunCtx, graph: &'a TenantGraph) -> Self {
        Self { ctx, graph, asked: BTreeSet::new() }
    }

    /// Those of the groups that what is being read names: as soon as all was read, while the last of it is written. What was
    /// observed before and is still unknown is asked for in the same request.
    pub(crate) async fn learn_once_read(
        &mut self,
        mut named: mpsc::UnboundedReceiver<String>,
    ) -> Result<(), StoreError> {
        let mut wanted = BTreeSet::new();
        while let Some(group) = named.recv().await {
            wanted.insert(group);
        }
        let tenant = self.ctx.db.tenant(&self.ctx.scope);
        let read: Vec<_> = wanted.iter().cloned().collect();
        let known = tenant.groups().names(&read).await?;
        wanted.retain(|group| !known.contains_key(group));
        if !wanted.is_empty() {
            wanted.extend(tenant.groups().unknown().await?);
        }
        self.ask(wanted.into_iter().collect()).await
    }

    /// Those of all groups that the latest observations name.
    pub(crate) async fn learn(&mut self) -> Result<(), StoreError> {
        let mut unknown = self.ctx.db.tenant(&self.ctx.scope).groups().unknown().await?;
        unknown.retain(|group| !self.asked.contains(group));
        self.ask(unknown).await
    }

    async fn ask(&mut self, groups: Vec<String>) -> Result<(), StoreError> {
        if groups.is_empty() {
            return Ok(());
        }
        let contract = Registry::embedded().get("groups").expect("the group cache has a contract");
        match self.graph.look_up(contract, &groups).await {
            Ok(found) => {
                let tenant = self.ctx.db.tenant(&self.ctx.scope);
                tenant.groups().record(&self.ctx.lease, found.into_iter().map(recorded).collect()).await?;
            }
            Err(error) => tracing::info!(code = error.code, "names of groups could not be read"),
        }
        self.asked.extend(groups);
        Ok(())
    }
}
