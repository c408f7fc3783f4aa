//! The objects of an export, page after page, with their contents: the same pages make the file of a run and what a command
//! writes.

use std::collections::HashMap;

use model::AppError;
use model::exchange::Object;
use model::ids::VersionId;
use model::registry::Registry;
use store::{Db, InventoryFilter, ObjectRow, TenantScope};

use super::Chosen;
use crate::backups::manifest_of;
use crate::inventory::matching;

/// Objects opened at a time.
const PAGE: usize = 200;
/// Of an object without a complete content, when nothing says more.
const NOT_READ: &str = "export.not_read";

/// One object of an export.
#[derive(Debug)]
pub enum Exported {
    /// With its content, and the version that it is.
    Whole(Box<Object>, VersionId),
    /// It was not read completely the last time, or is missing in the set: an older version never stands in for it.
    Missing {
        /// The contract's key.
        type_key: String,
        /// Graph's id; absent when the whole type is missing.
        external_id: Option<String>,
        /// As a person named it.
        name: String,
        /// Why.
        code: String,
    },
}

/// What one object of an export is before its content is opened.
struct Found {
    type_key: String,
    external_id: String,
    name: String,
    version: Result<VersionId, String>,
}

/// An export under way.
pub struct Objects {
    chosen: Chosen,
    filter: InventoryFilter,
    last: Option<ObjectRow>,
    sequence: i64,
    position: usize,
    over: bool,
}

impl Objects {
    /// From the first object on; "now" of a filter is `now_ms`.
    pub async fn of(db: &Db, scope: &TenantScope, chosen: &Chosen, now_ms: i64) -> Result<Self, AppError> {
        let filter = matching(db, scope, &chosen.query, now_ms).await?;
        Ok(Self { chosen: chosen.clone(), filter, last: None, sequence: 0, position: 0, over: false })
    }

    /// How many pages there are, as far as that is known now.
    pub async fn pages(&self, db: &Db, scope: &TenantScope) -> Result<u64, AppError> {
        Ok(self.count(db, scope).await?.div_ceil(PAGE as u64))
    }

    async fn count(&self, db: &Db, scope: &TenantScope) -> Result<u64, AppError> {
        if let Some(set) = self.chosen.set {
            return Ok(db.tenant(scope).backups().get(set).await?.items);
        }
        if !self.chosen.policies.is_empty() {
            return Ok(self.chosen.policies.len() as u64);
        }
        let mut filter = self.filter.clone();
        filter.missing = filter.missing.or(Some(false));
        Ok(db.tenant(scope).inventory().count(&filter).await?)
    }

    /// The next page; nothing behind the last one.
    pub async fn next(&mut self, db: &Db, scope: &TenantScope) -> Result<Option<Vec<Exported>>, AppError> {
        if self.over {
            return Ok(None);
        }
        let (found, mut page) = match (self.chosen.set, self.chosen.policies.is_empty()) {
            (Some(_), _) => self.of_set(db, scope).await?,
            (None, false) => (self.of_policies(db, scope).await?, Vec::new()),
            (None, true) => (self.of_inventory(db, scope).await?, Vec::new()),
        };
        if found.is_empty() && page.is_empty() {
            self.over = true;
            return Ok(None);
        }
        page.extend(opened(db, scope, found).await?);
        Ok(Some(page))
    }

    async fn of_inventory(&mut self, db: &Db, scope: &TenantScope) -> Result<Vec<Found>, AppError> {
        let inventory = db.tenant(scope).inventory();
        let rows = if self.chosen.is_everything() {
            let keys: Vec<&str> = Registry::embedded().observed().map(|contract| contract.key.as_str()).collect();
            let after = self.last.as_ref().map(|row| (row.type_key.as_str(), row.external_id.as_str()));
            inventory.present(&keys, after, PAGE).await?
        } else {
            let mut filter = self.filter.clone();
            filter.missing = filter.missing.or(Some(false));
            inventory.list(&filter, self.last.as_ref().map(ObjectRow::cursor).as_ref(), PAGE).await?
        };
        if let Some(last) = rows.last() {
            self.last = Some(last.clone());
        }
        Ok(rows.into_iter().map(of_row).collect())
    }

    async fn of_policies(&mut self, db: &Db, scope: &TenantScope) -> Result<Vec<Found>, AppError> {
        let mut found = Vec::new();
        for policy in self.chosen.policies.iter().skip(self.position).take(PAGE) {
            match db.tenant(scope).inventory().get(&policy.type_key, &policy.id).await {
                Ok(object) => found.push(of_row(object.row)),
                Err(error) if error.kind == model::Kind::NotFound => found.push(Found {
                    type_key: policy.type_key.clone(),
                    external_id: policy.id.clone(),
                    name: policy.id.clone(),
                    version: Err(NOT_READ.to_owned()),
                }),
                Err(error) => return Err(error),
            }
        }
        self.position += found.len();
        Ok(found)
    }

    /// Its items; with the first of them whole types that the manifest names as missing.
    async fn of_set(&mut self, db: &Db, scope: &TenantScope) -> Result<(Vec<Found>, Vec<Exported>), AppError> {
        let Some(set) = self.chosen.set else { return Ok(Default::default()) };
        let mut types = Vec::new();
        if self.sequence == 0
            && let Some(manifest) = manifest_of(db, scope, set).await?
        {
            types.extend(manifest.missing.into_iter().filter(|one| one.external_id.is_none()).map(|one| {
                Exported::Missing { type_key: one.type_key, external_id: None, name: one.name, code: one.code }
            }));
        }
        let items = db.tenant(scope).backups().items(set, None, self.sequence, PAGE).await?;
        self.sequence = items.last().map_or(i64::MAX, |item| item.sequence);
        let found = items.into_iter().map(|item| Found {
            version: item.version.ok_or_else(|| item.code.unwrap_or_else(|| NOT_READ.to_owned())),
            type_key: item.type_key,
            external_id: item.external_id,
            name: item.name,
        });
        Ok((found.collect(), types))
    }
}

fn of_row(row: ObjectRow) -> Found {
    let lacks = || row.missing_parts.first().map_or(NOT_READ, |part| part.code.as_str()).to_owned();
    let version = row.version.filter(|_| row.complete).ok_or_else(lacks);
    Found { version, type_key: row.type_key, external_id: row.external_id, name: row.name }
}

async fn opened(db: &Db, scope: &TenantScope, found: Vec<Found>) -> Result<Vec<Exported>, AppError> {
    let versions: Vec<VersionId> = found.iter().filter_map(|one| one.version.clone().ok()).collect();
    let mut documents: HashMap<VersionId, Vec<u8>> =
        db.tenant(scope).versions().documents(&versions).await?.into_iter().collect();
    found
        .into_iter()
        .map(|one| {
            let document = one.version.as_ref().ok().and_then(|version| documents.remove(version));
            let missing = |code: String| Exported::Missing {
                type_key: one.type_key.clone(),
                external_id: Some(one.external_id.clone()),
                name: one.name.clone(),
                code,
            };
            match (one.version.clone(), document) {
                (Err(code), _) => Ok(missing(code)),
                (Ok(_), None) => Ok(missing(NOT_READ.to_owned())),
                (Ok(version), Some(document)) => {
                    let document = serde_json::from_slice(&document).map_err(AppError::internal)?;
                    let object =
                        Object { type_key: one.type_key, external_id: one.external_id, name: one.name, document };
                    Ok(Exported::Whole(Box::new(object), version))
                }
            }
        })
        .collect()
}
