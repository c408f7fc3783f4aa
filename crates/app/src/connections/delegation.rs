//! People's own tokens: got by their sign-in at Microsoft, used for what they just asked for, never stored. Each is for one
//! person and one tenant, stays in the memory of the process that served the person, and goes with their session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use graph::{CameBack, FoundGroup, GraphConfig, GraphError, PersonToken, SignInProof};
use model::AppError;
use model::access::Capability;
use model::cloud::Clouds;
use model::ids::{TenantId, UserId};
use store::{Db, Purpose, TenantScope};

use super::away::{Answer, Back, Landed, not_connected, send};
use crate::services::Services;

/// Longest text that groups are searched by, in characters.
const TEXT_CHARS_MAX: usize = 120;
/// The code of a token that has ended.
const SIGNED_OUT: &str = "auth.person_signed_out";

/// The way to Graph of the people whom one process serves.
#[derive(Clone)]
pub struct Delegation(Arc<Inner>);

struct Inner {
    services: Services,
    tokens: Mutex<HashMap<(UserId, TenantId), PersonToken>>,
}

/// What a page may show of a person's token.
#[derive(Debug, Clone)]
pub struct SignedInAs {
    /// The name at Microsoft.
    pub name: String,
    /// The delegated permissions that were granted, sorted.
    pub permissions: Vec<String>,
    /// When it ends, in milliseconds since the Unix epoch.
    pub expires_at: i64,
}

/// Groups that were found.
#[derive(Debug, Clone, Default)]
pub struct FoundGroups {
    /// The first ones.
    pub groups: Vec<FoundGroup>,
    /// Whether there are more.
    pub more: bool,
}

impl Delegation {
    /// With a client that shares each tenant's limits with the workers over this database.
    pub fn new(db: &Db, clouds: Clouds) -> Result<Self, GraphError> {
        let services = Services::new(db, GraphConfig::default(), clouds)?;
        Ok(Self(Arc::new(Inner { services, tokens: Mutex::default() })))
    }

    /// Who the scope's actor is at Microsoft, while their token lasts.
    pub fn signed_in(&self, db: &Db, scope: &TenantScope) -> Option<SignedInAs> {
        let token = self.token(db, scope)?;
        Some(SignedInAs {
            name: token.name().to_owned(),
            permissions: token.permissions().to_vec(),
            expires_at: token.expires_ms(),
        })
    }

    /// Drops all tokens of a person, who signs out.
    pub fn forget(&self, user: UserId) {
        self.tokens().retain(|(owner, _), _| *owner != user);
    }

    fn token(&self, db: &Db, scope: &TenantScope) -> Option<PersonToken> {
        let key = (scope.actor().user?, scope.tenant_id());
        let mut tokens = self.tokens();
        tokens.retain(|_, token| token.expires_ms() > db.ambient().now_ms());
        tokens.get(&key).cloned()
    }

    fn keep(&self, scope: &TenantScope, token: PersonToken) {
        if let Some(user) = scope.actor().user {
            self.tokens().insert((user, scope.tenant_id()), token);
        }
    }

    fn drop_token(&self, scope: &TenantScope) {
        if let Some(user) = scope.actor().user {
            self.tokens().remove(&(user, scope.tenant_id()));
        }
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<(UserId, TenantId), PersonToken>> {
        self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the person goes now, who is to sign in at Microsoft.
pub async fn ask_sign_in(
    db: &Db,
    delegation: &Delegation,
    scope: &TenantScope,
    redirect_uri: &str,
) -> Result<String, AppError> {
    scope.require(Capability::RbacOnboard)?;
    let proof = SignInProof::new(db.ambient());
    let sealed = (Purpose::SignIn, Some(proof.to_text()));
    send(db, &delegation.0.services.clouds, scope, redirect_uri, sealed, |away| away.to_sign_in(&proof)).await
}

/// Redeems the code of a person who has come back. The state is used up before: a code is tried once.
pub(super) async fn take(
    db: &Db,
    delegation: &Delegation,
    redirect_uri: &str,
    back: Back,
    answer: &Answer<'_>,
) -> Result<Landed, AppError> {
    back.scope.require(Capability::RbacOnboard)?;
    let Some(code) = answer.code.filter(|_| answer.error.is_none()) else {
        back.end(db, "refused").await?;
        return Err(AppError::conflict("auth.person_refused", "The sign-in at Microsoft was not completed")
            .hint("Sign in at Microsoft again under Connection"));
    };
    back.end(db, "answered").await?;
    let proof = back.asked.secret.as_ref().and_then(SignInProof::from_text);
    let proof = proof.ok_or_else(|| AppError::internal("a sign-in without its proof"))?;
    let connection = connection(db, delegation, &back.scope).await?;
    let signed_in =
        delegation.0.services.graph.sign_in(connection, CameBack { code, redirect_uri, proof: &proof }).await;
    let outcome = signed_in.as_ref().map_or_else(|error| error.code, |_| "succeeded");
    let audit = db.tenant(&back.scope).audit();
    audit.record("connection.signed_in", Some(&back.asked.client_id), outcome, None).await?;
    delegation.keep(&back.scope, signed_in?);
    Ok(Landed::SignedIn(back.scope))
}

/// Searches groups live, in the person's name: the one thing that a page shows and the database does not have (spec 034).
pub async fn search_groups(
    db: &Db,
    delegation: &Delegation,
    scope: &TenantScope,
    text: &str,
) -> Result<FoundGroups, AppError> {
    scope.require(Capability::RbacOnboard)?;
    let text = model::text::one_line(text, TEXT_CHARS_MAX).ok_or_else(|| {
        AppError::invalid(
            "groups.text",
            format!("The name to search needs 1 to {TEXT_CHARS_MAX} characters on one line"),
        )
    })?;
    let signed_out = || {
        AppError::conflict(SIGNED_OUT, "You are not signed in at Microsoft for this tenant")
            .hint("Sign in at Microsoft under Connection")
    };
    let token = delegation.token(db, scope).ok_or_else(signed_out)?;
    let connection = connection(db, delegation, scope).await?;
    let found = delegation.0.services.graph.of_person(connection, &token).search_groups(text).await;
    let outcome = found.as_ref().map_or_else(|error| error.code, |_| "succeeded");
    if outcome == SIGNED_OUT {
        delegation.drop_token(scope);
    }
    db.tenant(scope).audit().record("groups.search", None, outcome, None).await?;
    let (groups, more) = found?;
    Ok(FoundGroups { groups, more })
}

async fn connection(db: &Db, delegation: &Delegation, scope: &TenantScope) -> Result<graph::Connection, AppError> {
    let tenant = db.tenant(scope);
    let stored = tenant.connection().await?.ok_or_else(not_connected)?;
    delegation.0.services.connection(&tenant.info().await?, stored)
}
