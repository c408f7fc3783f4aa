//! The connection of a tenant: client id and credential, encrypted at rest; and the one that waits to replace it.

use model::AppError;
use model::ids::TenantId;
use secrecy::{ExposeSecret, SecretString};
use strum::{Display, EnumString, IntoStaticStr};

use crate::db::sql::sql;
use crate::db::{Row, Tx};
use crate::{StoreError, TenantDb, Tenants, audit};

/// What proves that TenantAtlas is the application. It never prints.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A client secret.
    Secret(SecretString),
    /// A certificate.
    Certificate {
        /// The certificate and its private key.
        pem: SecretString,
        /// What a page may show.
        about: CertificateSummary,
    },
}

/// The two kinds of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CredentialKind {
    /// A client secret.
    Secret,
    /// A certificate.
    Certificate,
}

/// What is not secret about a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSummary {
    /// Its SHA-256 in hexadecimal.
    pub thumbprint: String,
    /// When it ends, in milliseconds since the Unix epoch.
    pub expires_at: i64,
}

impl Credential {
    /// Which of the two.
    pub fn kind(&self) -> CredentialKind {
        match self {
            Self::Secret(_) => CredentialKind::Secret,
            Self::Certificate { .. } => CredentialKind::Certificate,
        }
    }

    fn text(&self) -> &SecretString {
        match self {
            Self::Secret(secret) => secret,
            Self::Certificate { pem, .. } => pem,
        }
    }

    fn about(&self) -> Option<&CertificateSummary> {
        match self {
            Self::Secret(_) => None,
            Self::Certificate { about, .. } => Some(about),
        }
    }
}

/// What a worker needs to sign in. The credential never prints.
#[derive(Debug, Clone)]
pub struct StoredConnection {
    /// The app registration's id.
    pub client_id: String,
    /// Decrypted.
    pub credential: Credential,
    /// Milliseconds since the Unix epoch.
    pub updated_at: i64,
    /// As it is stored: tells this credential from any other, also from the same one saved again.
    sealed: Vec<u8>,
}

/// What a page may show.
#[derive(Debug, Clone)]
pub struct ConnectionSummary {
    /// The app registration's id.
    pub client_id: String,
    /// Which kind of credential it has.
    pub kind: CredentialKind,
    /// Of a certificate.
    pub certificate: Option<CertificateSummary>,
    /// Milliseconds since the Unix epoch.
    pub updated_at: i64,
    /// Who set it, with the name as it was then.
    pub updated_by: String,
}

/// What became of a connection that was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is in use from now on.
    InUse,
    /// The one before stays in use until a check has found that this one works.
    Waits,
}

/// A certificate in use, for the operator of the machine.
#[derive(Debug, Clone)]
pub struct CertificateInUse {
    /// Whose.
    pub tenant: TenantId,
    /// The tenant's name.
    pub display_name: String,
    /// When it ends, in milliseconds since the Unix epoch.
    pub expires_at: i64,
}

impl TenantDb<'_> {
    /// What is encrypted is bound to. The same in both tables, so that a waiting credential moves as it is.
    fn connection_place(&self) -> String {
        format!("connections/{}", self.tenant())
    }

    /// Stores a connection, with an audit entry. That of a tenant that is past its first check stays in use until a check
    /// has found that the new one works ([`TenantDb::use_waiting`]). The caller has checked the capability.
    pub async fn set_connection(&self, client_id: &str, credential: &Credential) -> Result<Saved, AppError> {
        let plain = credential.text().expose_secret().as_bytes();
        let sealed = self.db.keys().encrypt(self.db.ambient(), &self.connection_place(), plain);
        let mut tx = self.db.begin("tenant.set_connection").await?;
        let at = audit::now(&mut tx).await?;
        let upsert = sql!(
            "insert into connection_candidates \
             (tenant_id, client_id, secret, updated_at, updated_by, kind, thumbprint, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tenant_id) do update set \
             client_id = excluded.client_id, secret = excluded.secret, updated_at = excluded.updated_at, \
             updated_by = excluded.updated_by, kind = excluded.kind, thumbprint = excluded.thumbprint, \
             expires_at = excluded.expires_at",
            self.tenant_arg(),
            client_id,
            sealed.clone(),
            at,
            &self.scope.actor().name,
            credential.kind().to_string(),
            credential.about().map(|about| about.thumbprint.as_str()),
            credential.about().map(|about| about.expires_at),
        );
        tx.execute(upsert).await?;
        let works = sql!(
            "select c.client_id from connections c join tenants t on t.id = c.tenant_id \
             where c.tenant_id = $1 and t.state <> 'pending'",
            self.tenant_arg(),
        );
        let saved = if tx.fetch("connections", works).await?.is_empty() { Saved::InUse } else { Saved::Waits };
        if saved == Saved::InUse {
            self.take_into_use(&mut tx, &sealed).await?;
        }
        let entry = self.entry("connection.set", Some(client_id.to_owned()), "succeeded", None);
        audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// A check has found that the waiting connection works: it replaces the one in use, with an audit entry. False when
    /// another has been saved since that one was read.
    pub async fn use_waiting(&self, waiting: &StoredConnection) -> Result<bool, AppError> {
        let mut tx = self.db.begin("tenant.use_waiting").await?;
        let at = audit::now(&mut tx).await?;
        if !self.take_into_use(&mut tx, &waiting.sealed).await? {
            return Ok(false);
        }
        let entry = self.entry("connection.use", Some(waiting.client_id.clone()), "succeeded", None);
        audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn take_into_use(&self, tx: &mut Tx, sealed: &[u8]) -> Result<bool, StoreError> {
        let replace = sql!(
            "insert into connections \
             (tenant_id, client_id, secret, updated_at, updated_by, kind, thumbprint, expires_at) \
             select tenant_id, client_id, secret, updated_at, updated_by, kind, thumbprint, expires_at \
             from connection_candidates where tenant_id = $1 and secret = $2 on conflict (tenant_id) do update set \
             client_id = excluded.client_id, secret = excluded.secret, updated_at = excluded.updated_at, \
             updated_by = excluded.updated_by, kind = excluded.kind, thumbprint = excluded.thumbprint, \
             expires_at = excluded.expires_at",
            self.tenant_arg(),
            sealed,
        );
        let replaced = tx.execute(replace).await? > 0;
        let remove =
            sql!("delete from connection_candidates where tenant_id = $1 and secret = $2", self.tenant_arg(), sealed);
        tx.execute(remove).await?;
        Ok(replaced)
    }

    /// The one in use with its decrypted credential, for a worker.
    pub async fn connection(&self) -> Result<Option<StoredConnection>, StoreError> {
        let statement = sql!("select * from connections where tenant_id = $1", self.tenant_arg());
        let rows = self.db.fetch("connections", statement).await?;
        rows.first().map(|row| self.opened(row)).transpose()
    }

    /// The one that waits for its check, with its decrypted credential, for a worker.
    pub async fn waiting_connection(&self) -> Result<Option<StoredConnection>, StoreError> {
        let statement = sql!("select * from connection_candidates where tenant_id = $1", self.tenant_arg());
        let rows = self.db.fetch("connection_candidates", statement).await?;
        rows.first().map(|row| self.opened(row)).transpose()
    }

    fn opened(&self, row: &Row) -> Result<StoredConnection, StoreError> {
        let sealed = row.get::<Vec<u8>>("secret")?;
        let plain = self.db.keys().decrypt(&self.connection_place(), &sealed)?;
        let text = SecretString::from(String::from_utf8(plain).map_err(|_| StoreError::Undecryptable)?);
        let credential = match certificate(row)? {
            Some(about) => Credential::Certificate { pem: text, about },
            None => Credential::Secret(text),
        };
        Ok(StoredConnection {
            client_id: row.get("client_id")?,
            credential,
            updated_at: row.get("updated_at")?,
            sealed,
        })
    }

    /// The one in use without its credential, for a page.
    pub async fn connection_summary(&self) -> Result<Option<ConnectionSummary>, StoreError> {
        let statement = sql!(
            "select client_id, updated_at, updated_by, kind, thumbprint, expires_at from connections where tenant_id = $1",
            self.tenant_arg(),
        );
        self.db.fetch("connections", statement).await?.first().map(summary).transpose()
    }

    /// The one that waits for its check without its credential, for a page.
    pub async fn waiting_summary(&self) -> Result<Option<ConnectionSummary>, StoreError> {
        let statement = sql!(
            "select client_id, updated_at, updated_by, kind, thumbprint, expires_at from connection_candidates \
             where tenant_id = $1",
            self.tenant_arg(),
        );
        self.db.fetch("connection_candidates", statement).await?.first().map(summary).transpose()
    }
}

impl Tenants {
    /// The certificates in use, those that end first before the others. For the operator of the machine.
    pub async fn certificates(&self) -> Result<Vec<CertificateInUse>, StoreError> {
        let statement = sql!(
            "select t.id, t.display_name, c.expires_at from connections c join tenants t on t.id = c.tenant_id \
             where c.kind = 'certificate' and t.state <> 'archived' order by c.expires_at, t.id"
        );
        let in_use = |row: &Row| {
            Ok(CertificateInUse {
                tenant: row.id("id")?,
                display_name: row.get("display_name")?,
                expires_at: row.get("expires_at")?,
            })
        };
        self.0.fetch("connections", statement).await?.iter().map(in_use).collect()
    }
}

fn certificate(row: &Row) -> Result<Option<CertificateSummary>, StoreError> {
    match row.word("kind")? {
        CredentialKind::Secret => Ok(None),
        CredentialKind::Certificate => {
            Ok(Some(CertificateSummary { thumbprint: row.get("thumbprint")?, expires_at: row.get("expires_at")? }))
        }
    }
}

fn summary(row: &Row) -> Result<ConnectionSummary, StoreError> {
    Ok(ConnectionSummary {
        client_id: row.get("client_id")?,
        kind: row.word("kind")?,
        certificate: certificate(row)?,
        updated_at: row.get("updated_at")?,
        updated_by: row.get("updated_by")?,
    })
}
