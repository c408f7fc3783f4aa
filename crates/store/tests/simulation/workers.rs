//! The workers: each remembers what it believes to hold, which may have been taken from it long ago.

use model::ids::{RunId, WorkerId};
use model::run::{ItemOutcome, Outcome};
use store::{Beat, ClaimedRun, Lease, WorkerInfo};

use crate::ops::{Answer, Op};

/// One attempt at a run, as its worker believes it to be.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) lease: Lease,
    /// A beat said that somebody asked it to stop.
    pub(crate) cancelled: bool,
    pub(crate) intent: Option<Intent>,
}

/// How far an attempt is with one effect outside: intent, effect, result. The string is the item's key.
#[derive(Debug, Clone)]
pub(crate) enum Intent {
    /// Recorded by this attempt: it may do the effect.
    Mine(String),
    /// The effect is done, its result is not recorded.
    Done(String),
    /// It was there already: whether the effect was done is not known, so it is not done again.
    Found(String),
}

#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) info: WorkerInfo,
    /// Stopped by its machine: it does nothing, and knows nothing of it afterwards.
    pub(crate) frozen: bool,
    pub(crate) attempts: Vec<Attempt>,
    /// Ends that wait to be committed together.
    pub(crate) ends: Vec<(Lease, Option<Outcome>)>,
}

impl Worker {
    pub(crate) fn new(id: WorkerId) -> Self {
        let info = WorkerInfo { id, host: "here".into(), version: "1".into(), roles: vec!["worker".into()] };
        Self { info, frozen: false, attempts: Vec::new(), ends: Vec::new() }
    }

    pub(crate) fn runs(&self) -> Vec<RunId> {
        self.attempts.iter().map(|attempt| attempt.lease.run).collect()
    }

    /// Takes note of an answer to what it asked for.
    pub(crate) fn hear(&mut self, op: &Op, answer: &Answer) {
        match (op, answer) {
            (Op::Claim { info, .. }, Answer::Claimed(Ok(runs))) if info.id == self.info.id => self.claimed(runs),
            (Op::Beat { info, runs, .. }, Answer::Beaten(Ok(beats))) if info.id == self.info.id => {
                self.beaten(runs, beats);
            }
            (Op::Record { lease, items, .. }, Answer::Number(Ok(written))) => {
                let [(key, outcome)] = items.as_slice() else { return };
                let attempt = self.attempts.iter_mut().find(|attempt| attempt.lease == *lease);
                if let Some(attempt) = attempt.filter(|_| key.starts_with("effect")) {
                    attempt.intent = match (outcome, written) {
                        (ItemOutcome::Pending, 1) => Some(Intent::Mine(key.clone())),
                        (ItemOutcome::Pending, _) => Some(Intent::Found(key.clone())),
                        _ => None,
                    };
                }
            }
            _ => {}
        }
    }

    fn claimed(&mut self, runs: &[ClaimedRun]) {
        let leases = runs.iter().map(|run| run.lease(self.info.id));
        self.attempts.extend(leases.map(|lease| Attempt { lease, cancelled: false, intent: None }));
    }

    fn beaten(&mut self, asked: &[RunId], beats: &[Beat]) {
        self.attempts.retain_mut(|attempt| {
            let lease = attempt.lease;
            match beats.iter().find(|beat| beat.run == lease.run && beat.fence == lease.fence) {
                Some(beat) => attempt.cancelled |= beat.cancel_requested,
                None => return !asked.contains(&lease.run),
            }
            true
        });
    }
}
