//! Files that runs have made: kept in parts, each compressed, then encrypted, until they expire.

use model::ids::{RunId, TenantId};

use crate::db::sql::{id, sql};
use crate::db::{Row, Tx};
use crate::ledger::{hold_in, record_items};
use crate::{Db, ItemRecord, Lease, StoreError, TenantDb};

/// How long a file is kept, in milliseconds.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Parts removed in one transaction.
const SLICE: i64 = 200;
/// Fast, and rows of text shrink to a tenth at any level.
const LEVEL: i32 = 3;

/// A file, finished or under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// The run that makes it.
    pub run: RunId,
    /// `csv`, `json` or `zip`.
    pub format: String,
    /// How many parts there are, numbered from 1.
    pub parts: u64,
    /// Rows in them.
    pub rows: u64,
    /// Bytes in them, as they are downloaded.
    pub bytes: u64,
    /// The run behind which the next part begins; of an archive that is not finished, its own run.
    pub position: Option<RunId>,
    /// Whether all parts are there.
    pub finished: bool,
    /// When it is removed, milliseconds since the Unix epoch.
    pub expires_at: i64,
    /// Whether that time has come, by the database's clock.
    pub expired: bool,
}

impl ExportFile {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let position = row.get::<Option<String>>("position")?;
        let (expires_at, now): (i64, i64) = (row.get("expires_at")?, row.get("now")?);
        Ok(Self {
            run: row.id("run_id")?,
            format: row.get("format")?,
            parts: row.count("parts")?,
            rows: row.count("row_count")?,
            bytes: row.count("bytes")?,
            position: position
                .map(|text| text.parse())
                .transpose()
                .map_err(|_| row.inconsistent("position", "it names no run".into()))?,
            finished: row.get::<Option<i64>>("finished_at")?.is_some(),
            expires_at,
            expired: expires_at <= now,
        })
    }
}

/// One part, ready to be written.
#[derive(Debug)]
pub struct ExportPart {
    /// From 1.
    pub number: u64,
    /// As it is downloaded.
    pub plain: Vec<u8>,
    /// Rows in it.
    pub rows: u64,
    /// Where the next part begins; absent behind the last one.
    pub position: Option<RunId>,
    /// What the run's page says about it.
    pub item: ItemRecord,
}

/// One tenant's files.
pub struct Exports<'a>(pub(crate) TenantDb<'a>);

fn place(tenant: TenantId, run: RunId, number: u64) -> String {
    format!("exports/{tenant}/{run}/{number}")
}

impl Exports<'_> {
    /// The run's file as far as it has come; made by the first call.
    pub async fn begin(&self, lease: &Lease, format: &str) -> Result<ExportFile, StoreError> {
        let mut tx = self.0.db.begin("exports.begin").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let insert = sql!(
            "insert into export_files (run_id, tenant_id, format, created_at, expires_at) values ($1, $2, $3, $4, $5) \
             on conflict (run_id) do nothing",
            id(lease.run),
            self.0.tenant_arg(),
            format,
            held.now,
            held.now + KEPT_MS,
        );
        tx.execute(insert).await?;
        let rows = tx.fetch("export_files", self.one(lease.run)).await?;
        let file = ExportFile::from_row(rows.first().ok_or(StoreError::LeaseLost)?)?;
        tx.commit().await?;
        Ok(file)
    }

    /// Removes the parts of an attempt that died, for a file that can only be written from its beginning.
    pub async fn restart(&self, lease: &Lease) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("exports.restart").await?;
        hold_in(&mut tx, lease, self.0.tenant()).await?;
        tx.execute(sql!("delete from export_parts where run_id = $1", id(lease.run))).await?;
        let update = sql!(
            "update export_files set parts = 0, row_count = 0, bytes = 0, position = null \
             where run_id = $1 and tenant_id = $2 and finished_at is null",
            id(lease.run),
            self.0.tenant_arg(),
        );
        tx.execute(update).await?;
        tx.commit().await
    }

    /// Adds the next part with its item, in one transaction.
    pub async fn add(&self, lease: &Lease, part: ExportPart) -> Result<(), StoreError> {
        let db = self.0.db;
        let packed = zstd::bulk::compress(&part.plain, LEVEL).expect("compression into memory cannot fail");
        let body = db.keys().encrypt(db.ambient(), &place(self.0.tenant(), lease.run, part.number), &packed);
        let mut tx = db.begin("exports.add").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let insert = sql!(
            "insert into export_parts (run_id, number, body, bytes) values ($1, $2, $3, $4)",
            id(lease.run),
            part.number,
            body,
            part.plain.len(),
        );
        tx.execute(insert).await?;
        self.advance(&mut tx, lease.run, &part, held.now).await?;
        record_items(&mut tx, lease, &held, vec![part.item]).await?;
        db.commit_runs(tx, false).await
    }

    /// The last part finishes the file, and its time begins to run.
    async fn advance(&self, tx: &mut Tx, run: RunId, part: &ExportPart, now: i64) -> Result<(), StoreError> {
        let update = sql!(
            "update export_files set parts = $2, row_count = row_count + $3, bytes = bytes + $4, position = $5, \
             finished_at = $6, expires_at = $7 where run_id = $1 and parts = $2 - 1",
            id(run),
            part.number,
            part.rows,
            part.plain.len(),
            part.position.map(|run| run.to_string()),
            part.position.is_none().then_some(now),
            now + KEPT_MS,
        );
        if tx.execute(update).await? == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    /// The file of a run, if it has one.
    pub async fn of_run(&self, run: RunId) -> Result<Option<ExportFile>, StoreError> {
        self.0.db.fetch("export_files", self.one(run)).await?.first().map(ExportFile::from_row).transpose()
    }

    fn one(&self, run: RunId) -> crate::db::sql::Statement {
        sql!(
            "select f.*, now_ms() as now from export_files f where run_id = $1 and tenant_id = $2",
            id(run),
            self.0.tenant_arg()
        )
    }

    /// One part as it is downloaded; absent when it was removed.
    pub async fn part(&self, run: RunId, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let statement = sql!(
            "select p.body, p.bytes from export_parts p join export_files f on f.run_id = p.run_id \
             where p.run_id = $1 and p.number = $2 and f.tenant_id = $3",
            id(run),
            number,
            self.0.tenant_arg(),
        );
        let rows = self.0.db.fetch("export_parts", statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let body: Vec<u8> = row.get("body")?;
        let packed = self.0.db.keys().decrypt(&place(self.0.tenant(), run, number), &body)?;
        let bytes = usize::try_from(row.count("bytes")?).map_err(|_| StoreError::Undecryptable)?;
        zstd::bulk::decompress(&packed, bytes).map(Some).map_err(|_| StoreError::Undecryptable)
    }
}

impl Db {
    /// Removes what is in expired files of all tenants; their rows stay with their runs, so that it can be said. How many
    /// parts were removed.
    pub async fn remove_expired_exports(&self) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let statement = sql!(
                "delete from export_parts where (run_id, number) in (select p.run_id, p.number from export_parts p \
                 join export_files f on f.run_id = p.run_id where f.expires_at <= now_ms() limit $1)",
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
