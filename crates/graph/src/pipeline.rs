//! The way of one request: budget, limit of concurrency, token, transport, shape, retry.

use std::sync::Arc;

use model::Ambient;
use model::registry::Quota;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::auth::{Token, Tokens};
use crate::budget::Budget;
use crate::config::{GraphConfig, Limits};
use crate::error::GraphError;
use crate::json;
use crate::retry::Attempts;
use crate::traffic::Counters;
use crate::transport::{Notes, Transport};

/// Without it Graph masks members of enumerations that were added later, and two reads differ by that.
pub(crate) const PREFER: &str = "include-unknown-enum-members";

/// Everything that requests of one connection share.
pub(crate) struct Pipeline {
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
        Self { tokens, budget, limits: config.limits.clone(), ambient, traffic, parallel, transport }
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
        let whole = self.get_with_retries(address, quota);
        tokio::time::timeout(self.limits.deadline, whole).await.unwrap_or_else(|_| Err(GraphError::of("graph.timeout")))
    }

    async fn get_with_retries(&self, address: &str, quota: Quota) -> Result<Value, GraphError> {
        let mut attempts = Attempts::default();
        loop {
            // The token comes before the budget: what was allowed has to arrive at the pace at which it was allowed.
            let token = self.tokens.get().await?;
            let turn = self.budget.turn(quota).await;
            let permit = self.budget.acquire(quota).await;
            self.traffic.logical(1);
            let place = self.place(quota).await;
            let outcome = self.once(Method::GET, address, None, &token).await;
            drop(place);
            let error = match outcome {
                Ok((value, notes)) => {
                    self.budget.succeeded(permit, notes.limit_share);
                    return Ok(value);
                }
                Err(error) => error,
            };
            if error.code == "graph.throttled" {
                self.traffic.throttled();
                self.budget.throttled(permit, error.retry_after_ms);
            }
            drop(turn);
            self.pause(&mut attempts, error).await?;
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
        match attempts.next(&error, &self.limits, &self.ambient) {
            Some(pause) => {
                tokio::time::sleep(pause).await;
                Ok(())
            }
            None => Err(error),
        }
    }

    /// One attempt.
    pub(crate) async fn once(
        &self,
        method: Method,
        address: &str,
        body: Option<&Value>,
        token: &Token,
    ) -> Result<(Value, Notes), GraphError> {
        let answer = self.transport.send(self.request(method, address, body, token)).await?;
        tracing::debug!(status = answer.status, request_id = answer.notes.request_id.as_deref(), "graph answered");
        if answer.status == 401 {
            self.tokens.refused(token).await;
        }
        if !(200..300).contains(&answer.status) {
            return Err(answer.notes.error(answer.status));
        }
        let value =
            json::parse(answer.body).await.map_err(|error| error.with(answer.notes.request_id.clone(), None))?;
        Ok((value, answer.notes))
    }

    fn request(&self, method: Method, address: &str, body: Option<&Value>, token: &Token) -> RequestBuilder {
        let request = self
            .transport
            .client
            .request(method, address)
            .bearer_auth(token.expose())
            .header("accept", "application/json")
            .header("prefer", PREFER)
            .header("client-request-id", self.ambient.uuid().to_string())
            .header("x-ms-throttle-priority", "low");
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}
