//! Tokens: of the application, one request for however many callers, renewed before they end; and of people, who sign in.

mod addresses;
mod assertion;
pub(crate) mod claims;
mod person;
pub(crate) mod refusal;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::Ambient;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::config::Limits;
use crate::connection::{Connection, Credential};
use crate::error::GraphError;
use crate::json::{self, Parsed};
use crate::retry::Attempts;
use crate::transport::Transport;

pub use addresses::SentAway;
pub(crate) use person::GROUPS;
pub use person::{CameBack, PersonToken, SignInProof};

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

/// What asks the sign-in service for one connection.
pub(crate) struct Exchange {
    pub(crate) connection: Connection,
    pub(crate) transport: Arc<Transport>,
    pub(crate) ambient: Ambient,
}

/// The tokens of one connection.
pub(crate) struct Tokens {
    exchange: Exchange,
    limits: Limits,
    /// A person's token is not: they have to sign in.
    renewable: bool,
    finished: AtomicU64,
    cached: Mutex<Option<Result<Token, GraphError>>>,
}

impl Tokens {
    pub(crate) fn new(exchange: Exchange, limits: Limits) -> Self {
        Self { exchange, limits, renewable: true, finished: AtomicU64::new(0), cached: Mutex::new(None) }
    }

    /// Nothing but this token of a person.
    pub(crate) fn of_person(exchange: Exchange, limits: Limits, token: &PersonToken) -> Self {
        let cached = Mutex::new(Some(Ok(token.token.clone())));
        Self { renewable: false, cached, ..Self::new(exchange, limits) }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.exchange.connection
    }

    /// A token that lasts. Whoever waits while another one asks gets that answer, an error too: a hundred readers
    /// with a wrong secret are one failed sign-in, not a hundred.
    pub(crate) async fn get(&self) -> Result<Token, GraphError> {
        let seen = self.finished.load(Ordering::SeqCst);
        let mut cached = self.cached.lock().await;
        match &*cached {
            Some(Ok(token)) if token.expires_ms - EARLY_MS > self.exchange.ambient.now_ms() => return Ok(token.clone()),
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
        if !self.renewable {
            return Err(refusal::person_gone());
        }
        let mut attempts = Attempts::default();
        loop {
            let error = match self.exchange.of_application().await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            if !attempts.wait(&error, &self.limits, &self.exchange.ambient).await {
                return Err(error);
            }
        }
    }
}

impl Exchange {
    /// One request for a token of the application.
    async fn of_application(&self) -> Result<Token, GraphError> {
        let scope = format!("{}/.default", self.connection.cloud.graph_url);
        let form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", self.connection.client_id.as_str()),
            ("scope", scope.as_str()),
        ];
        self.token(&self.ask(form).await?)
    }

    /// The body of an answer to a form, to which the proof of who asks is added.
    async fn ask(&self, mut form: Vec<(&str, &str)>) -> Result<Value, GraphError> {
        let path = ["oauth2", "v2.0", "token"];
        let address = addresses::of(&self.connection.cloud, &self.connection.directory_id, &path)?;
        let proof = self.proof(address.as_str())?;
        form.extend(proof.iter().map(|(name, value)| (*name, value.expose_secret())));
        let request = self.transport.client.post(address).header("accept", "application/json").form(&form);
        let answer = self.transport.send(request).await.map_err(refusal::lost)?;
        tracing::debug!(directory_id = %self.connection.directory_id, status = answer.status, "token requested");
        let body = json::parse(answer.body).await.and_then(Parsed::whole);
        if answer.status != 200 {
            return Err(refusal::of(answer.status, body.as_ref().ok())
                .with(answer.notes.request_id, answer.notes.retry_after_ms));
        }
        body.map_err(|_| refusal::unreadable())
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

    fn token(&self, body: &Value) -> Result<Token, GraphError> {
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
