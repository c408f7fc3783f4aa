//! Backup sets: written by one run, then sealed for ever, which the database itself enforces.

use model::AppError;
use model::ids::{BackupSetId, RunId, ScheduleId, VersionId};
use model::run::ItemOutcome;
use strum::{Display, EnumString, IntoStaticStr};

use crate::db::sql::{Builder, Statement, anywhere, id, optional_id, sql};
use crate::db::{Row, Tx};
use crate::ledger::{Held, hold_in, record_items};
use crate::{ItemRecord, Lease, StoreError, TenantDb, audit};

/// Rows per statement.
const ROWS_MAX: usize = 500;

/// Where a set stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum BackupStatus {
    /// Its run is at work, or ended before it was sealed.
    Writing,
    /// Sealed with everything that was asked for.
    Complete,
    /// Sealed without some of it; the manifest says what.
    Partial,
}

/// One set.
#[derive(Debug, Clone)]
pub struct BackupSet {
    /// Sorts by creation.
    pub id: BackupSetId,
    /// The run that made it.
    pub run: RunId,
    /// As a person reads it.
    pub name: String,
    /// Who started it, with the name as it was then.
    pub creator_name: String,
    /// Where it stands.
    pub status: BackupStatus,
    /// Items that are in it.
    pub items: u64,
    /// Items that are not in it although they were asked for.
    pub incomplete: u64,
    /// SHA-256 of the manifest, lower-case hexadecimal.
    pub manifest_hash: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub created_at: i64,
    /// Milliseconds since the Unix epoch.
    pub sealed_at: Option<i64>,
}

/// One object on its way into a set, or one that should have been.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The run's item: its label is the object's name, its outcome and code are the set's as well.
    pub item: ItemRecord,
    /// The contract's key.
    pub type_key: String,
    /// Graph's id.
    pub external_id: String,
    /// The captured content; absent when it was not captured.
    pub version: Option<VersionId>,
    /// SHA-256 of the document, lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Length of the document.
    pub bytes: Option<u64>,
}

/// One object of a set, or one that should have been.
#[derive(Debug, Clone)]
pub struct BackupItem {
    /// Position in the set, which is its item's in the run.
    pub sequence: i64,
    /// The contract's key.
    pub type_key: String,
    /// Graph's id.
    pub external_id: String,
    /// The name when it was captured.
    pub name: String,
    /// The captured content; absent when it was not captured.
    pub version: Option<VersionId>,
    /// SHA-256 of the document, lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Length of the document.
    pub bytes: Option<u64>,
    /// Succeeded, incomplete, failed or skipped.
    pub outcome: ItemOutcome,
    /// Why it is not good.
    pub code: Option<String>,
}

impl BackupSet {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            run: row.id("run_id")?,
            name: row.get("name")?,
            creator_name: row.get("creator_name")?,
            status: row.word("status")?,
            items: row.count("items")?,
            incomplete: row.count("incomplete")?,
            manifest_hash: row.get("manifest_hash")?,
            created_at: row.get("created_at")?,
            sealed_at: row.get("sealed_at")?,
        })
    }
}

impl BackupItem {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            sequence: row.get("sequence")?,
            type_key: row.get("type_key")?,
            external_id: row.get("external_id")?,
            name: row.get("name")?,
            version: row.optional_id("version_id")?,
            sha256: row.get("sha256")?,
            bytes: row.get::<Option<i64>>("bytes")?.and_then(|bytes| u64::try_from(bytes).ok()),
            outcome: row.word("outcome")?,
            code: row.get("code")?,
        })
    }
}

/// One tenant's backup sets.
pub struct Backups<'a>(pub(crate) TenantDb<'a>);

const SUMMARY: &str = "select id, run_id, name, creator_name, status, items, incomplete, manifest_hash, created_at, sealed_at \
                       from backup_sets where ";

impl Backups<'_> {
    /// The set of this run: made once, found again by a later attempt.
    pub async fn create_set(
        &self,
        lease: &Lease,
        name: &str,
        schedule: Option<ScheduleId>,
    ) -> Result<BackupSetId, StoreError> {
        let mut tx = self.0.db.begin("backups.create_set").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let insert = sql!(
            "insert into backup_sets (id, tenant_id, run_id, name, creator_name, status, created_at, schedule_id) \
             values ($1, $2, $3, $4, $5, 'writing', $6, $7) \
             on conflict (run_id) do nothing",
            id(self.0.db.ambient().id::<BackupSetId>()),
            self.0.tenant_arg(),
            id(lease.run),
            name,
            &self.0.scope.actor().name,
            held.now,
            optional_id(schedule),
        );
        tx.execute(insert).await?;
        let rows = tx.fetch("backup_sets", sql!("select id from backup_sets where run_id = $1", id(lease.run))).await?;
        let set = rows.first().ok_or(StoreError::LeaseLost)?.id("id")?;
        tx.commit().await?;
        Ok(set)
    }

    /// The run may write only to its own, unsealed set.
    async fn own(&self, tx: &mut Tx, lease: &Lease, set: BackupSetId) -> Result<Held, StoreError> {
        let held = hold_in(tx, lease, self.0.tenant()).await?;
        let statement = sql!(
            "select id from backup_sets where id = $1 and run_id = $2 and tenant_id = $3",
            id(set),
            id(lease.run),
            self.0.tenant_arg()
        );
        tx.fetch("backup_sets", statement).await?.first().ok_or(StoreError::LeaseLost)?;
        Ok(held)
    }

    /// Adds objects to the set together with the run's items for them, in one transaction. What an earlier attempt has
    /// added is left as it is, whatever the inventory says of it now: run and set always tell the same.
    pub async fn add(&self, lease: &Lease, set: BackupSetId, captures: Vec<Capture>) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("backups.add").await?;
        let held = self.own(&mut tx, lease, set).await?;
        let records = captures.iter().map(|capture| capture.item.clone()).collect();
        let written = record_items(&mut tx, lease, &held, records).await?;
        let added: Vec<_> = captures.into_iter().filter(|capture| written.contains(&capture.item.key)).collect();
        for (chunk, first) in added.chunks(ROWS_MAX).zip((held.next_sequence..).step_by(ROWS_MAX)) {
            let mut insert = Builder::new(
                "insert into backup_set_items (set_id, sequence, type_key, external_id, name, version_id, sha256, bytes, outcome, code) ",
            );
            insert.rows((first..).zip(chunk).map(|(sequence, capture)| {
                vec![
                    id(set).into(),
                    sequence.into(),
                    (&capture.type_key).into(),
                    (&capture.external_id).into(),
                    (&capture.item.label).into(),
                    optional_id(capture.version),
                    capture.sha256.as_deref().into(),
                    capture.bytes.and_then(|bytes| i64::try_from(bytes).ok()).into(),
                    capture.item.outcome.to_string().into(),
                    capture.item.code.as_deref().into(),
                ]
            }));
            tx.execute(insert.statement()).await?;
        }
        self.0.db.commit_runs(tx, false).await
    }

    /// Seals the set with its manifest; from here on the database refuses every change to it. Sealing a sealed set again
    /// does nothing.
    pub async fn seal(
        &self,
        lease: &Lease,
        set: BackupSetId,
        manifest: &[u8],
        sha256_hex: &str,
        complete: bool,
    ) -> Result<(), StoreError> {
        let status = if complete { BackupStatus::Complete } else { BackupStatus::Partial };
        let packed = zstd::bulk::compress(manifest, 3).expect("compression into memory cannot fail");
        let mut body = u64::try_from(manifest.len()).unwrap_or(0).to_le_bytes().to_vec();
        body.extend(packed);
        let sealed = self.0.db.keys().encrypt(self.0.db.ambient(), &place(set), &body);
        let mut tx = self.0.db.begin("backups.seal").await?;
        let held = self.own(&mut tx, lease, set).await?;
        let update = sql!(
            "update backup_sets set status = $2, manifest = $3, manifest_hash = $4, sealed_at = $5, \
             items = (select count(*) from backup_set_items i where i.set_id = $1 and i.outcome = 'succeeded'), \
             incomplete = (select count(*) from backup_set_items i where i.set_id = $1 and i.outcome in ('incomplete', 'failed')) \
             where id = $1 and sealed_at is null",
            id(set),
            status.to_string(),
            sealed,
            sha256_hex,
            held.now,
        );
        tx.execute(update).await?;
        tx.commit().await
    }

    /// The sealed sets that a schedule has made, oldest first.
    pub async fn sealed_of(&self, schedule: ScheduleId) -> Result<Vec<BackupSet>, StoreError> {
        let mut query = Builder::new(SUMMARY);
        query.with(
            "tenant_id = {} and schedule_id = {} and sealed_at is not null order by id",
            [self.0.tenant_arg().into(), id(schedule).into()],
        );
        self.sets(query.statement()).await
    }

    /// Removes a sealed set, with a record of who, when and why; the versions in it stay. Wants a run of the tenant.
    pub async fn remove(&self, lease: &Lease, set: BackupSetId, reason: &str) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("backups.remove").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let record = sql!(
            "insert into backup_set_removals (set_id, tenant_id, name, sealed_at, removed_at, removed_by_name, reason) \
             select id, tenant_id, name, sealed_at, $3, $4, $5 from backup_sets \
             where id = $1 and tenant_id = $2 and sealed_at is not null",
            id(set),
            self.0.tenant_arg(),
            held.now,
            &self.0.scope.actor().name,
            reason,
        );
        if tx.execute(record).await? == 0 {
            return Ok(());
        }
        tx.execute(sql!("delete from backup_set_items where set_id = $1", id(set))).await?;
        tx.execute(sql!("delete from backup_sets where id = $1", id(set))).await?;
        let mut entry = self.0.entry("backup.remove", Some(set.to_string()), "succeeded", Some(reason.to_owned()));
        entry.run = Some(lease.run);
        audit::append(&mut tx, self.0.db.ambient(), held.now, vec![entry]).await?;
        tx.commit().await
    }

    /// Newest first, those older than `before`.
    pub async fn list(&self, before: Option<BackupSetId>, limit: usize) -> Result<Vec<BackupSet>, StoreError> {
        let mut query = Builder::new(SUMMARY);
        query.with("tenant_id = {}", [self.0.tenant_arg().into()]);
        if let Some(before) = before {
            query.with(" and id < {}", [id(before).into()]);
        }
        query.with(" order by id desc limit {}", [limit.into()]);
        self.sets(query.statement()).await
    }

    /// One set.
    pub async fn get(&self, set: BackupSetId) -> Result<BackupSet, AppError> {
        let mut query = Builder::new(SUMMARY);
        query.with("tenant_id = {} and id = {}", [self.0.tenant_arg().into(), id(set).into()]);
        self.sets(query.statement()).await?.into_iter().next().ok_or_else(AppError::not_found)
    }

    /// The set that this run has made.
    pub async fn by_run(&self, run: RunId) -> Result<Option<BackupSet>, StoreError> {
        let mut query = Builder::new(SUMMARY);
        query.with("tenant_id = {} and run_id = {}", [self.0.tenant_arg().into(), id(run).into()]);
        Ok(self.sets(query.statement()).await?.into_iter().next())
    }

    async fn sets(&self, statement: Statement) -> Result<Vec<BackupSet>, StoreError> {
        self.0.db.fetch("backup_sets", statement).await?.iter().map(BackupSet::from_row).collect()
    }

    /// Items after a sequence number, in order.
    pub async fn items(
        &self,
        set: BackupSetId,
        text: Option<&str>,
        after_sequence: i64,
        limit: usize,
    ) -> Result<Vec<BackupItem>, StoreError> {
        let mut query = Builder::new("select i.* from backup_set_items i join backup_sets s on s.id = i.set_id where ");
        query.with(
            "s.tenant_id = {} and i.set_id = {} and i.sequence > {}",
            [self.0.tenant_arg().into(), id(set).into(), after_sequence.into()],
        );
        if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
            query.with(r" and i.name ilike {} escape '\'", [anywhere(text).into()]);
        }
        query.with(" order by i.sequence limit {}", [limit.into()]);
        self.0.db.fetch("backup_set_items", query.statement()).await?.iter().map(BackupItem::from_row).collect()
    }

    /// The sealed manifest's bytes.
    pub async fn manifest(&self, set: BackupSetId) -> Result<Vec<u8>, AppError> {
        let statement = sql!(
            "select manifest from backup_sets where id = $1 and tenant_id = $2 and manifest is not null",
            id(set),
            self.0.tenant_arg(),
        );
        let rows = self.0.db.fetch("backup_sets", statement).await?;
        let stored: Vec<u8> = rows.first().ok_or_else(AppError::not_found)?.get("manifest")?;
        let body = self.0.db.keys().decrypt(&place(set), &stored)?;
        let (length, packed) = body.split_first_chunk::<8>().ok_or(StoreError::Undecryptable)?;
        let capacity = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| StoreError::Undecryptable)?;
        Ok(zstd::bulk::decompress(packed, capacity).map_err(|_| StoreError::Undecryptable)?)
    }
}

fn place(set: BackupSetId) -> String {
    format!("backup_sets/{set}")
}
