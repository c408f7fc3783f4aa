//! A person signs in at the sign-in service, so that Graph may be asked in their name: authorisation code with PKCE
//! (RFC 7636; learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow). No refresh token is asked for: when the
//! token ends, the person signs in again.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Ambient;
use model::registry::Registry;
use ring::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{EARLY_MS, Exchange, SentAway, Token, claims};
use crate::error::GraphError;

/// The type that is searched with a person's token.
pub(crate) const GROUPS: &str = "groups";
/// Parts of a scope that are no permissions of Graph.
const NO_PERMISSIONS: [&str; 4] = ["openid", "profile", "email", "offline_access"];
/// Longest name of a person that is kept, in characters.
const NAME_CHARS_MAX: usize = 200;

/// What only this side knows of a sign-in that is under way.
#[derive(Debug, Clone)]
pub struct SignInProof {
    nonce: String,
    verifier: SecretString,
}

impl SignInProof {
    /// A new one, that nobody can guess.
    pub fn new(ambient: &Ambient) -> Self {
        let text = || URL_SAFE_NO_PAD.encode(ambient.bytes::<32>());
        Self { nonce: text(), verifier: SecretString::from(text()) }
    }

    /// As it is sealed while the person is away.
    pub fn to_text(&self) -> SecretString {
        SecretString::from(format!("{} {}", self.nonce, self.verifier.expose_secret()))
    }

    /// From [`SignInProof::to_text`].
    pub fn from_text(text: &SecretString) -> Option<Self> {
        let (nonce, verifier) = text.expose_secret().split_once(' ')?;
        Some(Self { nonce: nonce.to_owned(), verifier: SecretString::from(verifier) })
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.expose_secret().as_bytes()))
    }
}

/// A person who has come back with a code.
#[derive(Debug, Clone, Copy)]
pub struct CameBack<'a> {
    /// Redeemed once.
    pub code: &'a str,
    /// The address that they were sent away with.
    pub redirect_uri: &'a str,
    /// What they were sent away with.
    pub proof: &'a SignInProof,
}

/// A person's token for one tenant. It never prints.
#[derive(Clone)]
pub struct PersonToken {
    pub(crate) token: Token,
    name: String,
    permissions: Vec<String>,
}

impl PersonToken {
    /// Who signed in, as the sign-in service calls them; empty when it does not say.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was granted, sorted.
    pub fn permissions(&self) -> &[String] {
        &self.permissions
    }

    /// Until when it is used, in milliseconds since the Unix epoch: minutes before it ends, as every token.
    pub fn expires_ms(&self) -> i64 {
        self.token.expires_ms - EARLY_MS
    }
}

impl std::fmt::Debug for PersonToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonToken").field("expires_ms", &self.token.expires_ms).finish_non_exhaustive()
    }
}

impl SentAway<'_> {
    /// Where a person signs in, to let their name be used for what they ask for.
    pub fn to_sign_in(self, proof: &SignInProof) -> Result<String, GraphError> {
        let permission = Registry::embedded().get(GROUPS).and_then(|groups| groups.permissions.read.first());
        let permission = permission.map_or("", String::as_str);
        let scope = format!("openid profile {}/{permission}", self.cloud.graph_url);
        let more = [
            ("response_type", "code"),
            ("response_mode", "query"),
            ("scope", &scope),
            ("nonce", &proof.nonce),
            ("code_challenge", &proof.challenge()),
            ("code_challenge_method", "S256"),
        ];
        self.to(&["oauth2", "v2.0", "authorize"], &more)
    }
}

impl Exchange {
    /// Redeems a code. It is not tried again: a code is good once, and what became of the first try is not known.
    pub(crate) async fn redeem(&self, back: CameBack<'_>) -> Result<PersonToken, GraphError> {
        let form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.connection.client_id.as_str()),
            ("code", back.code),
            ("redirect_uri", back.redirect_uri),
            ("code_verifier", back.proof.verifier.expose_secret()),
        ];
        let body = self.ask(form).await?;
        let token = self.token(&body)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let claims = claims::of(text("id_token"));
        self.verify(&claims, &back.proof.nonce)?;
        let name = claims.get("preferred_username").and_then(Value::as_str).unwrap_or_default();
        let mut permissions: Vec<String> = text("scope")
            .split_whitespace()
            .map(|scope| scope.rsplit('/').next().unwrap_or(scope))
            .filter(|scope| !NO_PERMISSIONS.contains(scope))
            .map(str::to_owned)
            .collect();
        permissions.sort();
        Ok(PersonToken { token, name: name.chars().take(NAME_CHARS_MAX).collect(), permissions })
    }

    /// The id token has to be for this application, this sign-in and this directory. Its signature says nothing more: it came
    /// straight from the sign-in service (OpenID Connect Core, 3.1.3.7).
    fn verify(&self, claims: &Value, nonce: &str) -> Result<(), GraphError> {
        let is = |name: &str, wanted: &str| {
            claims.get(name).and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(wanted))
        };
        // Letters count in a nonce.
        let same_nonce = claims.get("nonce").and_then(Value::as_str) == Some(nonce);
        if !is("aud", &self.connection.client_id) || !same_nonce {
            return Err(GraphError::new(
                "auth.answer_mixed_up",
                "The sign-in service's answer belongs to another sign-in",
                "Sign in at Microsoft again under Connection",
            ));
        }
        if !is("tid", &self.connection.directory_id) {
            return Err(GraphError::new(
                "auth.wrong_tenant",
                "The sign-in belongs to another tenant",
                "Sign in at Microsoft with an account of this tenant's directory",
            ));
        }
        Ok(())
    }
}
