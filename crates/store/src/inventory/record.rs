//! Recording what a run observed: items, versions and objects in one transaction under the run's lease.

use std::collections::{HashMap, HashSet};

use model::change::ToldChange;
use model::ids::{Id, VersionId};
use model::registry::content::{SEARCH_RULES, Searched};

use super::authors::{self, Told};
use super::observation::Observation;
use super::seal::SealedObject;
use super::texts::{self, Text};
use super::turn::one_at_a_time;
use super::{Inventory, MissingPart};
use crate::blobs::{self, Blob};
use crate::db::Tx;
use crate::db::sql::{Arg, Builder, id, sql};
use crate::ledger::{Held, hold_in, record_items};
use crate::{Lease, StoreError, probes};

/// Objects per transaction; with 23 columns far below the 32,766 arguments of SQLite.
const BATCH_MAX: usize = 500;

/// One observed object.
#[derive(Debug, Clone)]
pub struct RecordedObject {
    /// The item's key, unique in the run.
    pub key: String,
    /// The item's label.
    pub label: String,
    /// The item's kind.
    pub kind: String,
    /// The contract's key.
    pub type_key: String,
    /// Graph's id.
    pub external_id: String,
    /// As Graph names it.
    pub name: String,
    /// From the contract or the object.
    pub platform: String,
    /// From the contract.
    pub category: String,
    /// JSON as Graph sent it, with number text and unknown properties kept.
    pub document: Vec<u8>,
    /// What is compared: canonical JSON without what changes by itself.
    pub content: Vec<u8>,
    /// What could not be read; empty when the object is complete.
    pub missing_parts: Vec<MissingPart>,
    /// As Graph says it.
    pub modified_at: Option<String>,
    /// Absent when unknown.
    pub assignments_count: Option<u64>,
    /// Ids of scope tags.
    pub scope_tags: Vec<String>,
    /// Ids of groups that it is assigned to or excluded from.
    pub assigned_groups: Vec<String>,
    /// What told of it; absent when it was read without its list.
    pub signal: Option<RowSignal>,
    /// What it is found by.
    pub searched: Searched,
    /// What the audit logs tell of it; see [`super::authors`].
    pub told: Vec<ToldChange>,
    /// Whether a change probe reads it because of that: recording it is what handles these events.
    pub probed: bool,
}

/// What told of an object before it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowSignal {
    /// What its row of the list said.
    pub row: Vec<u8>,
    /// Whether the audit log names it since its type was last read as a whole; absent when that is not known.
    pub named: Option<bool>,
}

/// What an observation was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Its first complete content.
    New,
    /// Another content than before.
    Changed,
    /// The same content as before.
    Unchanged,
    /// Something could not be read: the last complete version stays.
    Incomplete,
}

/// The answer for one object.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The item's key.
    pub key: String,
    /// What it was.
    pub what: What,
    /// The current version; absent when it was never read completely.
    pub version: Option<VersionId>,
}

impl Inventory<'_> {
    /// The same of objects that are not sealed.
    pub async fn record(&self, lease: &Lease, objects: Vec<RecordedObject>) -> Result<Vec<Recorded>, StoreError> {
        let sealer = self.sealer_of_new();
        self.record_sealed(lease, objects.into_iter().map(|object| sealer.seal(object)).collect()).await
    }

    /// Records observed objects with their items and counts. An object whose item has ended under this run before is
    /// skipped and left out of the answer. A new version is made only of a complete object whose content differs.
    pub async fn record_sealed(&self, lease: &Lease, objects: Vec<SealedObject>) -> Result<Vec<Recorded>, StoreError> {
        let mut recorded = Vec::with_capacity(objects.len());
        let mut objects = objects.into_iter().peekable();
        while objects.peek().is_some() {
            let batch: Vec<_> = objects.by_ref().take(BATCH_MAX).collect();
            recorded.extend(self.record_batch(lease, batch).await?);
        }
        Ok(recorded)
    }

    async fn record_batch(&self, lease: &Lease, objects: Vec<SealedObject>) -> Result<Vec<Recorded>, StoreError> {
        let mut tx = self.0.db.begin("inventory.record").await?;
        one_at_a_time(&mut tx, self.0.tenant(), objects.iter().map(|one| one.object.type_key.as_str())).await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let known = self.known(&mut tx, &objects).await?;
        let observations = self.observe(objects, &known);
        let items = observations.iter().map(Observation::item).collect();
        let written = record_items(&mut tx, lease, &held, items).await?;
        let observations: Vec<_> = observations.into_iter().filter(|one| written.contains(&one.object.key)).collect();
        if !observations.is_empty() {
            self.store_versions(&mut tx, lease, &held, &observations).await?;
            self.store_objects(&mut tx, lease, &held, &observations).await?;
            self.store_groups(&mut tx, &observations).await?;
            self.store_texts(&mut tx, &observations).await?;
            self.store_told(&mut tx, &observations).await?;
        }
        self.0.db.commit_runs(tx, false).await?;
        let answer = |one: Observation| Recorded { key: one.object.key, what: one.what, version: one.version };
        Ok(observations.into_iter().map(answer).collect())
    }

    /// The current content hash and version of those that are known.
    async fn known(&self, tx: &mut Tx, objects: &[SealedObject]) -> Result<Known, StoreError> {
        let mut query = Builder::new(
            "select type_key, external_id, content_hash, row_hash, version_id from inventory_objects where ",
        );
        query.with("tenant_id = {} and external_id", [self.0.tenant_arg().into()]);
        query.one_of(objects.iter().map(|one| Arg::from(&one.object.external_id)));
        // The type narrows the look-up to the primary key.
        let types: HashSet<_> = objects.iter().map(|one| one.object.type_key.as_str()).collect();
        query.text(" and type_key").one_of(types.into_iter().map(Arg::from));
        let rows = tx.fetch("inventory_objects", query.statement()).await?;
        rows.iter()
            .map(|row| {
                let key = (row.get("type_key")?, row.get("external_id")?);
                let known = KnownObject {
                    content_hash: row.get("content_hash")?,
                    row_hash: row.get("row_hash")?,
                    version: row.optional_id("version_id")?,
                };
                Ok((key, known))
            })
            .collect()
    }

    fn observe(&self, objects: Vec<SealedObject>, known: &Known) -> Vec<Observation> {
        let sealer = self.sealer_of_new();
        let mut seen = HashSet::new();
        let mut observations = Vec::with_capacity(objects.len());
        for mut sealed in objects {
            let object = &sealed.object;
            let key = (object.type_key.clone(), object.external_id.clone());
            let before = known.get(&key);
            if !seen.insert(key) {
                continue;
            }
            let content_hash = sealed.content_hash;
            let old = before.cloned().unwrap_or_default();
            let what = match old.content_hash {
                _ if !object.missing_parts.is_empty() => What::Incomplete,
                Some(old) if old == content_hash => What::Unchanged,
                Some(_) => What::Changed,
                None => What::New,
            };
            let fresh = matches!(what, What::New | What::Changed);
            let version = if fresh { Some(self.0.db.ambient().id()) } else { old.version };
            let same_row = sealed.row_hash.is_some_and(|hash| old.row_hash.as_deref() == Some(&hash[..]));
            let named = object.signal.as_ref().and_then(|signal| signal.named);
            let row_hash = sealed.row_hash.filter(|_| object.missing_parts.is_empty());
            if fresh {
                // Seldom: its content was another one when it was sealed.
                sealer.pack(&mut sealed);
            }
            observations.push(Observation {
                what,
                version,
                content_hash,
                row_hash,
                packed: sealed.packed.filter(|_| fresh),
                untold: same_row && named == Some(false),
                known_before: before.is_some(),
                version_before: old.version,
                object: sealed.object,
            });
        }
        observations
    }

    async fn store_versions(
        &self,
        tx: &mut Tx,
        lease: &Lease,
        held: &Held,
        all: &[Observation],
    ) -> Result<(), StoreError> {
        let fresh = || all.iter().filter_map(|one| Some((one, one.packed.as_ref()?)));
        let blobs: Vec<&Blob> = fresh().map(|(_, packed)| &packed.document).collect();
        if blobs.is_empty() {
            return Ok(());
        }
        blobs::store(tx, self.0.tenant(), &blobs).await?;
        let mut insert = Builder::new(
            "insert into versions (id, tenant_id, type_key, external_id, name, content_hash, blob_hash, bytes, run_id, first_seen_at) ",
        );
        insert.rows(fresh().map(|(one, packed)| {
            vec![
                Arg::Id(one.version.map(Id::uuid)),
                self.0.tenant_arg().into(),
                (&one.object.type_key).into(),
                (&one.object.external_id).into(),
                (&one.object.name).into(),
                (&one.content_hash).into(),
                (&packed.document.hash).into(),
                packed.document.bytes.into(),
                id(lease.run).into(),
                held.now.into(),
            ]
        }));
        tx.execute(insert.statement()).await?;
        Ok(())
    }

    async fn store_objects(
        &self,
        tx: &mut Tx,
        lease: &Lease,
        held: &Held,
        all: &[Observation],
    ) -> Result<(), StoreError> {
        let mut upsert = Builder::new(
            "insert into inventory_objects (tenant_id, type_key, external_id, name, name_key, platform, category, version_id, \
             content_hash, complete, missing_parts, modified_at, assignments_count, scope_tags, first_seen_at, last_seen_at, \
             last_seen_run, changed_at, row_hash, read_at, text_rules) ",
        );
        upsert.rows(all.iter().map(|one| {
            let object = &one.object;
            let fresh = one.has_new_version();
            vec![
                self.0.tenant_arg().into(),
                (&object.type_key).into(),
                (&object.external_id).into(),
                (&object.name).into(),
                object.name.to_lowercase().into(),
                (&object.platform).into(),
                (&object.category).into(),
                Arg::Id(one.version.map(Id::uuid)),
                fresh.then(|| one.content_hash.to_vec()).into(),
                object.missing_parts.is_empty().into(),
                serde_json::to_string(&object.missing_parts).expect("parts are plain data").into(),
                object.modified_at.as_deref().into(),
                object.assignments_count.and_then(|count| i64::try_from(count).ok()).into(),
                serde_json::to_string(&object.scope_tags).expect("tags are plain data").into(),
                held.now.into(),
                held.now.into(),
                id(lease.run).into(),
                fresh.then_some(held.now).into(),
                one.row_hash.map(|hash| hash.to_vec()).into(),
                held.now.into(),
                // Without a text it is made by whoever makes those of older rules.
                if one.has_text() { SEARCH_RULES } else { 0 }.into(),
            ]
        }));
        upsert.text(
            " on conflict (tenant_id, type_key, external_id) do update set name = excluded.name, name_key = excluded.name_key, \
             platform = excluded.platform, category = excluded.category, \
             version_id = coalesce(excluded.version_id, inventory_objects.version_id), \
             content_hash = coalesce(excluded.content_hash, inventory_objects.content_hash), \
             complete = excluded.complete, missing_parts = excluded.missing_parts, \
             modified_at = coalesce(excluded.modified_at, inventory_objects.modified_at), \
             assignments_count = coalesce(excluded.assignments_count, inventory_objects.assignments_count), \
             scope_tags = excluded.scope_tags, last_seen_at = excluded.last_seen_at, last_seen_run = excluded.last_seen_run, \
             changed_at = coalesce(excluded.changed_at, inventory_objects.changed_at), missing_since = null, missing_run = null, \
             row_hash = excluded.row_hash, read_at = excluded.read_at, \
             text_rules = case when excluded.changed_at is null then inventory_objects.text_rules else excluded.text_rules end",
        );
        tx.execute(upsert.statement()).await?;
        Ok(())
    }

    /// Assignments are part of the content: unchanged content keeps its groups, and so does an object whose assignments
    /// may not have been read.
    async fn store_groups(&self, tx: &mut Tx, all: &[Observation]) -> Result<(), StoreError> {
        let mut rows = Vec::new();
        for one in all.iter().filter(|one| one.has_new_version() || !one.known_before) {
            let object = &one.object;
            if one.known_before {
                let delete = sql!(
                    "delete from inventory_assigned_groups where tenant_id = $1 and type_key = $2 and external_id = $3",
                    self.0.tenant_arg(),
                    &object.type_key,
                    &object.external_id,
                );
                tx.execute(delete).await?;
            }
            rows.extend(object.assigned_groups.iter().map(|group| {
                vec![self.0.tenant_arg().into(), (&object.type_key).into(), (&object.external_id).into(), group.into()]
            }));
        }
        for chunk in rows.chunks(BATCH_MAX) {
            let mut insert =
                Builder::new("insert into inventory_assigned_groups (tenant_id, type_key, external_id, group_id) ");
            insert.rows(chunk.to_vec());
            insert.text(" on conflict (tenant_id, type_key, external_id, group_id) do nothing");
            tx.execute(insert.statement()).await?;
        }
        Ok(())
    }

    /// Who made a version stands beside it from the moment it is there, and an event is handled when its object is.
    async fn store_told(&self, tx: &mut Tx, all: &[Observation]) -> Result<(), StoreError> {
        let told = || all.iter().filter(|one| !one.object.told.is_empty());
        let complete = told().filter(|one| one.what != What::Incomplete);
        let joined: Vec<Told<'_>> = complete
            .filter_map(|one| {
                let fresh = one.has_new_version();
                Some(Told { version: one.version?, before: one.version_before, fresh, changes: &one.object.told })
            })
            .collect();
        if !joined.is_empty() {
            authors::store(self.0.db, tx, self.0.tenant(), joined).await?;
        }
        let handled = told().filter(|one| one.object.probed).flat_map(|one| &one.object.told);
        let handled = handled.map(|change| (change.author.log, change.mark(), change.author.at)).collect();
        probes::remember(tx, self.0.tenant(), handled).await
    }

    /// What is found follows the last complete content, in its transaction.
    async fn store_texts(&self, tx: &mut Tx, all: &[Observation]) -> Result<(), StoreError> {
        let fresh = all.iter().filter_map(|one| Some((one, one.packed.as_ref()?.lines.as_ref()?)));
        let texts: Vec<_> = fresh
            .map(|(one, lines)| Text {
                type_key: &one.object.type_key,
                external_id: &one.object.external_id,
                lines,
                references: &one.object.searched.references,
                known_before: one.known_before,
            })
            .collect();
        texts::store(tx, self.0.tenant(), &texts).await
    }
}

/// By type key and external id.
type Known = HashMap<(String, String), KnownObject>;

/// An object as it was before.
#[derive(Clone, Default)]
struct KnownObject {
    content_hash: Option<Vec<u8>>,
    row_hash: Option<Vec<u8>>,
    version: Option<VersionId>,
}
