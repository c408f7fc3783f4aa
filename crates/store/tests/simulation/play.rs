//! One schedule: steps by dice, each judged. In one of four the faults then stop, and everything has to end.

use std::pin::pin;

use crate::dice::Dice;
use crate::ops::{Op, known};
use crate::plot::{Plot, Step};
use crate::reader;
use crate::reference::Reference;
use crate::stage::Stage;
use crate::workers::{Intent, Worker};

const WORKERS: usize = 2;
/// A schedule has 10 steps and up to so many more.
const STEPS_MORE: usize = 5;
/// Bringing everything to its end takes as long as a schedule, so it is for one in so many.
const DRAINED_EVERY: u64 = 4;
/// Rounds of sweep, claim and end that are enough for every run of a schedule, each with its clock moved to where all
/// of them are due.
const ROUNDS_MAX: usize = 16;

pub(crate) struct Play<'a> {
    stage: &'a Stage,
    dice: Dice,
    reference: Reference,
    workers: Vec<Worker>,
    /// Prints each step and checks after each: for one schedule that is looked at.
    told: bool,
}

impl<'a> Play<'a> {
    /// The same seed gives the same schedule, on a new stage as on one that has seen others.
    pub(crate) async fn schedule(stage: &'a Stage, seed: u64, told: bool) {
        stage.clear().await;
        stage.gate.disarm();
        let workers = (0..WORKERS).map(|_| Worker::new(stage.db.ambient().id())).collect();
        let mut play = Self { stage, dice: Dice::new(seed), reference: Reference::default(), workers, told };
        for _ in 0..10 + play.dice.below(STEPS_MORE) {
            let step = play.next();
            play.step(step).await;
            if told {
                reader::check(&stage.pool, &play.reference).await;
            }
        }
        if seed.is_multiple_of(DRAINED_EVERY) {
            play.drain().await;
        }
        reader::check(&stage.pool, &play.reference).await;
        reader::effects(&play.reference);
    }

    fn next(&mut self) -> Step {
        let (now, dice) = (self.stage.now(), &mut self.dice);
        Plot { reference: &self.reference, workers: &self.workers, now, dice }.next()
    }

    async fn step(&mut self, step: Step) {
        self.tell(&step);
        match step {
            Step::Act(op) => self.act(op).await,
            Step::Held(op, others) => self.held(op, others).await,
            other => self.move_on(other),
        }
    }

    /// What the database does not see.
    fn move_on(&mut self, step: Step) {
        match step {
            Step::Tick(by_ms) => self.stage.clock.advance_ms(by_ms),
            Step::Crash(worker) => self.workers[worker] = Worker::new(self.stage.db.ambient().id()),
            Step::Freeze(worker, frozen) => self.workers[worker].frozen = frozen,
            Step::Effect(worker, attempt) => {
                let attempt = &mut self.workers[worker].attempts[attempt];
                let Some(Intent::Mine(key)) = attempt.intent.take() else { unreachable!("only one's own is done") };
                let run = self.reference.index(attempt.lease.run);
                *self.reference.effects.entry((run, key.clone())).or_default() += 1;
                attempt.intent = Some(Intent::Done(key));
            }
            Step::Gather(worker, attempt, outcome) => {
                let worker = &mut self.workers[worker];
                let attempt = worker.attempts.remove(attempt);
                worker.ends.push((attempt.lease, outcome));
            }
            Step::Act(_) | Step::Held(..) => unreachable!("these are for the database"),
        }
    }

    async fn act(&mut self, op: Op) {
        let answer = self.stage.act(&op, &known(&self.reference.runs)).await;
        self.judge(&op, &answer);
    }

    /// Holds the operation between its first statement and its transaction, while others act.
    async fn held(&mut self, op: Op, others: usize) {
        let (stage, runs) = (self.stage, known(&self.reference.runs));
        stage.gate.arm();
        let mut acting = pin!(stage.act(&op, &runs));
        let answer = tokio::select! {
            biased;
            answer = &mut acting => answer,
            () = stage.gate.arrived.notified() => {
                for _ in 0..others {
                    let other = self.next();
                    self.tell(&other);
                    match other {
                        Step::Act(other) | Step::Held(other, _) => self.act(other).await,
                        other => self.move_on(other),
                    }
                }
                stage.gate.open();
                acting.await
            }
        };
        stage.gate.disarm();
        self.judge(&op, &answer);
    }

    fn judge(&mut self, op: &Op, answer: &crate::ops::Answer) {
        self.tell(answer);
        self.reference.judge(op, answer, self.stage.now());
        for worker in &mut self.workers {
            worker.hear(op, answer);
            match op {
                // The answer tells an attempt that it has ended, or that it is somebody else's.
                Op::Finish { closings } => worker.ends.retain(|end| !closings.contains(end)),
                Op::Release { lease, .. } => worker.attempts.retain(|attempt| attempt.lease != *lease),
                _ => {}
            }
        }
    }

    /// Liveness: without faults, pauses and limits, one worker brings everything to its end.
    async fn drain(&mut self) {
        for worker in 0..WORKERS {
            self.move_on(Step::Crash(worker));
        }
        for pause in self.reference.pauses.iter().map(|pause| (pause.id, pause.tenant)).collect::<Vec<_>>() {
            self.act(Op::Resume { pause: pause.0, tenant: pause.1 }).await;
        }
        for name in self.reference.limits.keys().copied().collect::<Vec<_>>() {
            self.act(Op::Limit { name, most: None }).await;
        }
        for _ in 0..ROUNDS_MAX {
            let now = self.stage.now();
            let due = self.reference.active().map(|(_, run)| run.expires_at.map_or(run.available_at, |at| at + 125));
            let Some(due) = due.max() else { break };
            self.move_on(Step::Tick((due - now).max(0)));
            if self.reference.active().any(|(_, run)| run.is_stray(self.stage.now())) {
                self.act(Op::Sweep).await;
            }
            let info = self.workers[0].info.clone();
            self.act(Op::Claim { info, slots: 16, kinds: vec![0, 1, 2] }).await;
            let closings: Vec<_> = self.workers[0].attempts.drain(..).map(|attempt| (attempt.lease, None)).collect();
            if !closings.is_empty() {
                self.act(Op::Finish { closings }).await;
            }
        }
        self.act(Op::Deliver).await;
        reader::all_ended(&self.reference);
    }

    #[expect(clippy::print_stdout, reason = "this is how somebody looks at one schedule")]
    fn tell(&self, what: &impl std::fmt::Debug) {
        if self.told {
            println!("{:>9} {what:?}", self.stage.now() % 100_000_000);
        }
    }
}
