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
use crate::json::{self, Parsed};
use crate::retry::{Attempts, Deadline};
use crate::traffic::Counters;
use crate::transport::{Answer, Lost, Notes, Transport};

/// Without it Graph masks members of enumerations that were added later, and two reads differ by that.
pub(crate) const PREFER: &str = "include-unknown-enum-members";

/// Which requests the service refuses first where several of the application compete
/// (learn.microsoft.com/graph/throttling-limits).
pub(crate) const PRIORITY: &str = "x-ms-throttle-priority";

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
        let shared = Arc::new(Shared { tokens, budget, limits, ambient, traffic, parallel, transport });
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
        self.get_list(address, quota).await?.whole()
    }

    /// The same of a list some of whose elements may be nested too deep.
    pub(crate) async fn get_list(&self, address: &str, quota: Quota) -> Result<Parsed, GraphError> {
        self.ask(Method::GET, address, None, Cost::read(quota)).await
    }

    /// Reads by a POST whose body says what is asked for. It changes nothing, so that it may be repeated.
    pub(crate) async fn look_up(&self, address: &str, body: &Value, cost: Cost) -> Result<Value, GraphError> {
        self.ask(Method::POST, address, Some(body), cost).await?.whole()
    }

    async fn ask(&self, method: Method, address: &str, body: Option<&Value>, cost: Cost) -> Result<Parsed, GraphError> {
        let (mut attempts, mut deadline) = (Attempts::default(), Deadline::of(&self.limits));
        loop {
            // The token comes before the budget: what was allowed has to arrive at the pace at which it was allowed.
            let token = deadline.within(self.tokens.get()).await?;
            let permit = self.budget.acquire(cost).await;
            self.traffic.logical(1);
            let attempt = async {
                let _place = self.place(cost.quota).await;
                self.once(method.clone(), address, body, &token).await
            };
            let error = match deadline.within(attempt).await {
                Ok((parsed, notes)) => {
                    permit.succeeded(notes.limit_share);
                    return Ok(parsed);
                }
                Err(error) => error,
            };
            if error.code == "graph.throttled" {
                self.traffic.throttled();
                permit.throttled(error.retry_after_ms);
            }
            drop(permit);
            deadline.within(self.pause(&mut attempts, error)).await?;
        }
    }

    /// A place among the requests under way. Conditional Access needs none: once a second is never much.
    pub(crate) async fn place(&self, quota: Quota) -> Option<SemaphorePermit<'_>> {
        if quota == Quota::ConditionalAccess {
            return None;
        }
        Some(self.parallel.acquire().await.expect("the semaphore is never closed"))
    }

    /// Waits for the next attempt, or gives the error back when there is none.
    pub(crate) async fn pause(&self, attempts: &mut Attempts, error: GraphError) -> Result<(), GraphError> {
        // The sign-in has had its own attempts.
        if error.code.starts_with("auth.") {
            return Err(error);
        }
        if attempts.wait(&error, &self.limits, &self.ambient).await { Ok(()) } else { Err(error) }
    }

    /// One attempt.
    pub(crate) async fn once(
        &self,
        method: Method,
        address: &str,
        body: Option<&Value>,
        token: &Token,
    ) -> Result<(Parsed, Notes), GraphError> {
        let answer = self.transport.send(self.request(method, address, body, token)).await?;
        tracing::debug!(status = answer.status, request_id = answer.notes.request_id.as_deref(), "graph answered");
        if answer.status == 401 {
            self.tokens.refused(token).await;
        }
        if !(200..300).contains(&answer.status) {
            return Err(answer.notes.error(answer.status));
        }
        let parsed =
            json::parse(answer.body).await.map_err(|error| error.with(answer.notes.request_id.clone(), None))?;
        Ok((parsed, answer.notes))
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
