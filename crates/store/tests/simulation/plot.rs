//! What happens next: one step, chosen by dice from what is possible.

use model::run::{ItemOutcome, Outcome, Priority, Status};
use store::Lease;

use crate::dice::Dice;
use crate::ops::{Op, Start};
use crate::reference::{KINDS, PEOPLE, Reference, TENANTS};
use crate::workers::{Intent, Worker};

/// One step of a schedule.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// One operation, alone.
    Act(Op),
    /// One operation that is held between its look and its transaction, for so many steps of others.
    Held(Op, usize),
    /// Time passes.
    Tick(i64),
    /// A worker's process dies; a new one starts in its place.
    Crash(usize),
    /// A worker's machine stops, or goes on as if nothing had been.
    Freeze(usize, bool),
    /// An attempt does its effect outside.
    Effect(usize, usize),
    /// An attempt's end waits to be committed with others.
    Gather(usize, usize, Option<Outcome>),
}

/// Moves of the clock, all whole eighths of a second: a beat, a sweep, a lease, a little more, a deadline.
const TICKS: [i64; 7] = [125, 1_000, 2_000, 3_000, 6_000, 6_125, 20_500];
/// Longer than an idempotency key lives.
const A_DAY: i64 = 25 * 60 * 60 * 1_000;

pub(crate) struct Plot<'a> {
    pub(crate) reference: &'a Reference,
    pub(crate) workers: &'a [Worker],
    pub(crate) now: i64,
    pub(crate) dice: &'a mut Dice,
}

impl Plot<'_> {
    /// A step that is possible now. What cannot be is rolled again.
    pub(crate) fn next(mut self) -> Step {
        loop {
            let step = match self.dice.below(100) {
                0..14 => Some(Step::Act(self.start())),
                14..27 => self.claim().map(Step::Act),
                27..47 => self.work(),
                47..57 => self.ending(),
                57..62 => self.commit().map(Step::Act),
                62..67 => self.beat().map(Step::Act),
                67..77 => Some(Step::Tick(if self.dice.once_in(40) { A_DAY } else { self.tick() })),
                77..83 => Some(Step::Act(Op::Sweep)),
                83..88 => self.cancel().map(Step::Act),
                88..90 => Some(Step::Crash(self.dice.below(self.workers.len()))),
                90..93 => self.freeze(),
                93..95 => self.hold_back(),
                95..97 => Some(Step::Act(self.tidy())),
                _ => self.held(),
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    fn tick(&mut self) -> i64 {
        TICKS[self.dice.below(TICKS.len())]
    }

    fn start(&mut self) -> Op {
        let (tenant, kind) = (self.dice.below(TENANTS), self.dice.below(KINDS.len()));
        let here = |index: &usize| self.reference.runs[*index].tenant == tenant;
        let active: Vec<_> = self.reference.active().map(|(index, _)| index).filter(here).collect();
        let ended: Vec<_> = self
            .reference
            .present()
            .filter(|(_, run)| run.status == Status::Completed && run.kind == kind)
            .map(|(index, _)| index)
            .filter(here)
            .collect();
        Op::Start(Start {
            tenant,
            kind,
            by: self.dice.below(PEOPLE + 1),
            types: self.dice.below(2) as u64,
            key: self.dice.once_in(4).then(|| (self.dice.below(2) as u64, u8::from(self.dice.once_in(4)))),
            parent: if self.dice.once_in(4) { self.dice.pick(&active) } else { None },
            repeats: if self.dice.once_in(4) { self.dice.pick(&ended) } else { None },
            priority: self.dice.pick(&[Priority::Interactive, Priority::Scheduled, Priority::Background]).unwrap(),
        })
    }

    fn awake(&mut self) -> Option<usize> {
        let awake: Vec<_> = (0..self.workers.len()).filter(|worker| !self.workers[*worker].frozen).collect();
        self.dice.pick(&awake)
    }

    fn claim(&mut self) -> Option<Op> {
        let worker = self.awake()?;
        let kinds: Vec<usize> = if self.dice.once_in(6) { vec![self.dice.below(KINDS.len())] } else { vec![0, 1, 2] };
        let slots = self.dice.below(3) + 1;
        Some(Op::Claim { info: self.workers[worker].info.clone(), slots, kinds })
    }

    fn beat(&mut self) -> Option<Op> {
        let worker = self.awake()?;
        let runs = self.workers[worker].runs();
        (!runs.is_empty()).then(|| Op::Beat { info: self.workers[worker].info.clone(), runs })
    }

    /// An attempt of a worker that is awake, whether or not it still holds the run.
    fn attempt(&mut self) -> Option<(usize, usize)> {
        let worker = self.awake()?;
        let attempts = self.workers[worker].attempts.len();
        if attempts == 0 { None } else { Some((worker, self.dice.below(attempts))) }
    }

    fn work(&mut self) -> Option<Step> {
        let (worker, number) = self.attempt()?;
        let attempt = &self.workers[worker].attempts[number];
        let lease = attempt.lease;
        let one = |key: &str, outcome| Op::Record { lease, items: vec![(key.to_owned(), outcome)] };
        let op = match (&attempt.intent, self.dice.below(8)) {
            (Some(Intent::Mine(_)), 0..4) => return Some(Step::Effect(worker, number)),
            (Some(Intent::Done(key)), 0..4) => one(key, ItemOutcome::Succeeded),
            (Some(Intent::Found(key)), 0..4) => one(key, ItemOutcome::Unknown),
            (_, 0) => Op::Step { lease, name: self.dice.pick(&["first", "second"])?, done: self.dice.once_in(2) },
            (_, 1) => Op::Total { lease, total: self.dice.below(5) as u64 },
            (_, 2) => Op::Note { lease },
            (None, 3..5) => one(self.dice.pick(&["effect 1", "effect 2"])?, ItemOutcome::Pending),
            _ => self.record(lease),
        };
        Some(Step::Act(op))
    }

    fn record(&mut self, lease: Lease) -> Op {
        use ItemOutcome::{Conflict, Failed, Incomplete, Pending, Skipped, Succeeded};
        let some = [Succeeded, Succeeded, Succeeded, Failed, Skipped, Incomplete, Conflict, Pending];
        let items = (0..=self.dice.below(3))
            .map(|_| (format!("read {}", self.dice.below(4)), self.dice.pick(&some).unwrap()))
            .collect();
        Op::Record { lease, items }
    }

    /// The handler returns: its run ends, alone or with others, or is given back.
    fn ending(&mut self) -> Option<Step> {
        let (worker, number) = self.attempt()?;
        let attempt = &self.workers[worker].attempts[number];
        let lease = attempt.lease;
        let outcome = match self.dice.below(8) {
            _ if attempt.cancelled => Some(Outcome::Cancelled),
            0 => Some(Outcome::Failed),
            1 => Some(Outcome::Blocked),
            2..4 => {
                let available_at = self.now + self.tick() - 2_000;
                return Some(Step::Act(Op::Release { lease, available_at, costs_attempt: self.dice.once_in(2) }));
            }
            _ => None,
        };
        Some(Step::Gather(worker, number, outcome))
    }

    fn commit(&mut self) -> Option<Op> {
        let worker = self.awake()?;
        let closings = self.workers[worker].ends.clone();
        (!closings.is_empty()).then_some(Op::Finish { closings })
    }

    fn cancel(&mut self) -> Option<Op> {
        let by = self.dice.below(PEOPLE + 1);
        if self.reference.runs.is_empty() {
            None
        } else {
            Some(Op::Cancel { run: self.dice.below(self.reference.runs.len()), by })
        }
    }

    fn freeze(&mut self) -> Option<Step> {
        let worker = self.dice.below(self.workers.len());
        Some(Step::Freeze(worker, !self.workers[worker].frozen))
    }

    fn hold_back(&mut self) -> Option<Step> {
        let tenant = self.dice.pick(&[None, Some(0), Some(1)])?;
        let kind = self.dice.pick(&[None, None, Some(0), Some(1), Some(2)])?;
        let pauses: Vec<_> = self.reference.pauses.iter().map(|pause| (pause.id, pause.tenant)).collect();
        Some(Step::Act(match (self.dice.below(3), self.dice.pick(&pauses)) {
            (0, _) => Op::Pause { tenant, kind },
            (1, Some((pause, tenant))) => Op::Resume { pause, tenant },
            _ => Op::Limit {
                name: self.dice.pick(&["all", "tenant_reads", "sim.read", "sim.write"])?,
                most: self.dice.pick(&[None, Some(0), Some(1), Some(2)])?,
            },
        }))
    }

    fn tidy(&mut self) -> Op {
        match self.dice.below(6) {
            0 => Op::Purge { older_than: self.now },
            1 => {
                let worker = self.dice.below(self.workers.len());
                Op::Announce { info: self.workers[worker].info.clone(), kinds: vec![0, 1] }
            }
            2 => Op::EndUnhandled,
            _ => Op::Deliver,
        }
    }

    fn held(&mut self) -> Option<Step> {
        let op = match self.dice.below(4) {
            0 => self.start(),
            1 => self.claim()?,
            // One whose look finds nothing has nothing to be held before.
            2 if self.reference.active().any(|(_, run)| run.is_stray(self.now)) => Op::Sweep,
            _ => self.tidy(),
        };
        Some(Step::Held(op, self.dice.below(3) + 1))
    }
}
