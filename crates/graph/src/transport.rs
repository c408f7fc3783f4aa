//! One HTTP request and its answer: time limit, size limit, no redirects, nothing of the answer in an error.

use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::{Certificate, Client, RequestBuilder, redirect};

use crate::config::GraphConfig;
use crate::error::GraphError;
use crate::json::{self, Parsed};
use crate::traffic::Counters;

/// An answer, whatever its status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) notes: Notes,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// What the body says.
    pub(crate) async fn parsed(self) -> Result<Parsed, GraphError> {
        let Self { body, notes, .. } = self;
        json::parse(body).await.map_err(|error| error.with(notes.request_id, None))
    }
}

/// What is above it is no share of a limit: Graph says 1.8 at most (facts of its throttling page).
const LIMIT_SHARE_MAX: f64 = 10.0;

/// What we take from an answer's headers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Notes {
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after_ms: Option<u64>,
    /// How full the limit is, from 0.8; 1.0 is full.
    pub(crate) limit_share: Option<f64>,
    /// What a request for approval is known by.
    pub(crate) approval_code: Option<String>,
}

/// So much memory is taken for a body because its length is announced, in bytes.
const RESERVED_MAX: usize = 4 * 1024 * 1024;

/// A request without an answer.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) error: GraphError,
    /// Whether the service may have got it.
    pub(crate) sent: bool,
}

impl Notes {
    /// From any source of headers, asked by lower-case name.
    pub(crate) fn read<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Self {
        let share =
            |text: &str| text.trim().parse::<f64>().ok().filter(|share| (0.0..=LIMIT_SHARE_MAX).contains(share));
        let seconds = |text: &str| text.trim().parse::<f64>().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
        Self {
            request_id: header("request-id").filter(|id| looks_like_an_id(id)).map(str::to_owned),
            retry_after_ms: header("retry-after").and_then(seconds).map(|seconds| (seconds * 1000.0) as u64),
            limit_share: header("x-ms-throttle-limit-percentage").and_then(share),
            approval_code: header("x-msft-approval-code").filter(|code| looks_like_a_code(code)).map(str::to_owned),
        }
    }

    /// An error with these notes.
    pub(crate) fn error(&self, status: u16) -> GraphError {
        GraphError::of_status(status).with(self.request_id.clone(), self.retry_after_ms)
    }
}

/// Anything else could carry text of the other side into our errors.
fn looks_like_an_id(text: &str) -> bool {
    (8..=64).contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-')
}

/// What it looks like is not published; it goes into a header and a path, and nothing else may.
fn looks_like_a_code(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
}

/// The connection pool.
pub(crate) struct Transport {
    pub(crate) client: Client,
    timeout: std::time::Duration,
    body_bytes_max: u64,
    traffic: Arc<Counters>,
}

impl Transport {
    pub(crate) fn new(config: &GraphConfig, traffic: Arc<Counters>) -> Result<Self, GraphError> {
        Ok(Self { client: client(config)?, timeout: config.timeout, body_bytes_max: config.body_bytes_max, traffic })
    }

    /// Sends it and reads the whole answer.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, GraphError> {
        self.send_once(request).await.map_err(|lost| lost.error)
    }

    /// The same, and without an answer whether the service may have got it.
    pub(crate) async fn send_once(&self, request: RequestBuilder) -> Result<Answer, Lost> {
        self.traffic.round_trip();
        let whole = async {
            // Without a connection nothing was sent.
            let never = |error: reqwest::Error| Lost { sent: !error.is_connect(), error: lost(&error) };
            let response = request.send().await.map_err(never)?;
            self.read(response).await.map_err(|error| Lost { error, sent: true })
        };
        let late = || Lost { error: GraphError::of("graph.timeout"), sent: true };
        tokio::time::timeout(self.timeout, whole).await.unwrap_or_else(|_| Err(late()))
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Answer, GraphError> {
        let status = response.status().as_u16();
        let headers: HeaderMap = std::mem::take(response.headers_mut());
        let notes = Notes::read(|name| headers.get(name).and_then(|value| value.to_str().ok()));
        // What the other side says about the length is a hint: it is believed as far as it may be true.
        let length = response.content_length().unwrap_or(0).min(self.body_bytes_max);
        let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or(0).min(RESERVED_MAX));
        while let Some(piece) = response.chunk().await.map_err(|error| lost(&error))? {
            if (body.len() + piece.len()) as u64 > self.body_bytes_max {
                return Err(GraphError::of("graph.too_large").with(notes.request_id, None));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status, notes, body })
    }
}

/// A connection that was refused, reset or cut short. reqwest's own text may hold addresses and is dropped.
fn lost(error: &reqwest::Error) -> GraphError {
    GraphError::of(if error.is_timeout() { "graph.timeout" } else { "graph.unavailable" })
}

fn client(config: &GraphConfig) -> Result<Client, GraphError> {
    // A second installation in one process finds the first; both are ring.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || Client::builder().redirect(redirect::Policy::none()).gzip(true).connect_timeout(config.timeout);
    let mut trusting = builder();
    if let Some(pem) = &config.extra_root_pem {
        let certificates = Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| bad_root())?;
        trusting = trusting.tls_certs_merge(certificates);
    }
    trusting.build().or_else(|_| {
        // A machine without any trusted certificates must still reach a plain-text simulator; TLS fails there by itself.
        tracing::warn!("this machine has no trusted certificates: install ca-certificates to reach Microsoft Graph");
        let roots = rustls::RootCertStore::empty();
        let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        builder().tls_backend_preconfigured(tls).build().map_err(|_| bad_root())
    })
}

fn bad_root() -> GraphError {
    GraphError::new("graph.bad_certificate", "The additional root certificate cannot be used", "Give it as PEM text")
}

#[cfg(test)]
mod tests {
    use super::Notes;

    #[test]
    fn an_id_that_is_none_is_dropped() {
        let notes = |id: &'static str| Notes::read(|name| (name == "request-id").then_some(id)).request_id;
        assert!(notes("1f0e4c2a-0000-4000-8000-000000000000").is_some());
        assert_eq!(notes("a sentence of the other side"), None);
    }

    #[test]
    fn a_pause_is_read_in_seconds_and_nonsense_is_ignored() {
        let notes = |text: &'static str| Notes::read(|name| (name == "retry-after").then_some(text)).retry_after_ms;
        assert_eq!(notes("3"), Some(3_000));
        assert_eq!(notes("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(notes("-1"), None);
    }
}
