//! What the simulator and this machine need: a bare client sends what the product sent, as many requests at a time, each when
//! the answer that it needs has come, and throws all answers away.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use graph::GraphConfig;
use reqwest::{Client, RequestBuilder, header};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::simulator::{Exchange, Simulator};
use crate::Failure;

/// Requests under way at the same time: as many as the product's client has.
pub(crate) fn at_once() -> usize {
    GraphConfig::default().parallel_requests
}

/// What it took.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Replay {
    /// From the request for a token to the last answer.
    pub(crate) seconds: f64,
    /// Time of processors that the simulator had.
    pub(crate) simulator_seconds: f64,
    /// Requests that were sent, without the one for a token.
    pub(crate) round_trips: usize,
}

/// Sends these requests again.
pub(crate) async fn replay(simulator: &Simulator, exchanges: Vec<Exchange>) -> Result<Replay, Failure> {
    let plan = Plan::of(exchanges);
    // A second installation in one process finds the first; both are ring.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (before, began) = (simulator.processor_seconds()?, Instant::now());
    let sender = Sender {
        client: Client::builder().gzip(true).build()?,
        token: simulator.token(&simulator.tenant).await?,
        address: simulator.address.clone(),
        places: Arc::new(Semaphore::new(at_once())),
    };
    let round_trips = plan.send(&sender).await?;
    let seconds = began.elapsed().as_secs_f64();
    Ok(Replay { seconds, simulator_seconds: simulator.processor_seconds()? - before, round_trips })
}

/// What depends on what.
#[derive(Default)]
struct Plan {
    /// Pages of each list, in their order, by what was asked for.
    lists: BTreeMap<String, Vec<Exchange>>,
    /// Batches, each with the lists whose first pages say what is in it.
    batches: Vec<(Exchange, Vec<String>)>,
}

impl Plan {
    fn of(exchanges: Vec<Exchange>) -> Self {
        let mut plan = Self::default();
        let (batches, gets): (Vec<_>, Vec<_>) = exchanges
            .into_iter()
            // Of other requests with a body the body is not known: the token's, and a look-up of groups.
            .filter(|one| one.method == "GET" || one.batch.is_some())
            .partition(|one| one.batch.is_some());
        for get in gets {
            plan.lists.entry(list_of(&get.path)).or_default().push(get);
        }
        plan.batches = batches.into_iter().map(|batch| plan.with_lists(batch)).collect();
        plan
    }

    fn with_lists(&self, batch: Exchange) -> (Exchange, Vec<String>) {
        let body: Value = batch.batch.as_deref().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
        let version = batch.path.trim_end_matches("/$batch").to_lowercase();
        let asked = body["requests"].as_array().into_iter().flatten().filter_map(|one| one["url"].as_str());
        let asked: Vec<_> = asked.map(|url| format!("{version}{}", url.to_lowercase())).collect();
        let is_in = |list: &&String| {
            let path = list.split('?').next().unwrap_or_default();
            asked.iter().any(|url| url.len() > path.len() && url.starts_with(path))
        };
        let lists = self.lists.keys().filter(is_in).cloned().collect();
        (batch, lists)
    }

    /// Says how many were sent.
    async fn send(self, sender: &Sender) -> Result<usize, Failure> {
        let sent = self.lists.values().map(Vec::len).sum::<usize>() + self.batches.len();
        let mut come = HashMap::new();
        let mut work = JoinSet::new();
        for (path, pages) in self.lists {
            let (first, has_come) = watch::channel(false);
            come.insert(path, has_come);
            work.spawn(sender.clone().pages(pages, first));
        }
        for (batch, lists) in self.batches {
            let waits = lists.iter().filter_map(|list| come.get(list).cloned()).collect();
            work.spawn(sender.clone().batch(batch, waits));
        }
        while let Some(done) = work.join_next().await {
            done??;
        }
        Ok(sent)
    }
}

/// What its pages have in common: all but where each begins.
fn list_of(target: &str) -> String {
    let target = target.to_lowercase();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut options: Vec<_> = query.split('&').filter(|option| !option.contains("skiptoken=")).collect();
    options.sort_unstable();
    format!("{path}?{}", options.join("&"))
}

#[derive(Clone)]
struct Sender {
    client: Client,
    token: String,
    address: String,
    places: Arc<Semaphore>,
}

impl Sender {
    async fn pages(self, pages: Vec<Exchange>, first: watch::Sender<bool>) -> Result<(), Failure> {
        for page in pages {
            self.send(self.client.get(self.to(&page))).await?;
            first.send_replace(true);
        }
        Ok(())
    }

    async fn batch(self, batch: Exchange, mut waits: Vec<watch::Receiver<bool>>) -> Result<(), Failure> {
        for has_come in &mut waits {
            has_come.wait_for(|come| *come).await?;
        }
        let body = batch.batch.clone().unwrap_or_default();
        self.send(self.client.post(self.to(&batch)).header(header::CONTENT_TYPE, "application/json").body(body)).await
    }

    fn to(&self, exchange: &Exchange) -> String {
        format!("{}{}", self.address, exchange.path)
    }

    async fn send(&self, request: RequestBuilder) -> Result<(), Failure> {
        let _place = self.places.acquire().await?;
        let mut answer = request.bearer_auth(&self.token).send().await?.error_for_status()?;
        while answer.chunk().await?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str, batch: Option<&str>) -> Exchange {
        let method = if batch.is_some() || path.ends_with("token") { "POST" } else { "GET" };
        Exchange { method: method.into(), path: path.into(), batch: batch.map(str::to_owned) }
    }

    #[test]
    fn pages_follow_one_another_and_a_batch_its_lists() {
        let batch = r#"{ "requests": [{ "url": "/a/scripts/1" }, { "url": "/a/profiles('2')/x" }] }"#;
        let plan = Plan::of(vec![
            asked("/t/oauth2/v2.0/token", None),
            asked("/beta/a/scripts?$top=5", None),
            asked("/beta/a/profiles", None),
            asked("/beta/a/other", None),
            asked("/beta/$batch", Some(batch)),
            asked("/beta/a/scripts?$top=5&$skiptoken=x", None),
        ]);
        let pages: Vec<_> = plan.lists["/beta/a/scripts?$top=5"].iter().map(|page| page.path.as_str()).collect();
        assert_eq!(pages, ["/beta/a/scripts?$top=5", "/beta/a/scripts?$top=5&$skiptoken=x"]);
        assert_eq!(plan.lists.len(), 3);
        assert_eq!(plan.batches.len(), 1);
        assert_eq!(plan.batches[0].1, ["/beta/a/profiles?", "/beta/a/scripts?$top=5"]);
    }
}
