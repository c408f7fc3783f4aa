//! Sets that are made from files: where they are from, and versions that nobody has observed.

use std::collections::HashMap;

use model::AppError;
use model::ids::{BackupSetId, Id, VersionId};
use serde_json::Value;

use super::Backups;
use crate::blobs::{self, Blob};
use crate::db::Tx;
use crate::db::sql::{Arg, Builder, id, sql};
use crate::{Lease, StoreError};

/// The content of an object that a file holds.
#[derive(Debug, Clone)]
pub struct ImportedObject {
    /// The contract's key.
    pub type_key: String,
    /// Graph's id, or one that the file was given.
    pub external_id: String,
    /// As a person named it.
    pub name: String,
    /// JSON in the shape of an observed object.
    pub document: Vec<u8>,
    /// What is compared.
    pub content: Vec<u8>,
}

/// Type, id and hash of the document.
type Key = (String, String, Vec<u8>);

impl Backups<'_> {
    /// Says where the set is from; said once, with the set that this run makes.
    pub async fn set_origin(&self, lease: &Lease, set: BackupSetId, origin: &Value) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("backups.set_origin").await?;
        self.own(&mut tx, lease, set).await?;
        let insert = sql!(
            "insert into backup_set_origins (set_id, tenant_id, body) values ($1, $2, $3) on conflict (set_id) do nothing",
            id(set),
            self.0.tenant_arg(),
            origin.to_string(),
        );
        tx.execute(insert).await?;
        tx.commit().await
    }

    /// Where sets are from; those that were observed are not among them.
    pub async fn origins(&self, sets: &[BackupSetId]) -> Result<HashMap<BackupSetId, Value>, StoreError> {
        let mut query = Builder::new("select set_id, body from backup_set_origins where ");
        query.with("tenant_id = {} and set_id", [self.0.tenant_arg().into()]);
        query.one_of(sets.iter().map(|set| Arg::from(id(*set))));
        let rows = self.0.db.fetch("backup_set_origins", query.statement()).await?;
        rows.iter().map(|row| Ok((row.id("set_id")?, row.json("body")?))).collect()
    }

    /// Versions for these objects, in their order, for the set of this run. One that was imported before is used again, so
    /// that a later attempt adds nothing.
    pub async fn import_versions(
        &self,
        lease: &Lease,
        set: BackupSetId,
        objects: &[ImportedObject],
    ) -> Result<Vec<VersionId>, AppError> {
        let hasher = self.0.db.keys().hasher(self.0.tenant());
        let mut tx = self.0.db.begin("backups.import_versions").await?;
        let held = self.own(&mut tx, lease, set).await?.held;
        let hashes: Vec<[u8; 32]> = objects.iter().map(|object| hasher.hash(&object.document)).collect();
        let known = self.imported(&mut tx, objects).await?;
        let pairs = || objects.iter().zip(&hashes);
        let key = |(object, hash): (&ImportedObject, &[u8; 32])| -> Key {
            (object.type_key.clone(), object.external_id.clone(), hash.to_vec())
        };
        let versions: Vec<(VersionId, bool)> = pairs()
            .map(|pair| known.get(&key(pair)).map_or_else(|| (self.0.db.ambient().id(), true), |one| (*one, false)))
            .collect();
        let fresh: Vec<_> = pairs().zip(&versions).filter(|(_, (_, fresh))| *fresh).collect();
        if !fresh.is_empty() {
            let (db, tenant) = (self.0.db, self.0.tenant());
            let blobs = fresh.iter().map(|((object, hash), _)| Blob::pack(db, tenant, **hash, &object.document));
            let blobs: Vec<_> = blobs.collect();
            blobs::store(&mut tx, tenant, &blobs.iter().collect::<Vec<_>>()).await?;
            let mut insert = Builder::new(
                "insert into versions (id, tenant_id, type_key, external_id, name, content_hash, blob_hash, bytes, run_id, first_seen_at, imported) ",
            );
            insert.rows(fresh.iter().map(|((object, hash), (version, _))| {
                vec![
                    Arg::Id(Some(version.uuid())),
                    self.0.tenant_arg().into(),
                    (&object.type_key).into(),
                    (&object.external_id).into(),
                    (&object.name).into(),
                    (&hasher.hash(&object.content)).into(),
                    (*hash).into(),
                    object.document.len().into(),
                    id(lease.run).into(),
                    held.now.into(),
                    true.into(),
                ]
            }));
            tx.execute(insert.statement()).await?;
        }
        tx.commit().await?;
        Ok(versions.into_iter().map(|(version, _)| version).collect())
    }

    /// What was imported of these objects before.
    async fn imported(&self, tx: &mut Tx, objects: &[ImportedObject]) -> Result<HashMap<Key, VersionId>, StoreError> {
        let mut query = Builder::new("select id, type_key, external_id, blob_hash from versions where ");
        query.with("imported and tenant_id = {} and external_id", [self.0.tenant_arg().into()]);
        query.one_of(objects.iter().map(|object| Arg::from(&object.external_id)));
        let mut types: Vec<&str> = objects.iter().map(|object| object.type_key.as_str()).collect();
        types.sort_unstable();
        types.dedup();
        query.text(" and type_key").one_of(types.into_iter().map(Arg::from));
        let rows = tx.fetch("versions", query.statement()).await?;
        rows.iter()
            .map(|row| {
                let key = (row.get("type_key")?, row.get("external_id")?, row.get("blob_hash")?);
                Ok((key, row.id("id")?))
            })
            .collect()
    }
}
