//! The worker: claims, executes, stops.

use std::sync::Arc;

use model::ids::WorkerId;
use store::{ClaimedRun, Db, StoreError, WorkerInfo};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::beat::{self, Held};
use crate::execute::{Signals, execute};
use crate::finish::Finisher;
use crate::{Catalogue, EngineConfig, node, retention, sweep};

/// One worker over one database.
pub struct Engine {
    db: Db,
    finisher: Finisher,
    catalogue: Catalogue,
    config: EngineConfig,
    worker: WorkerInfo,
}

impl Engine {
    /// A worker that can execute the catalogue's types. `worker.id` must be fresh for this start of the process.
    pub fn new(db: Db, catalogue: Catalogue, config: EngineConfig, worker: WorkerInfo) -> Self {
        let finisher = Finisher::new(db.clone());
        Self { db, finisher, catalogue, config, worker }
    }

    /// This worker's identity.
    pub fn worker_id(&self) -> WorkerId {
        self.worker.id
    }

    /// Works until `stop`, then lets short work finish, hands the rest back and returns. Losing the database is
    /// waited out; it never ends the process.
    pub async fn run(&self, stop: CancellationToken) -> std::io::Result<()> {
        let held = Held::default();
        let beating = CancellationToken::new();
        let beat = beat::start(self.db.clone(), self.worker.id, held.clone(), self.config.beat, beating.clone())?;
        let sweeping = tokio::spawn(sweep::sweep_until(self.db.clone(), self.config.sweep, stop.clone()));
        let node =
            tokio::spawn(node::announce_until(self.db.clone(), self.worker.clone(), self.config.beat, stop.clone()));
        let retiring = tokio::spawn(retention::retire_until(self.db.clone(), self.config.retention, stop.clone()));
        let mut tasks = JoinSet::new();
        self.claim_until(&stop, &held, &mut tasks).await;
        self.wind_down(&held, &mut tasks).await;
        beating.cancel();
        let _ = tokio::task::spawn_blocking(move || beat.join()).await;
        let _ = tokio::join!(sweeping, node, retiring);
        if let Err(error) = sweep::deliver_outbox(&self.db).await {
            tracing::warn!(error = %error, "the outbox is left for the next worker");
        }
        if let Err(error) = self.db.nodes().forget(self.worker.id).await {
            tracing::debug!(error = %error, "the node list still shows this worker until it expires");
        }
        Ok(())
    }

    /// Claims and executes until nothing can be claimed now, then delivers the outbox. For tests and for a command
    /// that brings its own worker.
    pub async fn drain(&self) -> Result<(), StoreError> {
        loop {
            let claimed = self.db.ledger().claim(&self.worker, self.config.slots, &self.catalogue.names()).await?;
            if claimed.is_empty() {
                return sweep::sweep_once(&self.db).await;
            }
            let mut tasks = JoinSet::new();
            for run in claimed {
                self.start_one(run, &Held::default(), &mut tasks, Arc::new(Notify::new()));
            }
            while tasks.join_next().await.is_some() {}
        }
    }

    async fn claim_until(&self, stop: &CancellationToken, held: &Held, tasks: &mut JoinSet<()>) {
        let freed = Arc::new(Notify::new());
        let mut changes = self.db.changes();
        while !stop.is_cancelled() {
            while tasks.try_join_next().is_some() {}
            let free = self.config.slots.saturating_sub(held.len());
            let claimed = if free == 0 { 0 } else { self.claim(free, held, tasks, &freed).await };
            if claimed > 0 && claimed == free {
                continue;
            }
            // A hint is only a hint: the poll is what guarantees that nothing waits longer than it.
            tokio::select! {
                () = stop.cancelled() => {}
                () = freed.notified() => {}
                _ = changes.changed() => {}
                () = tokio::time::sleep(self.config.poll) => {}
            }
        }
    }

    async fn claim(&self, free: usize, held: &Held, tasks: &mut JoinSet<()>, freed: &Arc<Notify>) -> usize {
        match self.db.ledger().claim(&self.worker, free, &self.catalogue.names()).await {
            Ok(runs) => {
                let claimed = runs.len();
                for run in runs {
                    self.start_one(run, held, tasks, freed.clone());
                }
                claimed
            }
            Err(error) => {
                tracing::warn!(error = %error, "no runs can be claimed now; trying again");
                0
            }
        }
    }

    fn start_one(&self, run: ClaimedRun, held: &Held, tasks: &mut JoinSet<()>, freed: Arc<Notify>) {
        let handler = self.catalogue.get(&run.run_type).expect("only types of the catalogue are claimed");
        let signals = Signals::default();
        let lease = run.lease(self.worker.id);
        held.insert(run.id, run.fence, signals.clone());
        let (db, finisher, held) = (self.db.clone(), self.finisher.clone(), held.clone());
        tasks.spawn(async move {
            let id = run.id;
            execute(db, finisher, run, lease, handler, signals).await;
            held.remove(id);
            freed.notify_one();
        });
    }

    async fn wind_down(&self, held: &Held, tasks: &mut JoinSet<()>) {
        let finish = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.config.grace, finish).await.is_err() {
            held.release_all();
            while tasks.join_next().await.is_some() {}
        }
    }
}
