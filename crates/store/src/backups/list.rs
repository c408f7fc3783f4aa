//! Reading sets and their items.

use model::AppError;
use model::ids::{BackupSetId, RunId, ScheduleId};

use super::{BackupItem, BackupSet, Backups, Held};
use crate::StoreError;
use crate::db::sql::{Builder, Statement, anywhere, id};

const SUMMARY: &str = "select id, run_id, name, creator_name, status, open, unread, items, incomplete, manifest_hash, created_at, sealed_at \
                       from backup_sets where ";

impl Backups<'_> {
    /// The sealed sets that a schedule has made, oldest first.
    pub async fn sealed_of(&self, schedule: ScheduleId) -> Result<Vec<BackupSet>, StoreError> {
        let mut query = Builder::new(SUMMARY);
        query.with(
            "tenant_id = {} and schedule_id = {} and sealed_at is not null order by id",
            [self.0.tenant_arg().into(), id(schedule).into()],
        );
        self.sets(query.statement()).await
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

    /// What sets hold of one object, newest set first: of this set, or of all.
    pub async fn held(
        &self,
        type_key: &str,
        external_id: &str,
        set: Option<BackupSetId>,
        limit: usize,
    ) -> Result<Vec<Held>, StoreError> {
        let mut query = Builder::new(
            "select s.id, s.name, s.created_at, i.version_id from backup_sets s join backup_set_items i on i.set_id = s.id where ",
        );
        query.with(
            "s.tenant_id = {} and i.type_key = {} and i.external_id = {} and i.version_id is not null",
            [self.0.tenant_arg().into(), type_key.into(), external_id.into()],
        );
        if let Some(set) = set {
            query.with(" and s.id = {}", [id(set).into()]);
        }
        query.with(" order by s.id desc limit {}", [limit.into()]);
        self.0.db.fetch("backup_set_items", query.statement()).await?.iter().map(Held::from_row).collect()
    }
}
