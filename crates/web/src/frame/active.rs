//! What runs and waits in this tenant, in the panel of the top bar: a few of the newest and how many more.

use maud::Markup;
use store::{Db, RunFilter, RunPageRequest, RunRow, StoreError, TenantScope};

use model::run::{Outcome, Status};

use crate::kit::live::{inner_update, outer_update};
use crate::kit::topbar::{ActiveRun, active_button, active_cards};
use crate::pages::operations::{Viewer, run_badge, run_progress};

/// Operations that the panel shows.
const SHOWN: usize = 5;

/// The active runs of a tenant, newest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Active {
    rows: Vec<RunRow>,
    total: u64,
}

impl Active {
    /// From the database alone.
    pub(crate) async fn read(db: &Db, scope: &TenantScope) -> Result<Self, StoreError> {
        let runs = db.tenant(scope);
        let runs = runs.runs();
        let filter = RunFilter {
            statuses: vec![Status::Queued, Status::Running],
            outcomes: vec![Outcome::Pending],
            ..RunFilter::default()
        };
        let page = runs.list(&filter, &RunPageRequest { before: None, after: None, limit: SHOWN }).await?;
        Ok(Self { total: runs.counts(&filter).await?.total(), rows: page.rows })
    }

    /// How many there are.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The panel's content. Times are left out, so that it changes only when an operation does.
    pub(crate) fn cards(&self, viewer: &Viewer) -> Markup {
        let lines: Vec<_> = self
            .rows
            .iter()
            .map(|run| ActiveRun {
                badge: run_badge(run),
                label: run.label.clone(),
                target: run.target.clone(),
                href: viewer.href(run),
                progress: run_progress(viewer, run),
            })
            .collect();
        let all = format!("{}/operations?outcome=pending&when=all", viewer.base);
        active_cards(&lines, self.total, &all)
    }

    /// The messages that bring button and panel up to date.
    pub(crate) fn updates(&self, viewer: &Viewer) -> String {
        let button = outer_update("active-button", &active_button(self.total));
        format!("{button}{}", inner_update("active-cards", &self.cards(viewer)))
    }
}
