//! Signing in with a local password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::ids::UserId;
use model::{AppError, Kind};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use store::Db;

use super::password;

/// Failures of one address and account within [`WINDOW_MS`] after which further tries are refused.
pub const SIGN_IN_FAILURES_MAX: i64 = 10;
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
    let subject = format!("{address} {email}");
    if db.sessions().failures_since(&subject, WINDOW_MS).await? >= SIGN_IN_FAILURES_MAX {
        return Err(AppError::new(Kind::TooMany, "sign_in.throttled", "Too many failed attempts for this account from here")
            .hint("Wait 15 minutes, then try again"));
    }
    let person = db.people().by_email(&email).await?;
    let hash = person.as_ref().and_then(|person| person.password_hash.clone());
    match person {
        Some(person) if password::verify(secret, hash).await? => open_session(db, person.id, address).await,
        None => {
            password::verify(SecretString::from(""), None).await?;
            refuse(db, &subject, &email, address).await
        }
        Some(_) => refuse(db, &subject, &email, address).await,
    }
}

async fn open_session(db: &Db, user: UserId, address: &str) -> Result<SignIn, AppError> {
    let token = URL_SAFE_NO_PAD.encode(db.ambient().bytes::<32>());
    let csrf = URL_SAFE_NO_PAD.encode(db.ambient().bytes::<32>());
    db.sessions().create(user, token_hash(&token), &csrf, SESSION_MS, address).await?;
    Ok(SignIn { user, token })
}

async fn refuse(db: &Db, subject: &str, email: &str, address: &str) -> Result<SignIn, AppError> {
    db.sessions().record_failure(subject, email, address).await?;
    Err(AppError::new(Kind::Unauthenticated, "sign_in.refused", "E-mail address or password is not right").hint("Check both and try again"))
}
