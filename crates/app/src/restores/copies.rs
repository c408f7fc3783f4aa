//! Restoring what an object names along with it: a filter, a scope tag or a certificate that the tenant does not have.

use std::collections::HashSet;

use model::AppError;
use model::access::Capability;
use model::registry::content::Reference;
use model::registry::{CreateMode, Mode, Registry};
use store::{Db, TenantScope};

use super::begin::VERSIONS_MAX;
use super::choose::Opened;
use super::draft::{Draft, ObjectKey};
use super::mapping::{MappedReference, Mapping, Origin, ReferenceAnswer};
use super::source::{SourceScope, source_scope};

/// Says of each reference whether what it names can be restored, too.
pub(super) async fn find(
    db: &Db,
    source: &SourceScope<'_>,
    opened: &Opened,
    mapping: &mut Mapping,
) -> Result<(), AppError> {
    let unsettled = mapping.references.iter().filter(|one| may_be_asked(one));
    let wanted: Vec<Reference> = unsettled.flat_map(|one| meant(&one.reference)).collect();
    let mut there: HashSet<Reference> = HashSet::new();
    for object in &opened.objects {
        there.insert(Reference { kind: object.key.type_key.clone(), external_id: object.key.id.clone() });
    }
    if takes_versions(opened) {
        let seen = db.tenant(source.get()).inventory().linked_objects(&wanted).await?;
        // Also of what is gone: its last version is what comes back.
        let seen = seen.into_iter().filter(|one| one.name.is_some());
        there.extend(seen.map(|one| one.reference));
    }
    for one in mapping.references.iter_mut().filter(|one| may_be_asked(one)) {
        one.can_come_along = meant(&one.reference).iter().any(|meant| there.contains(meant));
    }
    Ok(())
}

/// What is settled by an id, or by this restore, needs no copy.
fn may_be_asked(one: &MappedReference) -> bool {
    !matches!(one.answer, ReferenceAnswer::Keep(Origin::Certain) | ReferenceAnswer::WithThis(_))
}

/// Objects of types that a restore makes.
fn meant(reference: &Reference) -> Vec<Reference> {
    let made = |kind: &&str| {
        Registry::embedded().get(kind).is_some_and(|contract| {
            matches!(contract.restore, Mode::Enabled)
                && matches!(contract.create.mode, CreateMode::Yes | CreateMode::Partial)
        })
    };
    let kinds = Registry::embedded().meant(&reference.kind).into_iter().filter(made);
    kinds.map(|kind| Reference { kind: kind.to_owned(), external_id: reference.external_id.clone() }).collect()
}

/// Whether the restore is made of versions, so that others can be added.
fn takes_versions(opened: &Opened) -> bool {
    opened.restore.source.set.is_none() && opened.restore.source.run.is_none()
}

/// Chooses what the reference names, in place of any other answer.
pub(super) async fn choose(
    db: &Db,
    scope: &TenantScope,
    opened: &Opened,
    draft: &mut Draft,
    reference: &Reference,
) -> Result<(), AppError> {
    let keys = meant(reference).into_iter().map(|one| ObjectKey::new(one.kind, one.external_id));
    for key in keys {
        let held = opened.objects.iter().any(|object| object.key == key);
        if held || add_version(db, scope, opened, draft, &key).await? {
            if let Some(objects) = &mut draft.objects {
                objects.insert(key.clone());
            }
            draft.set_target(key, None);
            draft.set_reference(&reference.kind, &reference.external_id, None);
            return Ok(());
        }
    }
    Err(AppError::invalid(
        "restore.cannot_come_along",
        "What is named there is not in the source, or is nothing that a restore makes",
    )
    .hint("Choose what stands for it here, or leave it out"))
}

/// The last complete version of the object in the source's tenant.
async fn add_version(
    db: &Db,
    scope: &TenantScope,
    opened: &Opened,
    draft: &mut Draft,
    key: &ObjectKey,
) -> Result<bool, AppError> {
    if !takes_versions(opened) || draft.versions.len() >= VERSIONS_MAX {
        return Ok(false);
    }
    let source = source_scope(db, scope, opened.restore.source.tenant).await?;
    source.get().require(Capability::InventoryView)?;
    let found = db.tenant(source.get()).inventory().get(&key.type_key, &key.id).await;
    let version = found.ok().and_then(|object| object.row.version);
    draft.versions.extend(version);
    Ok(version.is_some())
}
