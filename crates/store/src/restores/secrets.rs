//! Values that somebody has entered for a restore: encrypted, for one run to read, and then gone.

use std::collections::{HashMap, HashSet};

use model::AppError;
use model::ids::{RestoreId, SecretId, TenantId};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::Restores;
use crate::db::sql::{id, sql};
use crate::ledger::hold_in;
use crate::{Db, Lease, StoreError};

/// How long a value waits for its restore to be executed, in milliseconds.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What becomes of the values of a restore.
#[derive(Debug, Default)]
pub struct SecretChanges {
    /// New ones, each with the id by which the draft names it.
    pub entered: Vec<(SecretId, SecretString)>,
    /// Those that the draft does not name any more.
    pub forgotten: Vec<SecretId>,
}

impl Restores<'_> {
    /// Replaces what was chosen together with the values that it names; like [`Restores::change`]. Audited, without them.
    pub async fn change_secrets(
        &self,
        restore: RestoreId,
        revision: i64,
        draft: &Value,
        changes: &SecretChanges,
    ) -> Result<i64, AppError> {
        let mut tx = self.0.db.begin("restores.change_secrets").await?;
        let at = self.change_in(&mut tx, restore, revision, draft).await?;
        for (secret, value) in &changes.entered {
            let place = place(self.0.tenant(), restore, *secret);
            let sealed = self.0.db.keys().encrypt(self.0.db.ambient(), &place, value.expose_secret().as_bytes());
            let insert = sql!(
                "insert into restore_secrets (id, tenant_id, restore_id, value, expires_at) values ($1, $2, $3, $4, $5)",
                id(*secret),
                self.0.tenant_arg(),
                id(restore),
                sealed,
                at + KEPT_MS,
            );
            tx.execute(insert).await?;
        }
        for secret in &changes.forgotten {
            let delete =
                sql!("delete from restore_secrets where id = $1 and restore_id = $2", id(*secret), id(restore));
            tx.execute(delete).await?;
        }
        let counts = format!("{} entered, {} forgotten", changes.entered.len(), changes.forgotten.len());
        self.audited(&mut tx, at, restore, "restore.secret", Some(counts)).await?;
        tx.commit().await?;
        Ok(revision + 1)
    }

    /// Which values are kept for the restore.
    pub async fn secrets_kept(&self, restore: RestoreId) -> Result<HashSet<SecretId>, StoreError> {
        let statement = sql!(
            "select id from restore_secrets where restore_id = $1 and tenant_id = $2",
            id(restore),
            self.0.tenant_arg()
        );
        let rows = self.0.db.fetch("restore_secrets", statement).await?;
        rows.iter().map(|row| row.id("id")).collect()
    }

    /// The values of the restore that the lease's run has taken up; of no other one.
    pub async fn secrets(
        &self,
        lease: &Lease,
        restore: RestoreId,
    ) -> Result<HashMap<SecretId, SecretString>, StoreError> {
        let mut tx = self.0.db.begin("restores.secrets").await?;
        hold_in(&mut tx, lease, self.0.tenant()).await?;
        let statement = sql!(
            "select s.id, s.value from restore_secrets s join restores r on r.id = s.restore_id \
             where s.restore_id = $1 and s.tenant_id = $2 and r.run_id = $3",
            id(restore),
            self.0.tenant_arg(),
            id(lease.run)
        );
        let rows = tx.fetch("restore_secrets", statement).await?;
        tx.commit().await?;
        let opened = |row: &crate::db::Row| {
            let secret = row.id("id")?;
            let sealed: Vec<u8> = row.get("value")?;
            let plain = self.0.db.keys().decrypt(&place(self.0.tenant(), restore, secret), &sealed)?;
            let text = String::from_utf8(plain).map_err(|_| StoreError::Undecryptable)?;
            Ok((secret, SecretString::from(text)))
        };
        rows.iter().map(opened).collect()
    }

    /// Removes all values of a restore that needs them no more.
    pub async fn forget_secrets(&self, restore: RestoreId) -> Result<(), StoreError> {
        let delete = sql!(
            "delete from restore_secrets where restore_id = $1 and tenant_id = $2",
            id(restore),
            self.0.tenant_arg()
        );
        self.0.db.execute(delete).await?;
        Ok(())
    }
}

impl Db {
    /// Removes, in all tenants, the values of restores that were given up or whose run is over, and those that have waited
    /// too long. How many were removed.
    pub async fn remove_spent_secrets(&self) -> Result<u64, StoreError> {
        let statement = sql!(
            "delete from restore_secrets where restore_id in (select r.id from restores r \
             where r.state = 'discarded' or (r.state = 'executed' and not exists \
             (select 1 from operation_runs o where o.id = r.run_id and o.status <> 'completed'))) \
             or (expires_at <= now_ms() and restore_id in (select id from restores where state = 'draft'))"
        );
        self.execute(statement).await
    }
}

/// Authenticated with the row: one moved to another restore or tenant does not decrypt.
fn place(tenant: TenantId, restore: RestoreId, secret: SecretId) -> String {
    format!("restore_secrets/{tenant}/{restore}/{secret}")
}
