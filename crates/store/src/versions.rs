//! Observed contents of objects, for ever.

use model::AppError;
use model::ids::{RunId, VersionId};

use crate::db::Row;
use crate::db::sql::{Arg, Builder, id, sql};
use crate::inventory::authors;
use crate::{StoreError, TenantDb, VersionAuthor, blobs};

/// One observed content of one object.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// Sorts by time.
    pub id: VersionId,
    /// The contract's key.
    pub type_key: String,
    /// Graph's id.
    pub external_id: String,
    /// The name it had.
    pub name: String,
    /// Length of the document.
    pub bytes: u64,
    /// The run that saw it first.
    pub run: RunId,
    /// Milliseconds since the Unix epoch.
    pub first_seen_at: i64,
    /// Who made it, when an audit log tells.
    pub author: Option<VersionAuthor>,
}

impl VersionRow {
    fn from_row(of: &TenantDb<'_>, row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            type_key: row.get("type_key")?,
            external_id: row.get("external_id")?,
            name: row.get("name")?,
            bytes: row.count("bytes")?,
            run: row.id("run_id")?,
            first_seen_at: row.get("first_seen_at")?,
            author: authors::of_row(of.db, of.tenant(), row)?,
        })
    }
}

/// One tenant's versions.
pub struct Versions<'a>(pub(crate) TenantDb<'a>);

impl Versions<'_> {
    /// All observed versions of one object, newest first.
    pub async fn of(&self, type_key: &str, external_id: &str) -> Result<Vec<VersionRow>, StoreError> {
        let statement = sql!(
            "select v.*, a.body as author from versions v left join version_authors a on a.version_id = v.id \
             where v.tenant_id = $1 and v.type_key = $2 and v.external_id = $3 and not v.imported order by v.first_seen_at desc, v.id desc",
            self.0.tenant_arg(),
            type_key,
            external_id,
        );
        let rows = self.0.db.fetch("versions", statement).await?;
        rows.iter().map(|row| VersionRow::from_row(&self.0, row)).collect()
    }

    /// One version.
    pub async fn get(&self, version: VersionId) -> Result<VersionRow, AppError> {
        let statement = sql!(
            "select v.*, a.body as author from versions v left join version_authors a on a.version_id = v.id \
             where v.tenant_id = $1 and v.id = $2",
            self.0.tenant_arg(),
            id(version),
        );
        let rows = self.0.db.fetch("versions", statement).await?;
        Ok(VersionRow::from_row(&self.0, rows.first().ok_or_else(AppError::not_found)?)?)
    }

    /// The document as Graph sent it.
    pub async fn document(&self, version: VersionId) -> Result<Vec<u8>, AppError> {
        let found = self.documents(&[version]).await?;
        found.into_iter().next().map(|(_, document)| document).ok_or_else(AppError::not_found)
    }

    /// Several documents, in no particular order; unknown versions are left out.
    pub async fn documents(&self, versions: &[VersionId]) -> Result<Vec<(VersionId, Vec<u8>)>, StoreError> {
        let mut query = Builder::new("select v.id, b.hash, b.body, b.bytes from versions v ");
        query.text("join blobs b on b.tenant_id = v.tenant_id and b.hash = v.blob_hash where ");
        query.with("v.tenant_id = {} and v.id", [self.0.tenant_arg().into()]);
        query.one_of(versions.iter().map(|version| Arg::from(id(*version))));
        let rows = self.0.db.fetch("versions", query.statement()).await?;
        rows.iter()
            .map(|row| {
                let (hash, body): (Vec<u8>, Vec<u8>) = (row.get("hash")?, row.get("body")?);
                Ok((row.id("id")?, blobs::open(self.0.db, self.0.tenant(), &hash, &body, row.count("bytes")?)?))
            })
            .collect()
    }
}
