//! Who was sent to Microsoft and has to come back: one row for each time, found by the hash of its state.

use model::AppError;
use model::ids::{TenantId, UserId};
use secrecy::{ExposeSecret, SecretString};
use strum::{Display, EnumString, IntoStaticStr};

use crate::db::Row;
use crate::db::sql::{id, sql};
use crate::{Actor, AuditEntry, Db, StoreError, TenantDb, audit};

/// How long a row is kept after it has expired, so that it can still be said that it has, in milliseconds.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// What the person was sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// To let the application into the tenant.
    Consent,
    /// To sign in, so that TenantAtlas may ask Graph in their name.
    SignIn,
}

impl Purpose {
    /// The action of its audit entries.
    fn action(self) -> &'static str {
        match self {
            Self::Consent => "connection.consent",
            Self::SignIn => "connection.sign_in",
        }
    }
}

/// What is remembered while the person is away.
#[derive(Debug)]
pub struct NewAuthorization<'a> {
    /// The state's hash.
    pub state_hash: [u8; 32],
    /// What for.
    pub purpose: Purpose,
    /// The application that it is about.
    pub client_id: &'a str,
    /// What only this side may know.
    pub secret: Option<SecretString>,
    /// Milliseconds since the Unix epoch.
    pub expires_at: i64,
}

/// A person who was sent away.
#[derive(Debug)]
pub struct Authorization {
    /// The tenant that it is about.
    pub tenant: TenantId,
    /// Who was sent.
    pub user: UserId,
    /// What for.
    pub purpose: Purpose,
    /// The application that it is about.
    pub client_id: String,
    /// What only this side may know.
    pub secret: Option<SecretString>,
    /// Milliseconds since the Unix epoch.
    pub expires_at: i64,
    /// Whether somebody has come back with it.
    pub used: bool,
}

/// Everybody who was sent away.
pub struct Authorizations(Db);

impl Db {
    /// Everybody who was sent away: whoever comes back shows a state, and nothing else says which tenant it is about.
    pub fn authorizations(&self) -> Authorizations {
        Authorizations(self.clone())
    }
}

/// What a secret is bound to when it is encrypted.
fn place(tenant: TenantId) -> String {
    format!("authorizations/{tenant}")
}

impl Authorizations {
    /// The one of that state, also one that has expired or was used.
    pub async fn find(&self, state_hash: &[u8; 32]) -> Result<Option<Authorization>, StoreError> {
        let statement = sql!("select * from authorization_requests where state_hash = $1", state_hash);
        let rows = self.0.fetch("authorization_requests", statement).await?;
        rows.first().map(|row| self.opened(row)).transpose()
    }

    fn opened(&self, row: &Row) -> Result<Authorization, StoreError> {
        let tenant = row.id("tenant_id")?;
        let open = |sealed: Vec<u8>| {
            let plain = self.0.keys().decrypt(&place(tenant), &sealed)?;
            String::from_utf8(plain).map(SecretString::from).map_err(|_| StoreError::Undecryptable)
        };
        Ok(Authorization {
            tenant,
            user: row.id("user_id")?,
            purpose: row.word("purpose")?,
            client_id: row.get("client_id")?,
            secret: row.get::<Option<Vec<u8>>>("sealed")?.map(open).transpose()?,
            expires_at: row.get("expires_at")?,
            used: row.get::<Option<i64>>("used_at")?.is_some(),
        })
    }

    /// Records that somebody came back who may not, or too late. Nothing changes.
    pub async fn denied(
        &self,
        asked: &Authorization,
        actor: Actor,
        address: Option<&str>,
        outcome: &str,
    ) -> Result<(), StoreError> {
        let entry = AuditEntry {
            tenant: Some(asked.tenant),
            actor,
            address: address.map(str::to_owned),
            action: asked.purpose.action().to_owned(),
            object: Some(asked.client_id.clone()),
            run: None,
            outcome: outcome.to_owned(),
            detail: None,
        };
        self.0.audit().record(entry).await
    }
}

impl TenantDb<'_> {
    /// Remembers the scope's actor as sent away, with an audit entry, and forgets who has been away for long. The caller has
    /// checked the capability.
    pub async fn send_away(&self, new: NewAuthorization<'_>) -> Result<(), AppError> {
        let user = self.scope.actor().user.ok_or_else(|| AppError::internal("nobody can be sent away"))?;
        let seal = |secret: &SecretString| {
            self.db.keys().encrypt(self.db.ambient(), &place(self.tenant()), secret.expose_secret().as_bytes())
        };
        let sealed: Option<Vec<u8>> = new.secret.as_ref().map(seal);
        let mut tx = self.db.begin("tenant.send_away").await?;
        let at = audit::now(&mut tx).await?;
        let long_ago = self.db.ambient().now_ms() - KEPT_MS;
        tx.execute(sql!("delete from authorization_requests where expires_at < $1", long_ago)).await?;
        let insert = sql!(
            "insert into authorization_requests \
             (state_hash, tenant_id, user_id, purpose, client_id, sealed, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
            &new.state_hash,
            self.tenant_arg(),
            id(user),
            new.purpose.to_string(),
            new.client_id,
            sealed,
            new.expires_at,
        );
        tx.execute(insert).await?;
        let entry = self.entry(new.purpose.action(), Some(new.client_id.to_owned()), "asked", None);
        audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        Ok(tx.commit().await?)
    }

    /// Uses the state up, with an audit entry of how it ended. False, and nothing is written, when it was used meanwhile.
    pub async fn take_back(
        &self,
        state_hash: &[u8; 32],
        asked: &Authorization,
        outcome: &str,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin("tenant.take_back").await?;
        let at = audit::now(&mut tx).await?;
        let update = sql!(
            "update authorization_requests set used_at = $3 \
             where state_hash = $1 and tenant_id = $2 and used_at is null",
            state_hash,
            self.tenant_arg(),
            at,
        );
        if tx.execute(update).await? == 0 {
            return Ok(false);
        }
        let entry = self.entry(asked.purpose.action(), Some(asked.client_id.clone()), outcome, None);
        audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(true)
    }
}
