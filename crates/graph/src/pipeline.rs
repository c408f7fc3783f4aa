//! The way of one request: budget, limit of concurrency, token, transport, shape, retry.

use std::ops::Deref;
use std::sync::Arc;

use model::Ambient;
use model::registry::Quota;
use model::run::Priority;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::auth::{Token, Tokens};
use crate::budget::{Budget, Cost};
use crate::config::{GraphConfig, Limits};
use crate::error::GraphError;
use crate::json::Parsed;
use crate::retry::{Attempts, Deadline};
use crate::traffic::Counters;
use crate::transport::{Answer, Lost, Transport};

/// Without it Graph masks members of enumerations that were added later, and two reads differ by that.
pub(crate) const PREFER: &str = "include-unknown-enum-members";

/// Which requests the service refuses first where several of the application compete
/// (learn.microsoft.com/graph/throttling-limits).
pub(crate) const PRIORITY: &str = "x-ms-throttle-priority";

/// Places among the requests under way that only pages have which follow another one.
const FOLLOWING: usize = 4;

/// Somebody waits for the answer, or nobody does.
pub(crate) fn word(priority: Priority) -> &'static str {
    match priority {
        Priority::Interactive => "normal",
        Priority::Scheduled | Priority::Background => "low",
    }
}

/// The way of the requests of one run, or of what else has one priority.
#[derive(Clone)]
pub(crate) struct Pipeline {
    shared: Arc<Shared>,
    pub(crate) priority: Priority,
}

/// What is asked for, and how often it may still be.
struct Question {
    method: Method,
    address: String,
    body: Option<Value>,
    cost: Cost,
    /// Whether it is a page that follows another one.
    follows: bool,
    attempts: Attempts,
    deadline: Deadline,
}

impl Question {
    fn new(method: Method, address: String, body: Option<Value>, cost: Cost, limits: &Limits) -> Self {
        let (attempts, deadline) = (Attempts::default(), Deadline::of(limits));
        Self { method, address, body, cost, follows: false, attempts, deadline }
    }
}

/// A question with its answer as it came.
pub(crate) struct Asked {
    question: Question,
    answer: Result<Answer, GraphError>,
}

impl Asked {
    /// What was asked for.
    pub(crate) fn address(&self) -> &str {
        &self.question.address
    }

    /// The body, when there is one.
    pub(crate) fn body(&self) -> Option<&[u8]> {
        self.answer.as_ref().ok().map(|answer| answer.body.as_slice())
    }
}

impl Deref for Pipeline {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

/// Everything that requests of one connection share.
pub(crate) struct Shared {
    pub(crate) tokens: Tokens,
    pub(crate) budget: Arc<Budget>,
    pub(crate) limits: Limits,
    pub(crate) ambient: Ambient,
    pub(crate) traffic: Arc<Counters>,
    parallel: Semaphore,
    following: Semaphore,
    transport: Arc<Transport>,
}

impl Pipeline {
    pub(crate) fn new(
        tokens: Tokens,
        budget: Arc<Budget>,
        config: &GraphConfig,
        ambient: Ambient,
        transport: Arc<Transport>,
        traffic: Arc<Counters>,
    ) -> Self {
        let parallel = Semaphore::new(config.parallel_requests.max(1));
        let limits = config.limits.clone();
        let following = Semaphore::new(FOLLOWING);
        let shared = Arc::new(Shared { tokens, budget, limits, ambient, traffic, parallel, following, transport });
        Self { shared, priority: Priority::Background }
    }

    /// The same way for requests of that priority.
    pub(crate) fn with(&self, priority: Priority) -> Self {
        Self { shared: Arc::clone(&self.shared), priority }
    }

    /// Origin of the tenant's Graph.
    pub(crate) fn graph_url(&self) -> &str {
        &self.tokens.connection().cloud.graph_url
    }

    /// Absolute address of what is relative to a version.
    pub(crate) fn absolute(&self, version: &str, relative: &str) -> String {
        format!("{}/{version}/{relative}", self.graph_url())
    }

    /// Reads an absolute address of the tenant's Graph.
    pub(crate) async fn get(&self, address: &str, quota: Quota) -> Result<Value, GraphError> {
        self.ask(Method::GET, address, None, Cost::read(quota)).await?.whole()
    }

    /// Has a page of a list sent, and reads nothing of it yet: an answer that waits takes a tenth of what its value takes.
    /// What follows one after another does not stand in line with what is asked for at once.
    pub(crate) async fn page(&self, address: String, quota: Quota, follows: bool) -> Asked {
        let question = Question::new(Method::GET, address, None, Cost::read(quota), &self.limits);
        self.answered(Question { follows, ..question }).await
    }

    /// What the answer says. One that cannot be read is asked for again.
    pub(crate) async fn parsed(&self, asked: Asked) -> Result<Parsed, GraphError> {
        let Asked { mut question, mut answer } = asked;
        loop {
            let error = match answer?.parsed().await {
                Ok(parsed) => return Ok(parsed),
                Err(error) => error,
            };
            self.pause_for(&mut question, error).await?;
            answer = self.fetch(&mut question).await;
        }
    }

    /// Reads by a POST whose body says what is asked for. It changes nothing, so that it may be repeated.
    pub(crate) async fn look_up(&self, address: &str, body: &Value, cost: Cost) -> Result<Value, GraphError> {
        self.ask(Method::POST, address, Some(body), cost).await?.whole()
    }

    async fn ask(&self, method: Method, address: &str, body: Option<&Value>, cost: Cost) -> Result<Parsed, GraphError> {
        let question = Question::new(method, address.to_owned(), body.cloned(), cost, &self.limits);
        self.parsed(self.answered(question).await).await
    }

    async fn answered(&self, mut question: Question) -> Asked {
        let answer = self.fetch(&mut question).await;
        Asked { question, answer }
    }

    /// Sends it until it is answered with what was asked for, or there is no attempt left.
    async fn fetch(&self, question: &mut Question) -> Result<Answer, GraphError> {
        loop {
            // The token comes before the budget: what was allowed has to arrive at the pace at which it was allowed.
            let token = question.deadline.within(self.tokens.get()).await?;
            let permit = self.budget.acquire(question.cost).await;
            self.traffic.logical(1);
            let Question { method, address, body, cost, deadline, follows, .. } = question;
            let attempt = async {
                let _place = self.place(cost.quota, *follows).await;
                self.once(method.clone(), address, body.as_ref(), &token).await
            };
            let error = match deadline.within(attempt).await {
                Ok(answer) => {
                    permit.succeeded(answer.notes.limit_share);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            if error.code == "graph.throttled" {
                self.traffic.throttled();
                permit.throttled(error.retry_after_ms);
            }
            drop(permit);
            self.pause_for(question, error).await?;
        }
    }

    async fn pause_for(&self, question: &mut Question, error: GraphError) -> Result<(), GraphError> {
        let Question { attempts, deadline, .. } = question;
        deadline.within(self.pause(attempts, error)).await
    }

    /// A place among the requests under way. Conditional Access needs none: once a second is never much.
    pub(crate) async fn place(&self, quota: Quota, follows: bool) -> Option<SemaphorePermit<'_>> {
        if quota == Quota::ConditionalAccess {
            return None;
        }
        let places = if follows { &self.following } else { &self.parallel };
        Some(places.acquire().await.expect("the semaphore is never closed"))
    }

    /// Waits for the next attempt, or gives the error back when there is none.
    pub(crate) async fn pause(&self, attempts: &mut Attempts, error: GraphError) -> Result<(), GraphError> {
        // The sign-in has had its own attempts.
        if error.code.starts_with("auth.") {
            return Err(error);
        }
        if attempts.wait(&error, &self.limits, &self.ambient).await { Ok(()) } else { Err(error) }
    }

    /// One attempt; any other status than success is an error.
    pub(crate) async fn once(
        &self,
        method: Method,
        address: &str,
        body: Option<&Value>,
        token: &Token,
    ) -> Result<Answer, GraphError> {
        let answer = self.transport.send(self.request(method, address, body, token)).await?;
        tracing::debug!(status = answer.status, request_id = answer.notes.request_id.as_deref(), "graph answered");
        if answer.status == 401 {
            self.tokens.refused(token).await;
        }
        if (200..300).contains(&answer.status) { Ok(answer) } else { Err(answer.notes.error(answer.status)) }
    }

    /// One attempt of a write: whatever comes back, or whether it may have arrived.
    pub(crate) async fn send_once(&self, request: RequestBuilder) -> Result<Answer, Lost> {
        let answer = self.transport.send_once(request).await?;
        tracing::debug!(
            status = answer.status,
            request_id = answer.notes.request_id.as_deref(),
            "graph answered a write"
        );
        Ok(answer)
    }

    pub(crate) fn request(&self, method: Method, address: &str, body: Option<&Value>, token: &Token) -> RequestBuilder {
        let request = self
            .transport
            .client
            .request(method, address)
            .bearer_auth(token.expose())
            .header("accept", "application/json")
            .header("prefer", PREFER)
            .header("client-request-id", self.ambient.uuid().to_string())
            .header(PRIORITY, word(self.priority));
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}
