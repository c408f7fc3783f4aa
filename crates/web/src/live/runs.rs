//! The list of runs and one run, live.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use model::AppError;
use model::access::Capability;
use model::ids::{RunId, TenantId};
use model::run::Status;
use store::{RunRow, TenantScope};

use super::hub::Batch;
use super::sse::{Bell, Said, View, begin, hub, open};
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::live::{inner_update, newer_bar, outer_update};
use crate::kit::time::Now;
use crate::pages::operations::{Viewer, live_parts, run_filter, run_row};
use crate::state::Shared;

/// What all views of a tenant hold.
pub(super) struct Watch {
    shared: Shared,
    ctx: Arc<Ctx>,
    tenant: TenantId,
    bell: Bell,
    /// What was said about the active runs.
    active: String,
}

impl Watch {
    pub(super) fn new(shared: &Shared, ctx: &Arc<Ctx>, scope: &TenantScope) -> Self {
        let (shared, ctx, active) = (shared.clone(), ctx.clone(), String::new());
        Self { shared, ctx, tenant: scope.tenant_id(), bell: Bell::default(), active }
    }

    /// Authorises again: a right that was lost since the last batch ends the stream.
    pub(super) async fn scope(&self) -> Result<TenantScope, AppError> {
        let scope = self.shared.db().authorise(self.ctx.user, self.tenant).await?;
        scope.require(Capability::OperationsView)?;
        Ok(scope)
    }

    /// Updates of what surrounds the page: the bell, and the active runs of the tenant.
    pub(super) async fn surroundings(&mut self, scope: &TenantScope, batch: &Batch) -> Result<String, AppError> {
        let mut updates = self.bell.updates(&self.shared, &self.ctx, batch).await?;
        if self.mine(batch).is_empty() {
            return Ok(updates);
        }
        let active = hub(&self.shared).active(self.shared.db(), scope, batch.position).await?;
        let said = active.updates(&Viewer::new(&self.ctx, scope));
        if said != self.active {
            updates.push_str(&said);
            self.active = said;
        }
        Ok(updates)
    }

    fn now(&self) -> Now {
        Now::new(self.shared.now_ms(), &self.ctx.zone)
    }

    fn mine(&self, batch: &Batch) -> Vec<RunId> {
        batch.changes.iter().filter(|change| change.tenant == Some(self.tenant)).map(|change| change.run).collect()
    }
}

/// `GET /t/{tenant}/operations/stream`
pub(crate) async fn list_stream(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Response {
    let newest = asked.get("newest").and_then(|run| run.parse().ok());
    let view = List { watch: Watch::new(&shared, &ctx, &scope), newest, asked: asked.clone(), newer: 0 };
    open(&shared, ctx, begin(&headers, &asked), view)
}

struct List {
    watch: Watch,
    newest: Option<RunId>,
    asked: Fields,
    newer: u64,
}

impl View for List {
    fn tell<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Said, AppError>> {
        self.updates(batch).boxed()
    }
}

impl List {
    async fn updates(&mut self, batch: &Batch) -> Result<Said, AppError> {
        let scope = self.watch.scope().await?;
        let changed = self.watch.mine(batch);
        let viewer = Viewer::new(&self.watch.ctx, &scope);
        let now = self.watch.now();
        let mut updates = String::new();
        for run in &changed {
            if let Some(row) = hub(&self.watch.shared).row(self.watch.shared.db(), &scope, *run, batch.position).await?
            {
                updates.push_str(&outer_update(&run.to_string(), &run_row(&now, &viewer, &row)));
            }
        }
        if !changed.is_empty() {
            updates.push_str(&self.newer(&scope, &viewer).await?);
        }
        updates.push_str(&self.watch.surroundings(&scope, batch).await?);
        Ok(if updates.is_empty() { Said::Nothing } else { Said::Updates(updates) })
    }

    /// "2 newer operations. Show them", when there are more than were said before.
    async fn newer(&mut self, scope: &TenantScope, viewer: &Viewer) -> Result<String, AppError> {
        let Some(newest) = self.newest else { return Ok(String::new()) };
        let filter = run_filter(&self.asked, viewer.user, self.watch.shared.now_ms());
        let count = self.watch.shared.db().tenant(scope).runs().newer_than(newest, &filter).await?;
        if count == self.newer {
            return Ok(String::new());
        }
        self.newer = count;
        let href = self.asked.without(&["since", "newest"]).href(&format!("{}/operations", viewer.base));
        Ok(inner_update("ops-newer", &newer_bar(count, "newer operation", "newer operations", &href, "ops")))
    }
}

/// `GET /t/{tenant}/operations/{run}/stream`
pub(crate) async fn run_stream(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(run): PathId<RunId>,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    shared.db().tenant(&scope).runs().get(run).await?;
    let view = One { watch: Watch::new(&shared, &ctx, &scope), run };
    Ok(open(&shared, ctx, begin(&headers, &asked), view))
}

struct One {
    watch: Watch,
    run: RunId,
}

impl View for One {
    fn tell<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Said, AppError>> {
        self.updates(batch).boxed()
    }
}

impl One {
    async fn updates(&mut self, batch: &Batch) -> Result<Said, AppError> {
        let scope = self.watch.scope().await?;
        let shared = self.watch.shared.clone();
        if !self.watch.mine(batch).contains(&self.run) {
            let updates = self.watch.surroundings(&scope, batch).await?;
            return Ok(if updates.is_empty() { Said::Nothing } else { Said::Updates(updates) });
        }
        let Some(row) = hub(&shared).row(shared.db(), &scope, self.run, batch.position).await? else {
            return Ok(Said::Last(String::new()));
        };
        // The bell on this page waits for the card, which follows the end. Asked after the run and before the bell: a
        // card that is delivered in between is told by the change that its delivery is.
        let over = row.status == Status::Completed && !shared.db().tenant(&scope).runs().card_is_due(self.run).await?;
        let mut updates = self.watch.surroundings(&scope, batch).await?;
        updates.push_str(&self.parts(&scope, &row).await?);
        Ok(if over { Said::Last(updates) } else { Said::Updates(updates) })
    }

    async fn parts(&self, scope: &TenantScope, row: &RunRow) -> Result<String, AppError> {
        let viewer = Viewer::new(&self.watch.ctx, scope);
        let asked = Fields::default();
        let place = Place::tenant(&self.watch.shared, &self.watch.ctx, scope, &asked, Section::Operations);
        let parts = live_parts(&place, scope, &viewer, &self.watch.now(), row).await?;
        let mut updates = String::new();
        let all = [
            ("run-summary", &parts.summary),
            ("run-acts", &parts.acts),
            ("run-main", &parts.main),
            ("run-side", &parts.side),
        ];
        for (id, part) in all {
            updates.push_str(&outer_update(id, part));
        }
        // Items are not pushed: the table would move under the pointer. A line says that there are more.
        let ended = newer_bar(row.counts.processed, "item has ended", "items have ended", &viewer.href(row), "items");
        updates.push_str(&inner_update("items-newer", &ended));
        Ok(updates)
    }
}
