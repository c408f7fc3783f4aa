//! Tokens by client credentials: one request for however many callers, renewed before they end.

mod assertion;
pub(crate) mod claims;
pub(crate) mod refusal;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::Ambient;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use crate::config::Limits;
use crate::connection::{Connection, Credential};
use crate::error::GraphError;
use crate::json::{self, Parsed};
use crate::retry::Attempts;
use crate::transport::{Answer, Transport};

/// A token is renewed so long before it ends, in milliseconds: longer than any request takes.
const EARLY_MS: i64 = 5 * 60 * 1000;

/// The kind of assertion that goes with a certificate (RFC 7523).
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A usable access token.
#[derive(Clone)]
pub(crate) struct Token {
    secret: Arc<SecretString>,
    expires_ms: i64,
    roles: Arc<[String]>,
}

impl Token {
    pub(crate) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The application permissions that were granted.
    pub(crate) fn roles(&self) -> &[String] {
        &self.roles
    }
}

/// The tokens of one connection.
pub(crate) struct Tokens {
    connection: Connection,
    transport: Arc<Transport>,
    limits: Limits,
    ambient: Ambient,
    finished: AtomicU64,
    cached: Mutex<Option<Result<Token, GraphError>>>,
}

impl Tokens {
    pub(crate) fn new(connection: Connection, transport: Arc<Transport>, limits: Limits, ambient: Ambient) -> Self {
        Self { connection, transport, limits, ambient, finished: AtomicU64::new(0), cached: Mutex::new(None) }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// A token that lasts. Whoever waits while another one asks gets that answer, an error too: a hundred readers
    /// with a wrong secret are one failed sign-in, not a hundred.
    pub(crate) async fn get(&self) -> Result<Token, GraphError> {
        let seen = self.finished.load(Ordering::SeqCst);
        let mut cached = self.cached.lock().await;
        match &*cached {
            Some(Ok(token)) if token.expires_ms - EARLY_MS > self.ambient.now_ms() => return Ok(token.clone()),
            Some(Err(error)) if self.finished.load(Ordering::SeqCst) != seen => return Err(error.clone()),
            _ => {}
        }
        let fresh = self.request().await;
        self.finished.fetch_add(1, Ordering::SeqCst);
        *cached = Some(fresh.clone());
        fresh
    }

    /// Graph refused this token: the next caller asks for another, unless somebody did so already.
    pub(crate) async fn refused(&self, token: &Token) {
        let mut cached = self.cached.lock().await;
        if matches!(&*cached, Some(Ok(current)) if Arc::ptr_eq(&current.secret, &token.secret)) {
            *cached = None;
        }
    }

    async fn request(&self) -> Result<Token, GraphError> {
        let mut attempts = Attempts::default();
        loop {
            let error = match self.request_once().await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            match attempts.next(&error, &self.limits, &self.ambient) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error),
            }
        }
    }

    async fn request_once(&self) -> Result<Token, GraphError> {
        let address = self.address()?;
        let scope = format!("{}/.default", self.connection.cloud.graph_url);
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", self.connection.client_id.as_str()),
            ("scope", scope.as_str()),
        ];
        let proof = self.proof(address.as_str())?;
        form.extend(proof.iter().map(|(name, value)| (*name, value.expose_secret())));
        let request = self.transport.client.post(address).header("accept", "application/json").form(&form);
        let answer = self.transport.send(request).await.map_err(refusal::lost)?;
        tracing::debug!(directory_id = %self.connection.directory_id, status = answer.status, "token requested");
        self.token(answer).await
    }

    /// The fields of the form that prove who asks.
    fn proof(&self, audience: &str) -> Result<Vec<(&'static str, SecretString)>, GraphError> {
        Ok(match &self.connection.credential {
            Credential::Secret(secret) => vec![("client_secret", secret.clone())],
            Credential::Certificate(certificate) => {
                let assertion = assertion::sign(certificate, &self.connection.client_id, audience, &self.ambient)?;
                vec![("client_assertion_type", SecretString::from(ASSERTION)), ("client_assertion", assertion)]
            }
        })
    }

    fn address(&self) -> Result<Url, GraphError> {
        let wrong = || refusal::wrong_address();
        let mut address = Url::parse(&self.connection.cloud.login_url).map_err(|_| wrong())?;
        address.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().extend([
            &self.connection.directory_id,
            "oauth2",
            "v2.0",
            "token",
        ]);
        Ok(address)
    }

    async fn token(&self, answer: Answer) -> Result<Token, GraphError> {
        let body = json::parse(answer.body).await.and_then(Parsed::whole);
        if answer.status != 200 {
            return Err(refusal::of(answer.status, body.as_ref().ok())
                .with(answer.notes.request_id, answer.notes.retry_after_ms));
        }
        let body = body.map_err(|_| refusal::unreadable())?;
        let text = body
            .get("access_token")
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .ok_or_else(refusal::unreadable)?;
        let seconds = body
            .get("expires_in")
            .and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok()))
            .unwrap_or(3599);
        Ok(Token {
            roles: claims::roles(text).into(),
            expires_ms: self.ambient.now_ms() + seconds.clamp(0, 7 * 86_400) * 1000,
            secret: Arc::new(SecretString::from(text)),
        })
    }
}
