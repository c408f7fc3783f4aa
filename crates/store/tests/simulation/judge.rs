//! Compares what the store answered with what the reference knows, and moves the reference on.

use std::collections::BTreeSet;

use model::AppError;
use model::ids::RunId;
use model::run::{Outcome, Status};
use store::{CancelOutcome, ClaimedRun, Lease, NODE_ALIVE_MS, NODE_KEPT_MS, Started, StoreError, Swept, SweptTo};

use crate::ops::{Answer, Op, Start};
use crate::reference::{KINDS, LEASE_MS, Pause, Reference, Remembered, Run, SYSTEM};

const IDEMPOTENCY_MS: i64 = 24 * 60 * 60 * 1_000;

impl Reference {
    /// Fails when the answer is not the one that this operation must have at this moment.
    pub(crate) fn judge(&mut self, op: &Op, answer: &Answer, now: i64) {
        match (op, answer) {
            (Op::Start(start), Answer::Started(answer)) => self.started(start, answer, now),
            (Op::Cancel { run, .. }, Answer::Cancelled(answer)) => self.cancelled(*run, answer, now),
            (Op::Claim { info, slots, kinds, .. }, Answer::Claimed(answer)) => {
                self.claimed(info.id, *slots, kinds, answer.as_ref().unwrap(), now);
            }
            (Op::Beat { info, runs, .. }, Answer::Beaten(answer)) => {
                let renewed: BTreeSet<_> =
                    answer.as_ref().unwrap().iter().map(|beat| (beat.run, beat.fence, beat.cancel_requested)).collect();
                let mine = self.runs.iter_mut().filter(|run| run.owner == Some(info.id) && runs.contains(&run.id));
                let expected = mine.map(|run| {
                    run.expires_at = Some(now + LEASE_MS);
                    (run.id, run.fence, run.cancel)
                });
                assert_eq!(renewed, expected.collect(), "a beat renews what its worker holds, and nothing else");
            }
            (Op::Record { lease, items, .. }, Answer::Number(answer)) => {
                if let Some(index) = self.fenced(lease, answer) {
                    let written = self.record(index, items);
                    assert_eq!(*answer.as_ref().unwrap(), written as u64, "items that were written");
                }
            }
            (Op::Step { lease, name, done }, Answer::Done(answer)) => {
                if let Some(index) = self.fenced(lease, answer) {
                    self.runs[index].steps.insert((*name).into(), *done);
                }
            }
            (Op::Total { lease, total }, Answer::Done(answer)) => {
                if let Some(index) = self.fenced(lease, answer) {
                    self.runs[index].total = Some(i64::try_from(*total).unwrap());
                }
            }
            (Op::Note { lease }, Answer::Done(answer)) => {
                if let Some(index) = self.fenced(lease, answer) {
                    self.runs[index].events.push("note".into());
                }
            }
            (Op::Finish { closings }, Answer::Ended(answer)) => self.finished(closings, answer.as_ref().unwrap(), now),
            (Op::Release { lease, available_at, costs_attempt }, Answer::Done(answer)) => {
                if let Some(index) = self.fenced(lease, answer) {
                    self.release(index, *available_at, *costs_attempt, now);
                }
            }
            (Op::Sweep, Answer::Swept(answer)) => self.swept(answer.as_ref().unwrap(), now),
            (Op::Deliver, Answer::Number(answer)) => self.delivered(*answer.as_ref().unwrap()),
            (Op::Purge { older_than }, Answer::Number(answer)) => self.purged(*older_than, *answer.as_ref().unwrap()),
            (Op::Announce { info, kinds }, Answer::Done(answer)) => {
                answer.as_ref().unwrap();
                self.nodes.entry(info.id).or_insert((kinds.clone(), now)).1 = now;
            }
            (Op::EndUnhandled, Answer::Number(answer)) => self.unhandled(*answer.as_ref().unwrap(), now),
            (Op::Pause { tenant, kind }, Answer::Paused(answer)) => {
                let there = self.pauses.iter().any(|pause| (pause.tenant, pause.kind) == (*tenant, *kind));
                assert_eq!(answer.as_ref().err().map(|error| error.code), there.then_some("pause.exists"));
                self.pauses.extend(answer.as_ref().ok().map(|id| Pause { id: *id, tenant: *tenant, kind: *kind }));
            }
            (Op::Resume { pause, .. }, Answer::Set(answer)) => {
                let before = self.pauses.len();
                self.pauses.retain(|known| known.id != *pause);
                assert_eq!(answer.is_ok(), self.pauses.len() < before, "a pause ends once");
            }
            (Op::Limit { name, most }, Answer::Set(answer)) => {
                answer.as_ref().unwrap();
                self.limits.remove(name);
                self.limits.extend(most.map(|most| (*name, i64::from(most))));
            }
            _ => unreachable!("{op:?} is not answered with {answer:?}"),
        }
    }

    /// I3: a write is accepted exactly while its lease is held.
    fn fenced<T>(&self, lease: &Lease, answer: &Result<T, StoreError>) -> Option<usize> {
        let held = self.held(lease);
        match answer {
            Ok(_) => assert!(held.is_some(), "I3: a write was accepted from a lost lease {lease:?}"),
            Err(StoreError::LeaseLost) => assert!(held.is_none(), "a write was refused although {lease:?} is held"),
            Err(error) => panic!("{error:?}"),
        }
        held
    }

    fn started(&mut self, start: &Start, answer: &Result<Started, AppError>, now: i64) {
        let key = start.key.map(|(key, body)| ((start.tenant, start.by, key), body));
        let known = key.and_then(|(key, _)| self.keys.get(&key)).filter(|known| known.expires_at > now);
        if let (Some(known), Some((_, body))) = (known, key) {
            match answer {
                Ok(Started::Replayed(run)) if known.body == body => assert_eq!(*run, self.runs[known.run].id),
                Err(error) if known.body != body => assert_eq!(error.code, "idempotency.mismatch"),
                other => panic!("the same key was answered with {other:?}"),
            }
            return;
        }
        let identity = KINDS[start.kind].identity != model::run::IdentityInputs::Fresh;
        let identity = identity.then_some((start.types, start.repeats));
        let index = match (answer.as_ref().unwrap(), self.twin(start.tenant, start.kind, identity)) {
            (Started::New(id), None) => {
                self.add(*id, start, identity, now);
                self.runs.len() - 1
            }
            (Started::AlreadyRunning(active), Some(twin)) => {
                assert_eq!(active.id, self.runs[twin].id, "the active run is named");
                twin
            }
            (answer, twin) => panic!("I1: {answer:?} where the active run is {twin:?}"),
        };
        if let Some((key, body)) = key {
            self.keys.insert(key, Remembered { body, run: index, expires_at: now + IDEMPOTENCY_MS });
        }
    }

    fn add(&mut self, id: RunId, start: &Start, identity: Option<(u64, Option<usize>)>, now: i64) {
        if start.by != SYSTEM {
            self.outbox.push((self.runs.len(), false));
        }
        self.runs.push(Run {
            id,
            tenant: start.tenant,
            kind: start.kind,
            identity,
            by: start.by,
            parent: start.parent,
            repeats: start.repeats,
            status: Status::Queued,
            outcome: Outcome::Pending,
            reason: None,
            fence: 0,
            attempt: 0,
            owner: None,
            expires_at: None,
            available_at: now,
            deadline_at: None,
            cancel: false,
            completed_at: None,
            total: None,
            items: Vec::new(),
            steps: Default::default(),
            events: vec!["queued".into()],
            card: None,
            removed: false,
        });
    }

    fn cancelled(&mut self, index: usize, answer: &Result<CancelOutcome, AppError>, now: i64) {
        let run = &mut self.runs[index];
        if run.removed {
            assert_eq!(answer.as_ref().unwrap_err().code, "not_found");
            return;
        }
        let answer = *answer.as_ref().unwrap();
        match run.status {
            Status::Completed => assert_eq!(answer, CancelOutcome::AlreadyCompleted),
            Status::Running => {
                assert_eq!(answer, CancelOutcome::Requested);
                if !std::mem::replace(&mut run.cancel, true) {
                    run.events.push("cancel_requested".into());
                }
            }
            Status::Queued => {
                assert_eq!(answer, CancelOutcome::Cancelled);
                self.end(index, now, Some(Outcome::Cancelled), Some("cancelled"));
            }
        }
    }

    fn claimed(&mut self, worker: model::ids::WorkerId, slots: usize, kinds: &[usize], runs: &[ClaimedRun], now: i64) {
        let may = |run: &Run| kinds.contains(&run.kind);
        let waiting = self.active().any(|(_, run)| may(run) && self.kept_back(run, now).is_none());
        assert_eq!(waiting && slots > 0, !runs.is_empty(), "a claim takes something exactly when something may run");
        assert!(runs.len() <= slots, "a claim takes no more than it has places for");
        for claimed in runs {
            let index = self.index(claimed.id);
            assert!(may(&self.runs[index]), "a claim takes only what its worker knows");
            assert_eq!(self.kept_back(&self.runs[index], now), None, "{} was claimed", claimed.id);
            let run = &mut self.runs[index];
            (run.status, run.owner, run.expires_at) = (Status::Running, Some(worker), Some(now + LEASE_MS));
            (run.fence, run.attempt, run.reason) = (run.fence + 1, run.attempt + 1, None);
            run.deadline_at = run.deadline_at.or(Some(now + run.definition().deadline_ms));
            run.events.push("claimed".into());
            let told = (claimed.fence, claimed.attempt, Some(claimed.deadline_at), claimed.database_now_ms);
            assert_eq!(told, (run.fence, run.attempt, run.deadline_at, now), "what the worker is told");
        }
    }

    fn finished(&mut self, closings: &[(Lease, Option<Outcome>)], answer: &[(RunId, Option<Outcome>)], now: i64) {
        assert_eq!(closings.len(), answer.len(), "every end of a group is answered");
        for ((lease, outcome), (run, ended)) in closings.iter().zip(answer) {
            let expected = self.held(lease).map(|index| self.end(index, now, *outcome, outcome.map(Into::into)));
            assert_eq!((lease.run, expected), (*run, *ended), "the end under {lease:?}");
        }
    }

    fn release(&mut self, index: usize, available_at: i64, costs_attempt: bool, now: i64) {
        let run = &mut self.runs[index];
        let last = costs_attempt && run.attempt >= i64::from(run.definition().attempts_max);
        if run.cancel {
            self.end(index, now, Some(Outcome::Cancelled), Some("cancelled"));
        } else if last {
            self.end(index, now, Some(Outcome::Failed), Some("later"));
        } else if costs_attempt {
            self.requeue(index, available_at.max(now), "later", "retrying");
        } else {
            run.attempt -= 1;
            run.deadline_at = run.deadline_at.map(|at| at + (available_at - now).max(0));
            let event = if available_at > now { "waiting" } else { "released" };
            self.requeue(index, available_at.max(now), "later", event);
        }
    }

    fn swept(&mut self, swept: &[Swept], now: i64) {
        let strays: Vec<_> = self.active().filter(|(_, run)| run.is_stray(now)).map(|(index, _)| index).collect();
        let mut expected = Vec::new();
        let verdicts: Vec<_> = strays.iter().map(|stray| (*stray, self.verdict(*stray, now))).collect();
        for (index, verdict) in &verdicts {
            if verdict.is_none() {
                self.requeue(*index, now, "worker_lost", "worker_lost");
                expected.push((self.runs[*index].id, None, "worker_lost"));
            }
        }
        for (index, verdict) in verdicts {
            if let Some((outcome, code)) = verdict {
                self.end(index, now, Some(outcome), Some(code));
                expected.push((self.runs[index].id, Some(outcome), code));
            }
        }
        let outcome = |swept: &Swept| match swept.became {
            SweptTo::Requeued => None,
            SweptTo::Completed(outcome) => Some(outcome),
        };
        let mut seen: Vec<_> = swept.iter().map(|swept| (swept.run, outcome(swept), swept.code.as_str())).collect();
        seen.sort_by_key(|(run, ..)| *run);
        expected.sort_by_key(|(run, ..)| *run);
        assert_eq!(seen, expected, "I4: a sweep takes up what is ownerless, and nothing else");
        self.keys.retain(|_, known| known.expires_at > now);
    }

    fn delivered(&mut self, count: u64) {
        assert_eq!(count, self.outbox.len() as u64, "everything promised is delivered");
        for (index, terminal) in std::mem::take(&mut self.outbox) {
            let run = &mut self.runs[index];
            if terminal {
                run.card = Some(run.outcome.to_string());
            } else if run.card.is_none() {
                run.card = Some("queued".into());
            }
        }
    }

    fn purged(&mut self, older_than: i64, count: u64) {
        let needed = |index: usize| {
            let by_another = |run: &Run| run.parent == Some(index) || run.repeats == Some(index);
            self.present().any(|(_, run)| by_another(run)) || self.outbox.iter().any(|(run, _)| *run == index)
        };
        let old = |run: &Run| run.completed_at.is_some_and(|at| at < older_than);
        let gone: Vec<_> =
            self.present().filter(|(index, run)| old(run) && !needed(*index)).map(|(index, _)| index).collect();
        assert_eq!(count, gone.len() as u64, "only what is old and needed by nobody is removed");
        for index in gone {
            self.runs[index].removed = true;
            self.keys.retain(|_, known| known.run != index);
        }
    }

    fn unhandled(&mut self, count: u64, now: i64) {
        self.nodes.retain(|_, (_, seen_at)| *seen_at >= now - NODE_KEPT_MS);
        let alive: Vec<_> = self.nodes.values().filter(|(_, seen_at)| *seen_at >= now - NODE_ALIVE_MS).collect();
        let known = |kind: usize| alive.iter().any(|(kinds, _)| kinds.contains(&kind));
        let late = |run: &Run| run.status == Status::Queued && run.available_at < now - run.definition().deadline_ms;
        let ends: Vec<_> = match alive.is_empty() {
            true => Vec::new(),
            false => self.active().filter(|(_, run)| late(run) && !known(run.kind)).map(|(index, _)| index).collect(),
        };
        assert_eq!(count, ends.len() as u64, "what nobody knows for too long ends");
        for index in ends {
            self.end(index, now, Some(Outcome::Failed), Some("no_handler"));
        }
    }
}
