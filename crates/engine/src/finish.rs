//! Ending runs in groups: what ended while one commit was under way is committed together by the next.
//!
//! A worker that is not busy ends each run at once, alone. A busy one pays for a commit once for many runs.

use std::sync::{Arc, Mutex, PoisonError};

use store::{Closing, Db, Lease, StoreError};
use tokio::sync::oneshot;

/// Runs in one commit.
const GROUP_MAX: usize = 256;

type Ended = Result<(), StoreError>;

/// One worker's way to end runs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Finisher {
    db: Db,
    waiting: Arc<Mutex<Vec<Waiting>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

struct Waiting {
    lease: Lease,
    closing: Closing,
    reply: oneshot::Sender<Ended>,
}

impl Finisher {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, waiting: Arc::default(), turn: Arc::default() }
    }

    /// Ends a run, together with whatever else waits for its end.
    pub(crate) async fn finish(&self, lease: &Lease, closing: Closing) -> Ended {
        let (reply, mut answer) = oneshot::channel();
        self.lock().push(Waiting { lease: *lease, closing, reply });
        tokio::select! {
            biased;
            ended = &mut answer => return ended.unwrap_or(Err(StoreError::LeaseLost)),
            _turn = self.turn.lock() => {
                // Whoever is about to end too joins the first commit instead of waiting for it.
                tokio::task::yield_now().await;
                self.end_waiting().await;
            }
        }
        answer.await.unwrap_or(Err(StoreError::LeaseLost))
    }

    /// Everything that waits now, in groups; the one who has the turn does it for all.
    async fn end_waiting(&self) {
        loop {
            let group: Vec<Waiting> = {
                let mut waiting = self.lock();
                let count = waiting.len().min(GROUP_MAX);
                waiting.drain(..count).collect()
            };
            if group.is_empty() {
                return;
            }
            self.end(group).await;
        }
    }

    async fn end(&self, group: Vec<Waiting>) {
        let closings = group.iter().map(|waiting| (waiting.lease, waiting.closing.clone())).collect();
        match self.db.ledger().finish_many(closings).await {
            Ok(ended) => {
                for (waiting, (_, outcome)) in group.into_iter().zip(ended) {
                    // Nobody waits any more when the worker is being torn down; the run has ended all the same.
                    let _ = waiting.reply.send(outcome.map(drop).ok_or(StoreError::LeaseLost));
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, runs = group.len(), "runs could not be ended together; trying each alone");
                self.end_each(group).await;
            }
        }
    }

    /// A run that the database refuses to end does not keep its neighbours from ending.
    async fn end_each(&self, group: Vec<Waiting>) {
        for waiting in group {
            let ended = self.db.ledger().finish(&waiting.lease, waiting.closing).await.map(drop);
            let _ = waiting.reply.send(ended);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
