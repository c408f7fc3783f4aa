//! The beat: one statement renews every lease of this worker and brings back what was lost or cancelled.
//!
//! It lives on a thread with a runtime and a database connection of its own, so that neither a handler that burns
//! the processor nor an exhausted pool can make a healthy worker look dead.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use model::ids::{RunId, WorkerId};
use store::{Beat, Db};
use tokio_util::sync::CancellationToken;

use crate::execute::Signals;

/// The runs this worker holds, with the fence it holds each under.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<Mutex<HashMap<RunId, (i64, Signals)>>>);

// A run can be claimed by a worker that still works on it: after a failover to a database that had not seen the first
// claim, and then both claims have the same fence. The older attempt ends as if its lease were lost, and its end does not
// take the newer one out of the beat.

impl Held {
    pub(crate) fn insert(&self, run: RunId, fence: i64, signals: Signals) {
        if let Some((_, older)) = self.lock().insert(run, (fence, signals)) {
            older.lost.cancel();
        }
    }

    pub(crate) fn remove(&self, run: RunId, signals: &Signals) {
        let mut held = self.lock();
        if held.get(&run).is_some_and(|(_, newest)| newest.is(signals)) {
            held.remove(&run);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(crate) fn release_all(&self) {
        self.lock().values().for_each(|(_, signals)| signals.released.cancel());
    }

    fn snapshot(&self) -> HashMap<RunId, (i64, Signals)> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, (i64, Signals)>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Starts the thread; it ends when `stop` is cancelled.
pub(crate) fn start(
    db: Db,
    worker: WorkerId,
    held: Held,
    every: Duration,
    stop: CancellationToken,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("beat".into()).spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime for one thread");
        runtime.block_on(beat_until(db, worker, held, every, stop));
    })
}

async fn beat_until(db: Db, worker: WorkerId, held: Held, every: Duration, stop: CancellationToken) {
    let heart = db.ledger().heart(worker);
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return heart.stop().await,
            _ = ticks.tick() => {}
        }
        // Taken before the beat: a run claimed while the statement is under way is not in its answer and not lost.
        let before = held.snapshot();
        let runs: Vec<RunId> = before.keys().copied().collect();
        match heart.beat(&runs).await {
            Ok(beats) => tell(&before, &beats),
            Err(error) => tracing::warn!(error = %error, "a beat failed; the next one follows"),
        }
    }
}

fn tell(before: &HashMap<RunId, (i64, Signals)>, beats: &[Beat]) {
    for (run, (fence, signals)) in before {
        match beats.iter().find(|beat| beat.run == *run && beat.fence == *fence) {
            Some(beat) if beat.cancel_requested => signals.cancelled.cancel(),
            Some(_) => {}
            None => signals.lost.cancel(),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Ambient;

    use super::*;

    #[test]
    fn a_run_that_is_claimed_again_ends_its_older_attempt_and_stays_in_the_beat() {
        let (held, run) = (Held::default(), Ambient::system().id());
        let (older, newer) = (Signals::default(), Signals::default());
        held.insert(run, 1, older.clone());
        held.insert(run, 1, newer.clone());
        assert!(older.lost.is_cancelled() && !newer.lost.is_cancelled());
        held.remove(run, &older);
        assert_eq!(held.len(), 1, "the end of the older one takes nothing from the newer one");
        held.remove(run, &newer);
        assert_eq!(held.len(), 0);
    }
}
