//! The worker: claims, executes, stops.

use std::sync::Arc;
use std::time::Duration;

use model::ids::WorkerId;
use store::{ClaimedRun, Db, StoreError, WorkerInfo};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::beat::{self, Held};
use crate::execute::{Job, Signals, execute};
use crate::finish::Finisher;
use crate::{Catalogue, EngineConfig, duty, node, retention, sweep};

/// How long a worker whose places were all taken collects free ones before it claims again.
const GATHER: Duration = Duration::from_millis(5);

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

    /// Puts this worker into the node list, where runs look for somebody who can execute them. [`Engine::run`] does so
    /// by itself, a moment after it began.
    pub async fn announce(&self) -> Result<(), StoreError> {
        self.db.nodes().register(&self.worker, &self.catalogue.names(), self.config.slots).await
    }

    /// Works until `stop`, then lets short work finish, hands the rest back and returns. Losing the database is
    /// waited out; it never ends the process.
    pub async fn run(&self, stop: CancellationToken) -> std::io::Result<()> {
        let held = Held::default();
        let beating = CancellationToken::new();
        // Whoever drops this worker in the middle has killed it: nothing renews its leases any more.
        let _silenced = beating.clone().drop_guard();
        let beat = beat::start(self.db.clone(), self.worker.id, held.clone(), self.config.beat, beating.clone())?;
        let sweeping = tokio::spawn(sweep::sweep_until(self.db.clone(), self.config.sweep, stop.clone()));
        let announcing = node::announce_until(
            self.db.clone(),
            self.worker.clone(),
            self.catalogue.names(),
            self.config,
            stop.clone(),
        );
        let node = tokio::spawn(announcing);
        let retiring = tokio::spawn(retention::retire_until(self.db.clone(), self.config.retention, stop.clone()));
        let mut duties = JoinSet::new();
        for duty in self.catalogue.duties() {
            duties.spawn(duty::do_until(self.db.clone(), duty.clone(), stop.clone()));
        }
        let mut tasks = JoinSet::new();
        self.claim_until(&stop, &held, &mut tasks).await;
        self.wind_down(&held, &mut tasks).await;
        beating.cancel();
        let _ = tokio::task::spawn_blocking(move || beat.join()).await;
        let _ = tokio::join!(sweeping, node, retiring, duties.join_all());
        self.catalogue.stopped().await;
        if let Err(error) = sweep::deliver_outbox(&self.db).await {
            tracing::warn!(error = %error, "the outbox is left for the next worker");
        }
        if let Err(error) = self.db.nodes().forget(self.worker.id).await {
            tracing::debug!(error = %error, "the node list still shows this worker until it expires");
        }
        Ok(())
    }

    async fn claim_until(&self, stop: &CancellationToken, held: &Held, tasks: &mut JoinSet<()>) {
        let freed = Arc::new(Notify::new());
        let mut changes = self.db.changes();
        while !stop.is_cancelled() {
            while tasks.try_join_next().is_some() {}
            let free = self.free(held);
            let claimed = if free == 0 { 0 } else { self.claim(free, held, tasks, &freed).await };
            if claimed > 0 && claimed == free {
                stop.run_until_cancelled(self.gather(held, &freed)).await;
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

    /// The queue had more than there were places: runs that end together are followed by one claim, not by one each.
    /// Long ones do not hold that up, because the time is bounded.
    async fn gather(&self, held: &Held, freed: &Notify) {
        self.until_free(1, held, freed).await;
        let _ = tokio::time::timeout(GATHER, self.until_free(self.config.slots / 4, held, freed)).await;
    }

    async fn until_free(&self, places: usize, held: &Held, freed: &Notify) {
        while self.free(held) < places {
            freed.notified().await;
        }
    }

    fn free(&self, held: &Held) -> usize {
        self.config.slots.saturating_sub(held.len())
    }

    async fn claim(&self, free: usize, held: &Held, tasks: &mut JoinSet<()>, freed: &Arc<Notify>) -> usize {
        match self.take(free).await {
            Ok(jobs) => {
                let claimed = jobs.len();
                for job in jobs {
                    self.start_one(job, held, tasks, freed.clone());
                }
                claimed
            }
            Err(error) => {
                tracing::warn!(error = %error, "no runs can be claimed now; trying again");
                0
            }
        }
    }

    /// Claims, and checks for all of them together whether their initiators still hold the right. When that cannot be
    /// read, their leases run out and the sweep takes them up.
    async fn take(&self, free: usize) -> Result<Vec<Job>, StoreError> {
        let runs = self.db.ledger().claim(&self.worker, free, &self.catalogue.names()).await?;
        let handler_of = |run: &ClaimedRun| self.catalogue.get(&run.run_type).expect("only its types are claimed");
        let handlers: Vec<_> = runs.iter().map(handler_of).collect();
        let asked: Vec<_> =
            runs.iter().zip(&handlers).map(|(run, handler)| (run, handler.definition().capability)).collect();
        let scopes = if asked.is_empty() { Vec::new() } else { self.db.scopes_of_runs(&asked).await? };
        let jobs = runs.into_iter().zip(handlers).zip(scopes);
        Ok(jobs.map(|((run, handler), scope)| Job { lease: run.lease(self.worker.id), run, scope, handler }).collect())
    }

    fn start_one(&self, job: Job, held: &Held, tasks: &mut JoinSet<()>, freed: Arc<Notify>) {
        let signals = Signals::default();
        let id = job.run.id;
        held.insert(id, job.run.fence, signals.clone());
        let (db, finisher, held) = (self.db.clone(), self.finisher.clone(), held.clone());
        tasks.spawn(async move {
            execute(db, finisher, job, &signals).await;
            held.remove(id, &signals);
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
