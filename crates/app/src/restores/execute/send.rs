//! One request of an item: its intent is kept before it is sent, its outcome after. What nobody knows is looked at, never
//! repeated blindly.

use engine::Ending;
use graph::{ApprovalState, Effect, GraphError, Write, WriteError, Written};
use model::access::Capability;
use model::restore::{Method, Purpose, Step};
use model::run::ItemOutcome;
use serde_json::Value;
use store::{WriteIntent, WriteOutcome, WriteResult, WriteRow};

use super::hand::Hand;
use super::item::ItemEnd;
use super::reconcile::Truth;
use super::said;
use crate::starting::store_ending;

/// What came of a request.
pub(super) enum Sent {
    /// It took effect.
    Made,
    /// The item goes no further now.
    Ended(ItemEnd),
}

/// What is to be done next about a request.
enum Next {
    Send(Option<String>),
    Look,
    Done,
    End(ItemEnd),
}

impl Hand<'_> {
    /// Brings one request to its end, from wherever an earlier attempt left it.
    pub(super) async fn step(&mut self, number: usize) -> Result<Sent, Ending> {
        let step = &self.item.steps[number];
        loop {
            match self.next(number).await? {
                Next::Done => return Ok(Sent::Made),
                Next::End(end) => return Ok(Sent::Ended(end)),
                Next::Look => {
                    if let Some(end) = self.settle(number, step).await? {
                        return Ok(Sent::Ended(end));
                    }
                }
                Next::Send(approval) => {
                    if let Some(end) = self.not_ready(step).await? {
                        return Ok(Sent::Ended(end));
                    }
                    self.allowed().await?;
                    if let Some(end) = self.send(number, step, approval).await? {
                        return Ok(Sent::Ended(end));
                    }
                }
            }
        }
    }

    async fn next(&mut self, number: usize) -> Result<Next, Ending> {
        let Some(row) = self.last(number) else { return Ok(Next::Send(None)) };
        match row.ended.clone() {
            None | Some((WriteResult::Unknown, _)) => Ok(Next::Look),
            Some((WriteResult::Made, _)) => Ok(Next::Done),
            Some((WriteResult::Approval, outcome)) => self.approved(outcome.approval).await,
            Some((WriteResult::NotMade, WriteOutcome { code: Some(code), .. })) if !passes(&code) => {
                // An attempt ended between the request's end and the item's.
                self.end(ItemOutcome::Failed, Some(&code), said::REFUSED, None).await.map(Next::End)
            }
            Some((WriteResult::NotMade, _)) if self.tries(number) < said::TRIES_MAX => Ok(Next::Send(None)),
            // It is certain of each of them that nothing happened.
            Some((WriteResult::NotMade, outcome)) => {
                let refusal = outcome.code.as_deref().filter(|code| *code != said::WORKER_LOST);
                let (code, message) =
                    refusal.map_or((said::NOT_MADE.0, said::NOT_MADE.1), |code| (code, said::REFUSED));
                self.end(ItemOutcome::Failed, Some(code), message, None).await.map(Next::End)
            }
        }
    }

    /// How often the request was tried by somebody who lived to see what came of it.
    fn tries(&self, number: usize) -> usize {
        let lost = |row: &WriteRow| {
            row.ended.as_ref().is_some_and(|(_, outcome)| outcome.code.as_deref() == Some(said::WORKER_LOST))
        };
        self.rows.iter().filter(|row| row.step as usize == number && !lost(row)).count()
    }

    async fn approved(&self, code: Option<String>) -> Result<Next, Ending> {
        let waits = || Next::End(self.waits(said::APPROVAL_MS, "restore.waits_for_approval", said::WAITS_FOR_APPROVAL));
        let Some(code) = code else {
            return self
                .end(ItemOutcome::Failed, Some(said::NO_APPROVAL.0), said::NO_APPROVAL.1, None)
                .await
                .map(Next::End);
        };
        match self.graph.approval(&code).await {
            Ok(ApprovalState::NeedsApproval | ApprovalState::Unknown) => Ok(waits()),
            Ok(ApprovalState::Approved) => Ok(Next::Send(Some(code))),
            // The repetition took effect, and only its answer was lost.
            Ok(ApprovalState::Completed) => Ok(Next::Look),
            Ok(ApprovalState::Rejected | ApprovalState::Cancelled) => {
                self.end(ItemOutcome::Failed, Some(said::REJECTED.0), said::REJECTED.1, None).await.map(Next::End)
            }
            Ok(ApprovalState::Expired) => {
                self.end(ItemOutcome::Failed, Some(said::EXPIRED.0), said::EXPIRED.1, None).await.map(Next::End)
            }
            // Whoever cannot ask now asks again later: the request lives for days.
            Err(_) => Ok(waits()),
        }
    }

    /// What the object has to say before this request.
    async fn not_ready(&mut self, step: &Step) -> Result<Option<ItemEnd>, Ending> {
        let Some((property, value)) = &step.after else { return Ok(None) };
        let found = match self.look().await {
            Ok(found) => found,
            Err(error) => return self.unread(error).await.map(Some),
        };
        let ready = found.as_ref().and_then(|found| found.get(property)).and_then(Value::as_str) == Some(value);
        self.seen = found;
        if ready {
            return Ok(None);
        }
        if self.is_young() {
            return Ok(Some(self.waits(said::READY_MS, "restore.not_ready", said::WAITS_UNTIL_READY)));
        }
        self.end(ItemOutcome::Incomplete, Some(said::NOT_READABLE.0), said::NOT_READABLE.1, None).await.map(Some)
    }

    /// The person who started it, and the tenant, may have changed since.
    async fn allowed(&self) -> Result<(), Ending> {
        let still = self.ctx.db.still_allowed(&self.ctx.scope, Capability::RestoreExecute).await;
        match still.map_err(store_ending)? {
            None => Ok(()),
            Some(reason) => Err(Ending::Blocked(reason)),
        }
    }

    async fn send(&mut self, number: usize, step: &Step, approval: Option<String>) -> Result<Option<ItemEnd>, Ending> {
        let Some(mut write) = Write::of(step, self.id.as_deref(), |item| self.ids.get(&item).cloned()) else {
            return self.end(ItemOutcome::Failed, Some(said::NEEDS_OTHER.0), said::NEEDS_OTHER.1, None).await.map(Some);
        };
        if !write.with_secrets(step, |secret| self.secrets.get(&secret)) {
            return self.end(ItemOutcome::Failed, Some(said::SECRET_GONE.0), said::SECRET_GONE.1, None).await.map(Some);
        }
        if self.seen.is_none() && self.id.is_some() && step.purpose != Purpose::BringBack {
            self.seen = match self.look().await {
                Ok(found) => found,
                Err(error) => return self.unread(error).await.map(Some),
            };
        }
        let intent = WriteIntent {
            request: format!("{} {}", write.method, write.path),
            before: self.seen.as_ref().map(|seen| self.mark(seen)),
            approval: approval.clone(),
        };
        let place = self.intend(number, intent).await?;
        write.justification = Some(format!("TenantAtlas restore, {}", self.ctx.run.id));
        write.approval_code = approval;
        let sent = self.graph.write(self.contract, &write).await;
        self.seen = None;
        self.take(place, step, sent).await
    }

    async fn intend(&mut self, number: usize, intent: WriteIntent) -> Result<(u32, u32, u32), Ending> {
        let step = u32::try_from(number).unwrap_or(u32::MAX);
        let attempt = self.last(number).map_or(1, |row| row.attempt + 1);
        let place = (self.item.sequence, step, attempt);
        self.journal().intend(&self.ctx.lease, place, &intent).await.map_err(store_ending)?;
        let intent_at = self.ctx.run.database_now_ms;
        self.rows.push(WriteRow { item: place.0, step, attempt, intent, intent_at, ended: None });
        Ok(place)
    }

    /// Keeps what came of a request.
    pub(super) async fn ended(
        &mut self,
        place: (u32, u32, u32),
        result: WriteResult,
        outcome: WriteOutcome,
    ) -> Result<(), Ending> {
        self.journal().ended(&self.ctx.lease, place, result, &outcome).await.map_err(store_ending)?;
        if let Some(row) = self.rows.iter_mut().find(|row| (row.item, row.step, row.attempt) == place) {
            row.ended = Some((result, outcome));
        }
        Ok(())
    }

    async fn take(
        &mut self,
        place: (u32, u32, u32),
        step: &Step,
        sent: Result<Written, WriteError>,
    ) -> Result<Option<ItemEnd>, Ending> {
        match sent {
            Ok(Written::Done { id }) => {
                // What is made by a change of its own address has the id that stands there.
                let named = || (step.method != Method::Post).then(|| self.item.source_id.clone());
                let made = match step.purpose {
                    Purpose::Create => id.or_else(|| self.id.clone()).or_else(named),
                    _ => None,
                };
                if step.purpose == Purpose::Create && made.is_none() && !self.contract.single {
                    // The service took it and did not say what it is called: that has to be found out.
                    self.ended(place, WriteResult::Unknown, WriteOutcome::default()).await?;
                    return Ok(None);
                }
                self.id = made.clone().or(self.id.take());
                self.ended(place, WriteResult::Made, WriteOutcome { made, ..WriteOutcome::default() }).await?;
                Ok(None)
            }
            Ok(Written::ApprovalRequested { code }) => {
                let outcome = WriteOutcome { approval: Some(code), ..WriteOutcome::default() };
                self.ended(place, WriteResult::Approval, outcome).await?;
                Ok(Some(self.waits(said::APPROVAL_MS, "restore.waits_for_approval", said::WAITS_FOR_APPROVAL)))
            }
            Err(WriteError { error, effect: Effect::NotMade, .. }) => self.refused(place, error).await.map(Some),
            Err(WriteError { error, effect: Effect::Unknown, .. }) => {
                let outcome = WriteOutcome { code: Some(error.code.to_owned()), ..WriteOutcome::default() };
                self.ended(place, WriteResult::Unknown, outcome).await?;
                Ok(None)
            }
        }
    }

    async fn refused(&mut self, place: (u32, u32, u32), error: GraphError) -> Result<ItemEnd, Ending> {
        let outcome = WriteOutcome { code: Some(error.code.to_owned()), ..WriteOutcome::default() };
        self.ended(place, WriteResult::NotMade, outcome).await?;
        if passes(error.code) && self.tries(place.1 as usize) < said::TRIES_MAX {
            return Ok(self.waits(said::AGAIN_MS, error.code, said::UNREAD));
        }
        self.failed(&error).await
    }

    /// Finds out whether a request whose answer was lost took effect.
    async fn settle(&mut self, number: usize, step: &Step) -> Result<Option<ItemEnd>, Ending> {
        let Some(row) = self.last(number).cloned() else { return Ok(None) };
        let place = (row.item, row.step, row.attempt);
        match self.truth(step, &row).await {
            Err(error) if error.is_transient() => Ok(Some(self.waits(said::AGAIN_MS, error.code, said::UNREAD))),
            Err(_) | Ok(Truth::Unclear) => {
                self.ended(place, WriteResult::Unknown, WriteOutcome::default()).await?;
                self.unknown().await.map(Some)
            }
            Ok(Truth::Made(made)) => {
                self.id = made.clone().or(self.id.take());
                self.ended(place, WriteResult::Made, WriteOutcome { made, ..WriteOutcome::default() }).await?;
                Ok(None)
            }
            Ok(Truth::NotMade) => {
                let code = row.ended.is_none().then(|| said::WORKER_LOST.to_owned());
                self.ended(place, WriteResult::NotMade, WriteOutcome { code, ..WriteOutcome::default() }).await?;
                Ok(None)
            }
        }
    }

    pub(super) async fn unknown(&self) -> Result<ItemEnd, Ending> {
        self.end(ItemOutcome::Unknown, Some(said::UNKNOWN.0), said::UNKNOWN.1, None).await
    }
}

/// Whether what kept a request from its effect passes by itself: trouble of the service, an approval of another change of the
/// object, and a worker that is gone.
fn passes(code: &str) -> bool {
    code == "graph.approval_pending" || code == said::WORKER_LOST || GraphError::passes(code)
}
