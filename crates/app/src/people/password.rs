//! Local passwords: argon2id with OWASP's first parameters (19 MiB, two passes), kept as a PHC string.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use model::{Ambient, AppError};
use secrecy::{ExposeSecret, SecretString};

/// Shortest password that is accepted, in characters.
pub const LENGTH_MIN: usize = 12;
/// Longest password that is accepted, in bytes: hashing more costs time and adds no strength.
pub const BYTES_MAX: usize = 1024;

/// A hash of nothing anybody knows: verified when the account does not exist, so that both cases take the same time.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWlzLWhlcmU$uE4xk3zT6m1vC1V8rH0q8Xq0m1J8Jd0b4bq0g2mF5cY";

/// Refuses passwords that are too short, too long or equal to the e-mail address.
pub fn check(password: &SecretString, email: &str) -> Result<(), AppError> {
    let text = password.expose_secret();
    if text.chars().count() < LENGTH_MIN {
        return Err(AppError::invalid(
            "password.too_short",
            format!("The password needs at least {LENGTH_MIN} characters"),
        )
        .hint("A few unrelated words make a good one"));
    }
    if text.len() > BYTES_MAX {
        return Err(AppError::invalid("password.too_long", format!("The password may have at most {BYTES_MAX} bytes")));
    }
    if text.eq_ignore_ascii_case(email) {
        return Err(AppError::invalid("password.guessable", "The password may not be the e-mail address"));
    }
    Ok(())
}

/// Hashes on a thread for blocking work: it takes tens of milliseconds.
pub async fn hash(ambient: &Ambient, password: SecretString) -> Result<String, AppError> {
    let salt = ambient.bytes::<16>();
    blocking(move || {
        Argon2::default()
            .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
            .map(|hash: PasswordHash| hash.to_string())
            .map_err(|error| AppError::internal(error.to_string()))
    })
    .await?
}

/// Whether the password is the one; `None` stands for an account that does not exist and costs the same.
pub async fn verify(password: SecretString, hash: Option<String>) -> Result<bool, AppError> {
    blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&text).map_err(|error| AppError::internal(error.to_string()))?;
        let right = Argon2::default().verify_password(password.expose_secret().as_bytes(), &parsed).is_ok();
        Ok(right && known)
    })
    .await?
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_an_existing_account_passes() {
        let secret = || SecretString::from("correct horse battery");
        let hash = hash(&Ambient::system(), secret()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify(secret(), Some(hash.clone())).await.unwrap());
        assert!(!verify(SecretString::from("wrong horse battery"), Some(hash)).await.unwrap());
        assert!(!verify(secret(), None).await.unwrap());
    }

    #[test]
    fn weak_passwords_are_refused_with_a_code() {
        let code = |text: &str| check(&SecretString::from(text), "me@example.com").unwrap_err().code;
        assert_eq!(code("short"), "password.too_short");
        assert_eq!(code(&"x".repeat(2000)), "password.too_long");
        assert_eq!(code("ME@example.com"), "password.guessable");
    }
}
