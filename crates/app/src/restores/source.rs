//! The objects that a restore takes its contents from: a backup set, versions of a tenant, or what an earlier restore
//! found before it wrote.

use std::collections::HashMap;

use model::AppError;
use model::ids::{TenantId, VersionId};
use serde_json::Value;
use store::{Db, Restore, TenantScope};

use super::draft::{Draft, ObjectKey};
use super::undo;
use crate::backups::manifest::all_items;
use crate::backups::manifest_of;
use crate::exchange::SetOrigin;

/// One object of the source.
#[derive(Debug, Clone)]
pub struct SourceObject {
    /// Which one.
    pub key: ObjectKey,
    /// Its name there.
    pub name: String,
    /// Where its content is.
    pub(crate) content: Content,
}

/// Where the content of an object is.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// In a version of the source's tenant.
    Version(VersionId),
    /// Here.
    Document(Box<Value>),
    /// It was not there: what is, is removed again.
    Removed,
}

/// The right to the source's tenant.
pub(crate) enum SourceScope<'a> {
    /// The source is of the tenant that is written to.
    Same(&'a TenantScope),
    /// It is another one's.
    Other(TenantScope),
}

impl SourceScope<'_> {
    /// The right itself.
    pub(crate) fn get(&self) -> &TenantScope {
        match self {
            Self::Same(scope) => scope,
            Self::Other(scope) => scope,
        }
    }
}

/// The right of whoever acts to the source's tenant, as it is now.
pub(crate) async fn source_scope<'a>(
    db: &Db,
    scope: &'a TenantScope,
    source: TenantId,
) -> Result<SourceScope<'a>, AppError> {
    if source == scope.tenant_id() {
        return Ok(SourceScope::Same(scope));
    }
    let other = match scope.actor().user {
        Some(user) => db.authorise(user, source).await,
        None => db.scope_for_machine_operator_without_membership(source, &scope.actor().name).await,
    };
    other.map(SourceScope::Other).map_err(|error| {
        if error.code != AppError::not_found().code {
            return error;
        }
        AppError::conflict("restore.source_gone", "You may not see the tenant that these objects come from any more")
            .hint("Ask one of its owners for a membership, or begin a restore from another source")
    })
}

/// Where the source's set is from, when somebody has imported it.
pub(crate) async fn origin(
    db: &Db,
    source: &SourceScope<'_>,
    restore: &Restore,
) -> Result<Option<SetOrigin>, AppError> {
    let Some(set) = restore.source.set else { return Ok(None) };
    Ok(manifest_of(db, source.get(), set).await?.and_then(|manifest| manifest.origin))
}

/// Everything that the source holds, by type and name.
pub(crate) async fn objects(
    db: &Db,
    scope: &TenantScope,
    source: &SourceScope<'_>,
    restore: &Restore,
    draft: &Draft,
) -> Result<Vec<SourceObject>, AppError> {
    if let Some(run) = restore.source.run {
        return undo::objects(db, scope, run).await;
    }
    let mut objects = Vec::new();
    if let Some(set) = restore.source.set {
        for item in all_items(db, source.get(), set).await? {
            if let Some(version) = item.version {
                let key = ObjectKey::new(item.type_key, item.external_id);
                objects.push(SourceObject { key, name: item.name, content: Content::Version(version) });
            }
        }
        return Ok(objects);
    }
    for version in &draft.versions {
        let row = db.tenant(source.get()).versions().get(*version).await?;
        let key = ObjectKey::new(row.type_key, row.external_id);
        objects.push(SourceObject { key, name: row.name, content: Content::Version(*version) });
    }
    Ok(objects)
}

/// The contents of these objects, in their order; absent where one is removed.
pub(crate) async fn documents(
    db: &Db,
    source: &SourceScope<'_>,
    objects: &[SourceObject],
) -> Result<Vec<Option<Value>>, AppError> {
    let versions: Vec<_> = objects.iter().filter_map(version_of).collect();
    let read = db.tenant(source.get()).versions().documents(&versions).await?;
    let read: HashMap<VersionId, Vec<u8>> = read.into_iter().collect();
    let document = |object: &SourceObject| match &object.content {
        Content::Removed => Ok(None),
        Content::Document(document) => Ok(Some(document.as_ref().clone())),
        Content::Version(version) => {
            let bytes = read.get(version).ok_or_else(AppError::not_found)?;
            serde_json::from_slice(bytes).map(Some).map_err(AppError::internal)
        }
    };
    objects.iter().map(document).collect()
}

fn version_of(object: &SourceObject) -> Option<VersionId> {
    match &object.content {
        Content::Version(version) => Some(*version),
        Content::Document(_) | Content::Removed => None,
    }
}
