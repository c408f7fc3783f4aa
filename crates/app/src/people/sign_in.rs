//! Signing in with a local password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::ids::UserId;
use model::{AppError, Kind};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use store::{Actor, AuditEntry, Db, User};

use super::password;

/// Failures of one address and account within [`WINDOW_MS`] after which further tries are refused.
pub const SIGN_IN_FAILURES_MAX: u64 = 10;
/// How long a failure counts, in milliseconds.
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// How long a session lives at most, in milliseconds.
const SESSION_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// A session that was just made. The token goes into a cookie and is stored nowhere.
pub struct SignIn {
    /// Who.
    pub user: UserId,
    /// 256 random bits, base64url.
    pub token: String,
}

/// The form in which a session's token is stored and looked up.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Checks the password and opens a session. A wrong account and a wrong password are told apart by nothing.
pub async fn sign_in(db: &Db, email: &str, secret: SecretString, address: &str) -> Result<SignIn, AppError> {
    let email = email.trim().to_lowercase();
    let since = db.ambient().now_ms() - WINDOW_MS;
    if db.sessions().failures(address, &email, since).await? >= SIGN_IN_FAILURES_MAX {
        return Err(AppError::new(
            Kind::TooMany,
            "sign_in.throttled",
            "Too many failed attempts for this account from here",
        )
        .hint("Wait 15 minutes, then try again"));
    }
    let person = db.people().by_email(&email).await?;
    let hash = person.as_ref().and_then(|person| person.password_hash.clone());
    // Verified in both cases, so that an unknown account takes as long as a known one.
    let right = password::verify(secret, hash).await?;
    match person.filter(|_| right) {
        Some(person) => open_session(db, person, address).await,
        None => refuse(db, &email, address).await,
    }
}

async fn open_session(db: &Db, person: User, address: &str) -> Result<SignIn, AppError> {
    let token = URL_SAFE_NO_PAD.encode(db.ambient().bytes::<32>());
    let csrf = URL_SAFE_NO_PAD.encode(db.ambient().bytes::<32>());
    let expires_at = db.ambient().now_ms() + SESSION_MS;
    db.sessions().create(person.id, &token_hash(&token), &csrf, expires_at).await?;
    db.sessions().forget_failures(address, &person.email).await?;
    audit(db, Actor { user: Some(person.id), name: person.name }, "signed_in", address).await?;
    Ok(SignIn { user: person.id, token })
}

async fn refuse(db: &Db, email: &str, address: &str) -> Result<SignIn, AppError> {
    db.sessions().note_failure(address, email).await?;
    audit(db, Actor { user: None, name: email.to_owned() }, "refused", address).await?;
    Err(AppError::new(Kind::Unauthenticated, "sign_in.refused", "E-mail address or password is not right")
        .hint("Check both and try again"))
}

async fn audit(db: &Db, actor: Actor, outcome: &str, address: &str) -> Result<(), AppError> {
    let entry = AuditEntry {
        tenant: None,
        actor,
        address: Some(address.to_owned()),
        action: "session.sign_in".to_owned(),
        object: None,
        run: None,
        outcome: outcome.to_owned(),
        detail: None,
    };
    Ok(db.audit().record(entry).await?)
}
