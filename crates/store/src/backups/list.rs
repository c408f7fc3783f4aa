//! Reading sets and their items.

use std::collections::HashSet;

use model::AppError;
use model::ids::{BackupSetId, RunId, ScheduleId};
use model::registry::content::Reference;

use super::{BackupItem, BackupSet, Backups, Held};
use crate::StoreError;
use crate::db::sql::{Arg, Builder, Statement, anywhere, id, sql};

const SUMMARY: &str = "select s.id, s.run_id, s.name, s.creator_name, s.status, s.open, s.unread, s.items, s.incomplete, \
                       s.manifest_hash, s.created_at, s.sealed_at, a.archived_at, a.archived_by_name \
                       from backup_sets s left join backup_set_archive a on a.set_id = s.id where ";

/// Objects asked about in one statement.
const OBJECTS_MAX: usize = 500;

impl Backups<'_> {
    /// The sealed sets that a schedule has made and that nobody has put away, oldest first.
    pub async fn sealed_of(&self, schedule: ScheduleId) -> Result<Vec<BackupSet>, StoreError> {
        let mut query = Builder::new(SUMMARY);
        query.with(
            "s.tenant_id = {} and s.schedule_id = {} and s.sealed_at is not null and a.set_id is null order by s.id",
            [self.0.tenant_arg().into(), id(schedule).into()],
        );
        self.sets(query.statement()).await
    }

    /// Newest first, those older than `before` that nobody has put away.
    pub async fn list(&self, before: Option<BackupSetId>, limit: usize) -> Result<Vec<BackupSet>, StoreError> {
        self.listed(" and a.set_id is null", before, limit).await
    }

    /// The same of those that somebody has.
    pub async fn archived(&self, before: Option<BackupSetId>, limit: usize) -> Result<Vec<BackupSet>, StoreError> {
        self.listed(" and a.set_id is not null", before, limit).await
    }

    async fn listed(
        &self,
        which: &'static str,
        before: Option<BackupSetId>,
        limit: usize,
    ) -> Result<Vec<BackupSet>, StoreError> {
        let mut query = Builder::new(SUMMARY);
        query.with("s.tenant_id = {}", [self.0.tenant_arg().into()]).text(which);
        if let Some(before) = before {
            query.with(" and s.id < {}", [id(before).into()]);
        }
        query.with(" order by s.id desc limit {}", [limit.into()]);
        self.sets(query.statement()).await
    }

    /// One set.
    pub async fn get(&self, set: BackupSetId) -> Result<BackupSet, AppError> {
        let mut query = Builder::new(SUMMARY);
        query.with("s.tenant_id = {} and s.id = {}", [self.0.tenant_arg().into(), id(set).into()]);
        self.sets(query.statement()).await?.into_iter().next().ok_or_else(AppError::not_found)
    }

    /// The set that this run has made.
    pub async fn by_run(&self, run: RunId) -> Result<Option<BackupSet>, StoreError> {
        let mut query = Builder::new(SUMMARY);
        query.with("s.tenant_id = {} and s.run_id = {}", [self.0.tenant_arg().into(), id(run).into()]);
        Ok(self.sets(query.statement()).await?.into_iter().next())
    }

    /// How many are put away.
    pub async fn archived_count(&self) -> Result<u64, StoreError> {
        let statement =
            sql!("select count(*) as sets from backup_set_archive where tenant_id = $1", self.0.tenant_arg());
        self.0.db.fetch("backup_set_archive", statement).await?[0].count("sets")
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

    /// One item of a set.
    pub async fn item(&self, set: BackupSetId, sequence: i64) -> Result<BackupItem, AppError> {
        let found = self.items(set, None, sequence.saturating_sub(1), 1).await?.into_iter().next();
        found.filter(|item| item.sequence == sequence).ok_or_else(AppError::not_found)
    }

    /// Which of these objects the set holds with their content.
    pub async fn holds(&self, set: BackupSetId, objects: &[Reference]) -> Result<HashSet<Reference>, StoreError> {
        let mut held = HashSet::new();
        for chunk in objects.chunks(OBJECTS_MAX) {
            let mut query = Builder::new(
                "select i.type_key, i.external_id from backup_set_items i join backup_sets s on s.id = i.set_id where ",
            );
            query.with("s.tenant_id = {} and i.set_id = {}", [self.0.tenant_arg().into(), id(set).into()]);
            query.text(" and i.version_id is not null and i.external_id");
            query.one_of(chunk.iter().map(|object| Arg::from(&object.external_id)));
            for row in self.0.db.fetch("backup_set_items", query.statement()).await? {
                held.insert(Reference { kind: row.get("type_key")?, external_id: row.get("external_id")? });
            }
        }
        Ok(held)
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
            "select s.id, s.name, s.created_at, i.version_id from backup_sets s join backup_set_items i on i.set_id = s.id \
             join versions v on v.id = i.version_id where ",
        );
        query.with(
            "s.tenant_id = {} and i.type_key = {} and i.external_id = {} and not v.imported",
            [self.0.tenant_arg().into(), type_key.into(), external_id.into()],
        );
        if let Some(set) = set {
            query.with(" and s.id = {}", [id(set).into()]);
        }
        query.with(" order by s.id desc limit {}", [limit.into()]);
        self.0.db.fetch("backup_set_items", query.statement()).await?.iter().map(Held::from_row).collect()
    }
}
