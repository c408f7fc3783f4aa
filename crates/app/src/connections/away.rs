//! A person is sent to the cloud's sign-in service and comes back with an answer that anybody could have written. What is
//! bound here is who was sent, for which tenant, and until when (spec 034).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use graph::SentAway;
use model::cloud::{Cloud, Clouds};
use model::ids::UserId;
use model::{AppError, Kind};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use store::{Actor, Authorization, Db, NewAuthorization, Purpose, Started, TenantInfo, TenantScope};

use super::consent;
use super::delegation::{self, Delegation};

/// How long a person may be away, in milliseconds.
const AWAY_MS: i64 = 10 * 60 * 1000;
/// The code of an answer to which there is no question.
pub(super) const UNKNOWN: &str = "callback.unknown";

/// Who came back, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// Who is signed in.
    pub user: UserId,
    /// Their name.
    pub name: &'a str,
    /// The network address.
    pub address: Option<&'a str>,
}

/// What the redirect said. None of it is signed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer<'a> {
    /// What we sent.
    pub state: Option<&'a str>,
    /// The directory that is said to have consented.
    pub tenant: Option<&'a str>,
    /// `True` when it did.
    pub admin_consent: Option<&'a str>,
    /// What a person's token is asked for with.
    pub code: Option<&'a str>,
    /// Why there is neither.
    pub error: Option<&'a str>,
}

/// What came of an answer.
#[derive(Debug)]
pub enum Landed {
    /// Consent is said to be given, and a check of it was started.
    Consented(TenantScope, Started),
    /// The person's token is here.
    SignedIn(TenantScope),
}

/// Takes the answer of whoever comes back, once.
pub async fn take_answer(
    db: &Db,
    delegation: &Delegation,
    redirect_uri: &str,
    visitor: Visitor<'_>,
    answer: &Answer<'_>,
) -> Result<Landed, AppError> {
    let back = come_back(db, visitor, answer.state).await.map_err(|error| {
        // A refusal without its state concerns nothing that is known here.
        if answer.error.is_some() && error.code == UNKNOWN { consent::refused() } else { error }
    })?;
    match back.asked.purpose {
        Purpose::Consent => consent::take(db, back, answer).await,
        Purpose::SignIn => delegation::take(db, delegation, redirect_uri, back, answer).await,
    }
}

/// The right person, in time, with what they were sent for.
pub(super) struct Back {
    pub(super) scope: TenantScope,
    pub(super) asked: Authorization,
    state_hash: [u8; 32],
}

impl Back {
    /// Uses the state up, with an audit entry of how it ended.
    pub(super) async fn end(&self, db: &Db, outcome: &str) -> Result<(), AppError> {
        let first = db.tenant(&self.scope).take_back(&self.state_hash, &self.asked, outcome).await?;
        if first { Ok(()) } else { Err(used()) }
    }
}

/// Whoever else comes with the state learns nothing of it, and the tenant's audit says that somebody came.
async fn come_back(db: &Db, visitor: Visitor<'_>, state: Option<&str>) -> Result<Back, AppError> {
    let state_hash = hash_of(state.ok_or_else(unknown)?);
    let authorizations = db.authorizations();
    let asked = authorizations.find(&state_hash).await?.ok_or_else(unknown)?;
    let (outcome, problem) = if asked.user != visitor.user {
        ("foreign", unknown())
    } else if asked.used {
        ("replayed", used())
    } else if asked.expires_at <= db.ambient().now_ms() {
        ("expired", expired())
    } else {
        let scope = db.authorise(visitor.user, asked.tenant).await?.from_address(visitor.address.map(str::to_owned));
        return Ok(Back { scope, asked, state_hash });
    };
    let actor = Actor { user: Some(visitor.user), name: visitor.name.to_owned() };
    authorizations.denied(&asked, actor, visitor.address, outcome).await?;
    Err(problem)
}

/// Remembers the scope's actor as sent away, and gives the address that `to` makes of it.
pub(super) async fn send(
    db: &Db,
    clouds: &Clouds,
    scope: &TenantScope,
    redirect_uri: &str,
    (purpose, secret): (Purpose, Option<SecretString>),
    to: impl FnOnce(SentAway<'_>) -> Result<String, graph::GraphError>,
) -> Result<String, AppError> {
    let info = db.tenant(scope).info().await?;
    let cloud = known_cloud(clouds, &info)?;
    let client_id = application(db, scope, purpose).await?;
    let state = URL_SAFE_NO_PAD.encode(db.ambient().bytes::<32>());
    let away = SentAway { cloud, directory_id: &info.directory_id, client_id: &client_id, redirect_uri, state: &state };
    let address = to(away)?;
    let expires_at = db.ambient().now_ms() + AWAY_MS;
    let new = NewAuthorization { state_hash: hash_of(&state), purpose, client_id: &client_id, secret, expires_at };
    db.tenant(scope).send_away(new).await?;
    Ok(address)
}

/// Consent is for the application that the next check signs in as: the one of the waiting credential, where there is one. A
/// person signs in to the one in use.
async fn application(db: &Db, scope: &TenantScope, purpose: Purpose) -> Result<String, AppError> {
    let tenant = db.tenant(scope);
    let waiting = match purpose {
        Purpose::Consent => tenant.waiting_summary().await?,
        Purpose::SignIn => None,
    };
    let stored = match waiting {
        Some(waiting) => Some(waiting),
        None => tenant.connection_summary().await?,
    };
    stored.map(|stored| stored.client_id).ok_or_else(not_connected)
}

pub(super) fn not_connected() -> AppError {
    AppError::conflict("connection.missing", "The tenant has no connection yet")
        .hint("Enter the application's id and its credential under Connection first")
}

fn known_cloud<'a>(clouds: &'a Clouds, info: &TenantInfo) -> Result<&'a Cloud, AppError> {
    clouds.get(&info.cloud).ok_or_else(|| {
        AppError::conflict(
            "connection.cloud_unknown",
            format!("This server does not know the cloud \"{}\"", info.cloud),
        )
        .hint("Configure it on every server and worker")
    })
}

/// The form in which a state is stored and looked up.
fn hash_of(state: &str) -> [u8; 32] {
    Sha256::digest(state.as_bytes()).into()
}

fn unknown() -> AppError {
    AppError::new(Kind::NotFound, UNKNOWN, "Nobody asked for this here, or somebody else did")
        .hint("Sign in as the person who asked, or ask again under Connection")
}

fn used() -> AppError {
    AppError::conflict("callback.used", "This answer was taken already")
        .hint("Ask again under Connection if you need to")
}

fn expired() -> AppError {
    AppError::conflict("callback.expired", "The answer came more than ten minutes after the question")
        .hint("Ask again under Connection")
}
