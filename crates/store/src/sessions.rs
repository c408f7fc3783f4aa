//! Sign-in sessions, found by the hash of their token, and failed sign-ins.

use model::ids::UserId;

use crate::db::sql::{id, sql};
use crate::{Db, StoreError, User};

/// A valid session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who is signed in.
    pub user: User,
    /// Must come with every form.
    pub csrf: String,
    /// Milliseconds since the Unix epoch.
    pub created_at: i64,
    /// Milliseconds since the Unix epoch.
    pub last_seen_at: i64,
    /// Milliseconds since the Unix epoch.
    pub expires_at: i64,
}

/// All sessions.
pub struct Sessions(Db);

impl Db {
    /// All sessions.
    pub fn sessions(&self) -> Sessions {
        Sessions(self.clone())
    }
}

/// An address and an account are counted together.
fn subject(address: &str, email: &str) -> String {
    format!("{address} {}", email.trim().to_lowercase())
}

impl Sessions {
    fn now(&self) -> i64 {
        self.0.ambient().now_ms()
    }

    /// Opens one. Only the token's hash is stored.
    pub async fn create(
        &self,
        user: UserId,
        token_hash: &[u8; 32],
        csrf: &str,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let statement = sql!(
            "insert into sessions (token_hash, user_id, csrf, created_at, last_seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)",
            token_hash,
            id(user),
            csrf,
            self.now(),
            expires_at,
        );
        self.0.execute(statement).await?;
        Ok(())
    }

    /// The session of that token, unless it has expired.
    pub async fn find(&self, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
        let statement = sql!(
            "select u.*, s.csrf, s.created_at as session_created_at, s.last_seen_at, s.expires_at \
             from sessions s join users u on u.id = s.user_id where s.token_hash = $1 and s.expires_at > $2",
            token_hash,
            self.now(),
        );
        let rows = self.0.fetch("sessions", statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Session {
            user: User::from_row(row)?,
            csrf: row.get("csrf")?,
            created_at: row.get("session_created_at")?,
            last_seen_at: row.get("last_seen_at")?,
            expires_at: row.get("expires_at")?,
        }))
    }

    /// Notes that it was used.
    pub async fn touch(&self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        self.0
            .execute(sql!("update sessions set last_seen_at = $1 where token_hash = $2", self.now(), token_hash))
            .await?;
        Ok(())
    }

    /// Ends it.
    pub async fn revoke(&self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        self.0.execute(sql!("delete from sessions where token_hash = $1", token_hash)).await?;
        Ok(())
    }

    /// Ends all of a person's, and forgets expired ones of anybody.
    pub async fn revoke_all_of(&self, user: UserId) -> Result<u64, StoreError> {
        self.0.execute(sql!("delete from sessions where user_id = $1 or expires_at <= $2", id(user), self.now())).await
    }

    /// Counts a failed sign-in against this address and account.
    pub async fn note_failure(&self, address: &str, email: &str) -> Result<(), StoreError> {
        let statement = sql!(
            "insert into sign_in_failures (subject, failed_at) values ($1, $2)",
            subject(address, email),
            self.now()
        );
        self.0.execute(statement).await?;
        Ok(())
    }

    /// Failed sign-ins since then.
    pub async fn failures(&self, address: &str, email: &str, since_ms: i64) -> Result<u64, StoreError> {
        let statement = sql!(
            "select count(*) as failures from sign_in_failures where subject = $1 and failed_at >= $2",
            subject(address, email),
            since_ms,
        );
        self.0.fetch("sign_in_failures", statement).await?[0].count("failures")
    }

    /// After a sign-in that worked.
    pub async fn forget_failures(&self, address: &str, email: &str) -> Result<(), StoreError> {
        self.0.execute(sql!("delete from sign_in_failures where subject = $1", subject(address, email))).await?;
        Ok(())
    }
}
