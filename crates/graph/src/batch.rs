//! `$batch`: single reads of any object of any type share a request (at most 20). It saves round trips, not quota: each
//! read takes its own place in the budget, is refused on its own and is tried again on its own.

pub(crate) mod answer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::registry::{Quota, Version};
use model::run::Priority;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::auth::Token;
use crate::budget::{Cost, Permit};
use crate::error::GraphError;
use crate::json::Parsed;
use crate::pipeline::{PREFER, PRIORITY, Pipeline, word};
use crate::retry::{Attempts, Deadline};

/// The most that Graph takes (learn.microsoft.com/graph/json-batching).
const BATCH_MAX: usize = 20;
/// How long a batch that is not full waits for others.
const LINGER: Duration = Duration::from_millis(4);

type Outcome = Result<Value, GraphError>;

/// Why one item of a batch has no value.
struct Refusal {
    error: GraphError,
    /// The batch as a whole was tried as often as allowed: its items do not start over.
    spent: bool,
}

/// One read that may share a batch.
#[derive(Clone, Copy)]
pub(crate) struct Read<'a> {
    pub(crate) version: Version,
    /// Address relative to the version.
    pub(crate) relative: &'a str,
    pub(crate) cost: Cost,
    pub(crate) priority: Priority,
    /// The answer may be a little old: counts and searches of the directory are refused without it.
    pub(crate) eventual: bool,
}

struct Item {
    relative: String,
    eventual: bool,
    priority: Priority,
    permit: Permit,
    reply: oneshot::Sender<Result<Value, Refusal>>,
}

#[derive(Default)]
struct Queue {
    items: Vec<Item>,
    /// Tasks on their way that will each take up to [`BATCH_MAX`] items.
    collectors: usize,
}

/// Collects reads of one connection.
pub(crate) struct Batcher {
    pipeline: Pipeline,
    queues: Mutex<HashMap<Version, Queue>>,
}

impl Batcher {
    pub(crate) fn new(pipeline: Pipeline) -> Arc<Self> {
        Arc::new(Self { pipeline, queues: Mutex::default() })
    }

    /// Reads it together with others. Conditional Access never goes into a batch: twenty at once meet a
    /// limit of one a second.
    pub(crate) async fn get(self: &Arc<Self>, read: Read<'_>) -> Outcome {
        if read.cost.quota == Quota::ConditionalAccess {
            let pipeline = self.pipeline.with(read.priority);
            return pipeline.get(&pipeline.absolute(read.version.as_str(), read.relative), read.cost.quota).await;
        }
        let (mut attempts, mut deadline) = (Attempts::default(), Deadline::of(&self.pipeline.limits));
        loop {
            let permit = self.pipeline.budget.acquire(read.cost).await;
            let (reply, outcome) = oneshot::channel();
            let (relative, eventual, priority) = (read.relative.to_owned(), read.eventual, read.priority);
            let item = Item { relative, eventual, priority, permit, reply };
            self.push(read.version, item);
            // A task that died, for want of memory or by a defect, says nothing about the object: whoever waits dies with
            // it, so that the attempt ends and not an item.
            let answered = async { Ok(outcome.await.expect("a batch answers each of its items unless its task died")) };
            match deadline.within(answered).await? {
                Ok(value) => return Ok(value),
                Err(refusal) if refusal.spent => return Err(refusal.error),
                Err(refusal) => deadline.within(self.pipeline.pause(&mut attempts, refusal.error)).await?,
            }
        }
    }

    fn push(self: &Arc<Self>, version: Version, item: Item) {
        let mut queues = self.lock();
        let queue = queues.entry(version).or_default();
        queue.items.push(item);
        if queue.items.len().div_ceil(BATCH_MAX) > queue.collectors {
            queue.collectors += 1;
            let batcher = Arc::clone(self);
            tokio::spawn(async move { batcher.collect(version).await });
        }
    }

    /// Takes up to a batch and sends it. A full batch goes at once, another one waits a moment for company.
    async fn collect(&self, version: Version) {
        if self.lock().get(&version).is_none_or(|queue| queue.items.len() < BATCH_MAX) {
            tokio::time::sleep(LINGER).await;
        }
        let items: Vec<Item> = {
            let mut queues = self.lock();
            let queue = queues.entry(version).or_default();
            queue.collectors -= 1;
            let count = queue.items.len().min(BATCH_MAX);
            queue.items.drain(..count).collect()
        };
        // Whoever stopped waiting gets nothing asked for.
        let items: Vec<Item> = items.into_iter().filter(|item| !item.reply.is_closed()).collect();
        if !items.is_empty() {
            self.send(version, items).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Version, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, version: Version, items: Vec<Item>) {
        let requests: Vec<Value> = items.iter().enumerate().map(|(index, item)| self.request(index, item)).collect();
        self.pipeline.traffic.logical(requests.len());
        let address = self.pipeline.absolute(version.as_str(), "$batch");
        let body = json!({ "requests": requests });
        match self.post(&address, &body, &items).await {
            Ok((parsed, token)) => {
                let mut answers = answer::split(parsed);
                for (index, item) in items.into_iter().enumerate() {
                    let outcome = self.judge(&item.permit, &token, answers.remove(&index.to_string())).await;
                    // Nobody waits any more when the reading was stopped.
                    let _ = item.reply.send(outcome.map_err(|error| Refusal { error, spent: false }));
                }
            }
            Err(error) => {
                for item in items {
                    let spent = error.code != "graph.throttled";
                    let _ = item.reply.send(Err(Refusal { error: error.clone(), spent }));
                }
            }
        }
    }

    fn request(&self, index: usize, item: &Item) -> Value {
        let id = self.pipeline.ambient.uuid().to_string();
        let mut headers = json!({ "prefer": PREFER, "client-request-id": id, PRIORITY: word(item.priority) });
        if item.eventual {
            headers["ConsistencyLevel"] = json!("eventual");
        }
        json!({ "id": index.to_string(), "method": "GET", "url": format!("/{}", item.relative), "headers": headers })
    }

    /// The batch as a whole: a connection that broke or a token that ended concerns all of it, so that it is sent again
    /// as it is. Throttled as a whole, its items wait in the budget like all others.
    async fn post(&self, address: &str, body: &Value, items: &[Item]) -> Result<(Parsed, Token), GraphError> {
        let mut attempts = Attempts::default();
        let pipeline = self.pipeline.with(most_urgent(items));
        loop {
            let token = pipeline.tokens.get().await?;
            let place = pipeline.place(Quota::Intune, false).await;
            // It keeps its place until it is read: answers that wait for that would fill the memory.
            let parsed = answer::read(pipeline.once(Method::POST, address, Some(body), &token).await).await;
            drop(place);
            let error = match parsed {
                Ok(parsed) => return Ok((parsed, token)),
                Err(error) => error,
            };
            if error.code == "graph.throttled" {
                self.pipeline.traffic.throttled();
                items.iter().for_each(|item| item.permit.throttled(error.retry_after_ms));
                return Err(error);
            }
            self.pipeline.pause(&mut attempts, error).await?;
        }
    }

    /// What one item's answer means; without one it was lost.
    async fn judge(&self, permit: &Permit, token: &Token, answer: Option<answer::Sub>) -> Outcome {
        let Some(answer) = answer else { return Err(GraphError::of("graph.unexpected_shape")) };
        match answer.status {
            200..300 => {
                permit.succeeded(answer.notes.limit_share);
                if answer.deep { Err(GraphError::of("graph.too_deep")) } else { Ok(answer.body) }
            }
            status => {
                let error = answer.notes.error(status);
                if error.code == "graph.throttled" {
                    self.pipeline.traffic.throttled();
                    permit.throttled(error.retry_after_ms);
                }
                if status == 401 {
                    self.pipeline.tokens.refused(token).await;
                }
                Err(error)
            }
        }
    }
}

/// A batch is as urgent as what somebody waits for in it.
fn most_urgent(items: &[Item]) -> Priority {
    items.iter().map(|item| item.priority).min().unwrap_or(Priority::Background)
}
