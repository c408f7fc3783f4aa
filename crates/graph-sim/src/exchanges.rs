//! The latest HTTP requests and when they came: what a client says it waited for can be seen here.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderMap, Response, header, request::Parts};
use serde::Serialize;
use tokio::time::Instant;

/// So many are remembered.
const KEPT: usize = 1000;

/// One HTTP request, a batch being one, and how it was answered. Those to the control surface are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    /// Position among all of them since the start, from 1.
    pub sequence: u64,
    /// When it had arrived, in milliseconds since the start.
    pub arrived_ms: u64,
    /// When its answer was ready, in milliseconds since the start.
    pub answered_ms: u64,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// What a batch asked for, as it came: it can be asked for again. Of other requests nothing is kept.
    pub batch: Option<String>,
    /// What the client calls itself: its `SdkVersion`, else its `User-Agent`.
    pub client: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// The `Retry-After` of the answer.
    pub retry_after: Option<String>,
}

/// The memory of them.
#[derive(Debug)]
pub(crate) struct Exchanges {
    started: Instant,
    latest: Mutex<(u64, VecDeque<Exchange>)>,
}

impl Default for Exchanges {
    fn default() -> Self {
        Self { started: Instant::now(), latest: Mutex::default() }
    }
}

impl Exchanges {
    /// Milliseconds since the start.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn record(
        &self,
        scheme: &'static str,
        (asked, body): (&Parts, &[u8]),
        arrived_ms: u64,
        answer: &Response<Body>,
    ) {
        let is_batch = asked.uri.path().ends_with("/$batch");
        let client = text(&asked.headers, "sdkversion").or_else(|| text(&asked.headers, "user-agent"));
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, all) = &mut *latest;
        *count += 1;
        if all.len() == KEPT {
            all.pop_front();
        }
        all.push_back(Exchange {
            sequence: *count,
            arrived_ms,
            answered_ms: self.now_ms(),
            scheme,
            method: asked.method.as_str().to_owned(),
            path: asked.uri.path_and_query().map_or("", |path| path.as_str()).to_owned(),
            batch: is_batch.then(|| String::from_utf8_lossy(body).into_owned()),
            client: client.unwrap_or_default(),
            status: answer.status().as_u16(),
            retry_after: text(answer.headers(), header::RETRY_AFTER.as_str()),
        });
    }

    /// The latest, oldest first.
    pub(crate) fn read(&self) -> Vec<Exchange> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).1.iter().cloned().collect()
    }

    /// Forgets them; their numbers go on.
    pub(crate) fn clear(&self) {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).1.clear();
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
