//! What of a set could be written back today (spec 039): judged from the registry, the content of the set and what was last
//! observed, whenever somebody asks. Reads only the database.

mod judge;

use std::collections::{BTreeMap, HashMap, HashSet};

use model::AppError;
use model::ids::{BackupSetId, VersionId};
use model::registry::Registry;
use model::registry::content::{self, Reference};
use serde_json::Value;
use store::{BackupItem, Db, TenantScope};

use super::manifest_of;
use crate::restores::{source_directory, source_scope, standing};

pub use judge::{Restorable, Subject, Surroundings, Verdict, judge};

/// Items judged at a time.
const BATCH: usize = 250;

/// How much of a set could be written back.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Items of which all could be.
    pub yes: u64,
    /// Items of which something is missing or has to be decided.
    pub partly: u64,
    /// Items of which nothing could be.
    pub no: u64,
    /// Why not all, the most frequent reason first: its code and of how many items it holds.
    pub reasons: Vec<(String, u64)>,
}

/// What a code of [`Verdict::why`] means, for whoever reads how often it comes.
pub fn restorability_words(code: &str) -> &'static str {
    match code {
        "restore.not_captured" => "Not captured",
        "restore.type_unknown" => "Of a type that this version does not know",
        "restore.unsupported" => "Of a type that cannot be restored",
        "restore.preview_only" => "Only a plan can be made",
        "restore.cannot_change" => "Cannot be changed through the API",
        "restore.cannot_make" => "Gone, and cannot be made anew",
        "restore.made_partly" => "Gone, and is made anew with something missing",
        "restore.secrets" => "Secret values have to be given again",
        "restore.unread" => "Gone, and part of the content is not in the backup",
        "restore.groups_unknown" => "Names groups, and the directory's groups were never read",
        _ => "Refers to something that is gone",
    }
}

/// The verdicts about these items of the set, in their order.
pub async fn judge_items(
    db: &Db,
    scope: &TenantScope,
    set: BackupSetId,
    items: &[BackupItem],
) -> Result<Vec<Verdict>, AppError> {
    let judge = Judge::of(db, scope, set).await?;
    let mut verdicts = Vec::with_capacity(items.len());
    for batch in items.chunks(BATCH) {
        verdicts.extend(judge.batch(batch).await?);
    }
    Ok(verdicts)
}

/// How much of the whole set could be written back.
pub async fn restorability(db: &Db, scope: &TenantScope, set: BackupSetId) -> Result<Summary, AppError> {
    let judge = Judge::of(db, scope, set).await?;
    let (mut summary, mut reasons, mut after) = (Summary::default(), BTreeMap::<String, u64>::new(), 0);
    loop {
        let items = db.tenant(scope).backups().items(set, None, after, BATCH).await?;
        let Some(last) = items.last() else { break };
        after = last.sequence;
        for verdict in judge.batch(&items).await? {
            match verdict.answer {
                Restorable::Yes => summary.yes += 1,
                Restorable::Partly => summary.partly += 1,
                Restorable::No => summary.no += 1,
            }
            let codes: HashSet<String> = verdict.why.into_iter().map(|why| why.code).collect();
            codes.into_iter().for_each(|code| *reasons.entry(code).or_default() += 1);
        }
    }
    summary.reasons = reasons.into_iter().collect();
    summary.reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(summary)
}

/// The captured document of an item; nothing when it was not captured.
pub async fn item_document(db: &Db, scope: &TenantScope, item: &BackupItem) -> Result<Option<Value>, AppError> {
    let Some(version) = item.version else { return Ok(None) };
    let bytes = db.tenant(scope).versions().document(version).await?;
    serde_json::from_slice(&bytes).map(Some).map_err(AppError::internal)
}

/// What holds for all items of a set.
struct Judge<'a> {
    db: &'a Db,
    scope: &'a TenantScope,
    set: BackupSetId,
    /// The directory that its ids are of.
    directory_id: String,
    /// Whether the directory's groups were ever read.
    groups_read: bool,
}

impl<'a> Judge<'a> {
    async fn of(db: &'a Db, scope: &'a TenantScope, set: BackupSetId) -> Result<Self, AppError> {
        let groups_read = db.tenant(scope).groups().count().await? > 0;
        let source = source_scope(db, scope, scope.tenant_id()).await?;
        let origin = manifest_of(db, scope, set).await?.and_then(|manifest| manifest.origin);
        let directory_id = source_directory(db, &source, origin.as_ref()).await?;
        Ok(Self { db, scope, set, directory_id, groups_read })
    }

    async fn batch(&self, items: &[BackupItem]) -> Result<Vec<Verdict>, AppError> {
        let tenant = self.db.tenant(self.scope);
        let versions: Vec<VersionId> = items.iter().filter_map(|item| item.version).collect();
        let mut documents: HashMap<VersionId, Value> = HashMap::with_capacity(versions.len());
        for (version, bytes) in tenant.versions().documents(&versions).await? {
            documents.insert(version, serde_json::from_slice(&bytes).map_err(AppError::internal)?);
        }
        let document = |item: &BackupItem| item.version.and_then(|version| documents.get(&version));
        let mut asked: HashSet<Reference> = HashSet::new();
        for item in items {
            asked.insert(reference_of(item));
            if let Some((contract, document)) = Registry::embedded().get(&item.type_key).zip(document(item)) {
                asked.extend(content::references(contract, document));
            }
        }
        let asked: Vec<Reference> = asked.into_iter().collect();
        let seen = tenant.inventory().linked_objects(&asked).await?;
        let seen: HashMap<Reference, _> = seen.into_iter().map(|object| (object.reference.clone(), object)).collect();
        let in_set = tenant.backups().holds(self.set, &asked).await?;
        let made = standing(self.db, self.scope, &self.directory_id, &asked).await?;
        let around = Surroundings { seen, in_set, made, groups_read: self.groups_read };
        Ok(items
            .iter()
            .map(|item| {
                let contract = Registry::embedded().get(&item.type_key);
                judge(&Subject { this: &reference_of(item), contract, document: document(item) }, &around)
            })
            .collect())
    }
}

fn reference_of(item: &BackupItem) -> Reference {
    Reference { kind: item.type_key.clone(), external_id: item.external_id.clone() }
}
