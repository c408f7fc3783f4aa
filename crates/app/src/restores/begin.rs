//! Beginning a restore: from a backup set, from versions of one's own or another tenant, or from a run that is taken back.

use std::collections::BTreeSet;

use model::AppError;
use model::access::Capability;
use model::ids::{BackupSetId, RestoreId, RunId, TenantId, VersionId};
use store::{Db, ItemFilter, RestoreSource, RunRow, TenantScope};

use super::draft::{Draft, ObjectKey};
use super::source::source_scope;
use super::undo;

/// Objects in one restore that has no backup set.
pub(super) const VERSIONS_MAX: usize = 1_000;

/// What a restore takes its contents from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A backup set of a tenant that the person may see, and of it these objects, or all.
    Set {
        /// The tenant.
        tenant: TenantId,
        /// The set.
        set: BackupSetId,
        /// Which objects; absent is all.
        objects: Option<Vec<ObjectKey>>,
    },
    /// Versions of a tenant that the person may see.
    Versions {
        /// The tenant.
        tenant: TenantId,
        /// The versions, one of each object.
        versions: Vec<VersionId>,
    },
    /// Objects of a tenant that the person may see, as they were last observed completely.
    Objects {
        /// The tenant.
        tenant: TenantId,
        /// Which ones.
        objects: Vec<ObjectKey>,
    },
    /// What a restore of this tenant wrote is taken back.
    Undo {
        /// Its run.
        run: RunId,
    },
    /// What a restore of this tenant did not write as planned is restored again, with what was chosen for it.
    Again {
        /// Its run.
        run: RunId,
    },
}

/// Begins a restore to the scope's tenant. Wants the capability to preview restores here, and to see what it takes there.
pub async fn begin(db: &Db, scope: &TenantScope, source: Source) -> Result<RestoreId, AppError> {
    scope.require(Capability::RestorePreview)?;
    let (title, source, draft) = match source {
        Source::Set { tenant, set, objects } => of_set(db, scope, tenant, set, objects).await?,
        Source::Versions { tenant, versions } => of_versions(db, scope, tenant, versions).await?,
        Source::Objects { tenant, objects } => {
            let versions = latest(db, scope, tenant, &objects).await?;
            of_versions(db, scope, tenant, versions).await?
        }
        Source::Undo { run } => of_run(db, scope, run).await?,
        Source::Again { run } => of_failed(db, scope, run).await?,
    };
    let draft = serde_json::to_value(&draft).expect("a draft is plain data");
    db.tenant(scope).restores().create(&title, &source, &draft).await
}

type Begun = (String, RestoreSource, Draft);

async fn of_set(
    db: &Db,
    scope: &TenantScope,
    tenant: TenantId,
    set: BackupSetId,
    objects: Option<Vec<ObjectKey>>,
) -> Result<Begun, AppError> {
    let there = source_scope(db, scope, tenant).await?;
    there.get().require(Capability::BackupsView)?;
    let row = db.tenant(there.get()).backups().get(set).await?;
    if row.sealed_at.is_none() {
        return Err(AppError::conflict("restore.set_not_closed", "This backup set is not closed yet")
            .hint("Close it, or wait until its run is over"));
    }
    let source = RestoreSource { tenant, set: Some(set), run: None };
    Ok((row.name, source, Draft { objects: objects.map(BTreeSet::from_iter), ..Draft::whole(Vec::new()) }))
}

async fn of_versions(
    db: &Db,
    scope: &TenantScope,
    tenant: TenantId,
    mut versions: Vec<VersionId>,
) -> Result<Begun, AppError> {
    versions.sort();
    versions.dedup();
    if versions.is_empty() || versions.len() > VERSIONS_MAX {
        return Err(AppError::invalid("restore.nothing_chosen", "Nothing was chosen, or more than 1,000 objects")
            .hint("Choose at least one object; of more than 1,000 make a backup set first"));
    }
    let there = source_scope(db, scope, tenant).await?;
    there.get().require(Capability::InventoryView)?;
    let mut names = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for version in &versions {
        let row = db.tenant(there.get()).versions().get(*version).await?;
        if !seen.insert((row.type_key, row.external_id)) {
            return Err(AppError::invalid("restore.two_versions", "Two of these versions are of the same object")
                .hint("Choose one version of each object"));
        }
        names.push(row.name);
    }
    let title = match names.as_slice() {
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        [] => String::new(),
    };
    Ok((title, RestoreSource { tenant, set: None, run: None }, Draft::whole(versions)))
}

/// The last complete version of each object.
async fn latest(
    db: &Db,
    scope: &TenantScope,
    tenant: TenantId,
    objects: &[ObjectKey],
) -> Result<Vec<VersionId>, AppError> {
    let there = source_scope(db, scope, tenant).await?;
    there.get().require(Capability::InventoryView)?;
    let mut versions = Vec::new();
    for key in objects {
        let object = db.tenant(there.get()).inventory().get(&key.type_key, &key.id).await?;
        versions.push(object.row.version.ok_or_else(|| {
            AppError::conflict("restore.never_complete", format!("\"{}\" was never read completely", object.row.name))
                .hint("Sync it first, then begin again")
        })?);
    }
    Ok(versions)
}

/// The failed items of a run, from the same source, with the same answers.
async fn of_failed(db: &Db, scope: &TenantScope, run: RunId) -> Result<Begun, AppError> {
    let row = ended(db, scope, run).await?;
    let restore = undo::restore_of(db, scope, run).await?;
    let failed = db.tenant(scope).runs().items(run, &ItemFilter::failed(), 0, VERSIONS_MAX).await?;
    let objects: BTreeSet<_> = failed.iter().filter_map(|item| ObjectKey::parse(&item.key)).collect();
    if objects.is_empty() {
        return Err(AppError::conflict("run.nothing_failed", "Nothing in this run failed")
            .hint("Begin a restore from its source to do it once more"));
    }
    // What was entered for the other restore was for that one.
    let draft = Draft { objects: Some(objects), secrets: Vec::new(), ..Draft::of(&restore)? };
    Ok((format!("{} of {}", counted(failed.len()), row.target), restore.source, draft))
}

fn counted(items: usize) -> String {
    if items == 1 { "1 failed item".to_owned() } else { format!("{items} failed items") }
}

/// The run, if it is over.
async fn ended(db: &Db, scope: &TenantScope, run: RunId) -> Result<RunRow, AppError> {
    let row = db.tenant(scope).runs().get(run).await?;
    if row.completed_at.is_none() {
        return Err(AppError::conflict("restore.still_running", "This restore is not over yet")
            .hint("Wait for its end, or cancel it first"));
    }
    Ok(row)
}

async fn of_run(db: &Db, scope: &TenantScope, run: RunId) -> Result<Begun, AppError> {
    let row = ended(db, scope, run).await?;
    undo::plan_of(db, scope, run).await?;
    let source = RestoreSource { tenant: scope.tenant_id(), set: None, run: Some(run) };
    Ok((format!("Undo of {}", row.target), source, undo::draft()))
}
