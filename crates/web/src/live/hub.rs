//! The one poller, and what it tells.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::AppError;
use model::ids::{RunId, TenantId};
use store::{Db, RunChange, RunRow, TenantScope};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::frame::Active;

/// The longest a change waits for the poller when every hint was lost.
const POLL: Duration = Duration::from_secs(1);
/// Batches a viewer may be behind before it reads from the database itself.
const BEHIND_MAX: usize = 64;

/// Runs that changed, up to a position in the database's sequence.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// What changed before this is not in it.
    pub(crate) from: i64,
    /// After these changes.
    pub(crate) position: i64,
    /// Each run once; empty for a tick without a change.
    pub(crate) changes: Arc<[RunChange]>,
}

/// The active runs of each tenant after a position.
type ActiveRuns = HashMap<TenantId, (i64, Arc<Active>)>;
type Rows = HashMap<RunId, (TenantId, i64, Arc<RunRow>)>;

/// Feeds all viewers of this process.
pub(crate) struct Hub {
    batches: broadcast::Sender<Batch>,
    rows: Mutex<Rows>,
    active: Mutex<ActiveRuns>,
    stop: CancellationToken,
}

impl Hub {
    /// Starts the poller on the current runtime; it ends with `stop`.
    pub(crate) fn start(db: Db, stop: CancellationToken) -> Arc<Self> {
        let hub = Arc::new(Self {
            batches: broadcast::channel(BEHIND_MAX).0,
            rows: Mutex::default(),
            active: Mutex::default(),
            stop: stop.clone(),
        });
        let poller = hub.clone();
        tokio::spawn(async move { stop.run_until_cancelled(poller.poll(db)).await });
        hub
    }

    /// Batches from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Batch> {
        self.batches.subscribe()
    }

    /// Cancelled when the server stops.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    async fn poll(&self, db: Db) {
        let mut hint = db.changes();
        let mut position = None;
        loop {
            match self.look(&db, position).await {
                Ok(found) => position = Some(found),
                Err(error) => tracing::warn!(%error, "live views cannot read what changed"),
            }
            // The hint only shortens the wait.
            let _ = tokio::time::timeout(POLL, hint.changed()).await;
            hint.mark_unchanged();
        }
    }

    async fn look(&self, db: &Db, position: Option<i64>) -> Result<i64, store::StoreError> {
        let Some(position) = position else { return db.changes_position().await };
        if self.batches.receiver_count() == 0 {
            let head = db.changes_position().await?;
            // Asked again: a viewer who came in between may have started before this head.
            if self.batches.receiver_count() == 0 {
                return Ok(head);
            }
        }
        let found = db.runs_changed_since(position).await?;
        if !found.changes.is_empty() {
            self.rows.lock().expect("no panic happens under this lock").retain(|_, (_, at, _)| *at >= found.seq);
        }
        let batch = Batch { from: position, position: found.seq, changes: found.changes.into() };
        let _ = self.batches.send(batch);
        Ok(found.seq)
    }

    /// The run as it is after `position`, read once for all viewers of its tenant. Nothing when it is not the scope's.
    pub(crate) async fn row(
        &self,
        db: &Db,
        scope: &TenantScope,
        run: RunId,
        position: i64,
    ) -> Result<Option<Arc<RunRow>>, AppError> {
        let shared = self.rows.lock().expect("no panic happens under this lock").get(&run).cloned();
        if let Some((tenant, at, row)) = shared
            && tenant == scope.tenant_id()
            && at >= position
        {
            return Ok(Some(row));
        }
        match db.tenant(scope).runs().get(run).await {
            Ok(row) => {
                let row = Arc::new(row);
                let entry = (scope.tenant_id(), position, row.clone());
                self.rows.lock().expect("no panic happens under this lock").insert(run, entry);
                Ok(Some(row))
            }
            Err(error) if error.kind == model::Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The tenant's active runs as they are after `position`, read once for all its viewers.
    pub(crate) async fn active(&self, db: &Db, scope: &TenantScope, position: i64) -> Result<Arc<Active>, AppError> {
        let shared = self.active.lock().expect("no panic happens under this lock").get(&scope.tenant_id()).cloned();
        if let Some((at, active)) = shared
            && at >= position
        {
            return Ok(active);
        }
        let active = Arc::new(Active::read(db, scope).await?);
        let entry = (position, active.clone());
        self.active.lock().expect("no panic happens under this lock").insert(scope.tenant_id(), entry);
        Ok(active)
    }
}
