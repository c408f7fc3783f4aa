//! What somebody has sent for an import: kept in parts, encrypted, for a week, so that its run can be repeated.

use model::AppError;
use model::access::Capability;
use model::ids::{TenantId, UploadId};

use crate::db::sql::{id, sql};
use crate::{Db, StoreError, TenantDb};

/// How long it is kept, in milliseconds.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Bytes in a part.
const PART: usize = 1024 * 1024;
/// Removed in one transaction.
const SLICE: i64 = 20;

/// One of them, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Sorts by time.
    pub id: UploadId,
    /// The name of the file or folder, as it was sent.
    pub name: String,
    /// SHA-256 of the content, lower-case hexadecimal.
    pub sha256: String,
    /// Length of the content.
    pub bytes: u64,
    parts: u64,
}

/// One tenant's uploads.
pub struct Uploads<'a>(pub(crate) TenantDb<'a>);

fn place(tenant: TenantId, upload: UploadId, number: u64) -> String {
    format!("uploads/{tenant}/{upload}/{number}")
}

impl Uploads<'_> {
    /// Keeps it for a run to take. Wants the capability to make backup sets.
    pub async fn keep(&self, name: &str, sha256: &str, content: &[u8]) -> Result<UploadId, AppError> {
        self.0.scope.require(Capability::BackupsCreate)?;
        let db = self.0.db;
        let upload: UploadId = db.ambient().id();
        let mut tx = db.begin("uploads.keep").await?;
        let parts = content.chunks(PART);
        let insert = sql!(
            "insert into uploads (id, tenant_id, name, sha256, bytes, parts, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, now_ms(), now_ms() + $7)",
            id(upload),
            self.0.tenant_arg(),
            name,
            sha256,
            content.len(),
            parts.len(),
            KEPT_MS,
        );
        tx.execute(insert).await?;
        for (number, part) in (1_u64..).zip(parts) {
            let body = db.keys().encrypt(db.ambient(), &place(self.0.tenant(), upload, number), part);
            let insert = sql!(
                "insert into upload_parts (upload_id, number, body) values ($1, $2, $3)",
                id(upload),
                number,
                body
            );
            tx.execute(insert).await?;
        }
        tx.commit().await?;
        Ok(upload)
    }

    /// One upload; absent when it was taken or its time is over.
    pub async fn get(&self, upload: UploadId) -> Result<Option<Upload>, StoreError> {
        let statement = sql!("select * from uploads where id = $1 and tenant_id = $2", id(upload), self.0.tenant_arg());
        let rows = self.0.db.fetch("uploads", statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Upload {
            id: row.id("id")?,
            name: row.get("name")?,
            sha256: row.get("sha256")?,
            bytes: row.count("bytes")?,
            parts: row.count("parts")?,
        }))
    }

    /// Its content.
    pub async fn content(&self, upload: &Upload) -> Result<Vec<u8>, StoreError> {
        let mut content = Vec::with_capacity(usize::try_from(upload.bytes).unwrap_or_default());
        for number in 1..=upload.parts {
            let statement = sql!(
                "select p.body from upload_parts p join uploads u on u.id = p.upload_id \
                 where p.upload_id = $1 and p.number = $2 and u.tenant_id = $3",
                id(upload.id),
                number,
                self.0.tenant_arg(),
            );
            let rows = self.0.db.fetch("upload_parts", statement).await?;
            let body: Vec<u8> = rows.first().ok_or(StoreError::Undecryptable)?.get("body")?;
            content.extend(self.0.db.keys().decrypt(&place(self.0.tenant(), upload.id, number), &body)?);
        }
        Ok(content)
    }

    /// Removes what no run needs.
    pub async fn remove(&self, upload: UploadId) -> Result<(), StoreError> {
        let delete = sql!("delete from uploads where id = $1 and tenant_id = $2", id(upload), self.0.tenant_arg());
        self.0.db.execute(delete).await?;
        Ok(())
    }
}

impl Db {
    /// Removes the uploads of all tenants whose time is over. How many were removed.
    pub async fn remove_expired_uploads(&self) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let statement = sql!(
                "delete from uploads where id in (select id from uploads where expires_at <= now_ms() limit $1)",
                SLICE,
            );
            let slice = self.execute(statement).await?;
            removed += slice;
            if slice < SLICE.unsigned_abs() {
                return Ok(removed);
            }
        }
    }
}
