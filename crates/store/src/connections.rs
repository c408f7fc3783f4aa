//! The connection of a tenant: client id and secret, encrypted at rest.

use model::AppError;
use secrecy::{ExposeSecret, SecretString};

use crate::db::sql::sql;
use crate::{StoreError, TenantDb, audit};

/// What a worker needs to sign in. The secret never prints.
#[derive(Debug, Clone)]
pub struct StoredConnection {
    /// The app registration's id.
    pub client_id: String,
    /// Decrypted.
    pub secret: SecretString,
    /// Milliseconds since the Unix epoch.
    pub updated_at: i64,
}

/// What a page may show.
#[derive(Debug, Clone)]
pub struct ConnectionSummary {
    /// The app registration's id.
    pub client_id: String,
    /// Milliseconds since the Unix epoch.
    pub updated_at: i64,
    /// Who set it, with the name as it was then.
    pub updated_by: String,
}

impl TenantDb<'_> {
    fn connection_place(&self) -> String {
        format!("connections/{}", self.tenant())
    }

    /// Stores or replaces the connection, with an audit entry. The caller has checked the capability.
    pub async fn set_connection(&self, client_id: &str, secret: &SecretString) -> Result<(), AppError> {
        let sealed =
            self.db.keys().encrypt(self.db.ambient(), &self.connection_place(), secret.expose_secret().as_bytes());
        let mut tx = self.db.begin("tenant.set_connection").await?;
        let at = audit::now(&mut tx).await?;
        let upsert = sql!(
            "insert into connections (tenant_id, client_id, secret, updated_at, updated_by) values ($1, $2, $3, $4, $5) \
             on conflict (tenant_id) do update set client_id = excluded.client_id, secret = excluded.secret, \
             updated_at = excluded.updated_at, updated_by = excluded.updated_by",
            self.tenant_arg(),
            client_id,
            sealed,
            at,
            &self.scope.actor().name,
        );
        tx.execute(upsert).await?;
        let entry = self.entry("connection.set", Some(client_id.to_owned()), "succeeded", None);
        audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// With the decrypted secret, for a worker.
    pub async fn connection(&self) -> Result<Option<StoredConnection>, StoreError> {
        let rows = self
            .db
            .fetch("connections", sql!("select * from connections where tenant_id = $1", self.tenant_arg()))
            .await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let plain = self.db.keys().decrypt(&self.connection_place(), &row.get::<Vec<u8>>("secret")?)?;
        let secret = String::from_utf8(plain).map_err(|_| StoreError::Undecryptable)?;
        Ok(Some(StoredConnection {
            client_id: row.get("client_id")?,
            secret: secret.into(),
            updated_at: row.get("updated_at")?,
        }))
    }

    /// Without the secret, for a page.
    pub async fn connection_summary(&self) -> Result<Option<ConnectionSummary>, StoreError> {
        let statement =
            sql!("select client_id, updated_at, updated_by from connections where tenant_id = $1", self.tenant_arg());
        let rows = self.db.fetch("connections", statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(ConnectionSummary {
            client_id: row.get("client_id")?,
            updated_at: row.get("updated_at")?,
            updated_by: row.get("updated_by")?,
        }))
    }
}
