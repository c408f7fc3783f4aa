//! The steps of a restore between its source and its preview: each changes the draft, and so makes an older plan stale.

use std::collections::BTreeSet;

use model::AppError;
use model::access::Capability;
use model::ids::RestoreId;
use model::registry::content::Reference;
use store::{Db, Restore, TenantScope};

use super::copies;
use super::draft::{Choice, Draft, ObjectKey, Target};
use super::mapping::{Mapping, decision, map, source_directory, target_decision};
use super::named::meant;
use super::source::{SourceObject, documents, objects, origin, source_scope};

/// What is restored.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Which objects; absent is all.
    pub objects: Option<BTreeSet<ObjectKey>>,
    /// Whether their own settings are written.
    pub settings: bool,
    /// Whether their assignments are written.
    pub assignments: bool,
}

/// A restore as its pages show it: what the source holds, and what of it is chosen.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The restore.
    pub restore: Restore,
    /// What was chosen.
    pub draft: Draft,
    /// Everything that the source holds.
    pub objects: Vec<SourceObject>,
}

impl Opened {
    /// What is chosen of the source.
    pub fn chosen(&self) -> Vec<SourceObject> {
        self.objects.iter().filter(|object| self.draft.has(&object.key)).cloned().collect()
    }
}

/// Opens a restore.
pub async fn open(db: &Db, scope: &TenantScope, restore: RestoreId) -> Result<Opened, AppError> {
    let restore = db.tenant(scope).restores().get(restore).await?;
    let draft = Draft::of(&restore)?;
    let source = source_scope(db, scope, restore.source.tenant).await?;
    let objects = objects(db, scope, &source, &restore, &draft).await?;
    Ok(Opened { restore, draft, objects })
}

/// Every question of what is chosen, with its answer; from the database alone.
pub async fn mapping(db: &Db, scope: &TenantScope, opened: &Opened) -> Result<Mapping, AppError> {
    let source = source_scope(db, scope, opened.restore.source.tenant).await?;
    let chosen = opened.chosen();
    let documents = documents(db, &source, &chosen).await?;
    let origin = origin(db, &source, &opened.restore).await?;
    let mut mapping = map(db, scope, &source, origin.as_ref(), &opened.draft, &chosen, &documents).await?;
    copies::find(db, &source, opened, &mut mapping).await?;
    Ok(mapping)
}

/// Chooses what is restored. `revision` is the one that the person saw; gives the next.
pub async fn choose_scope(
    db: &Db,
    scope: &TenantScope,
    restore: RestoreId,
    revision: i64,
    chosen: Scope,
) -> Result<i64, AppError> {
    scope.require(Capability::RestorePreview)?;
    if !chosen.settings && !chosen.assignments {
        return Err(AppError::invalid("restore.nothing_chosen", "Neither settings nor assignments are to be restored")
            .hint("Choose at least one of them"));
    }
    let opened = open(db, scope, restore).await?;
    if let Some(objects) = &chosen.objects {
        let held: BTreeSet<&ObjectKey> = opened.objects.iter().map(|object| &object.key).collect();
        if objects.is_empty() || !objects.iter().all(|key| held.contains(key)) {
            return Err(AppError::invalid(
                "restore.nothing_chosen",
                "None of the source's objects was chosen, or one that it does not hold",
            )
            .hint("Choose among the objects that are listed"));
        }
    }
    let Scope { objects, settings, assignments } = chosen;
    let draft = Draft { objects, settings, assignments, ..opened.draft };
    save(db, scope, restore, revision, &draft).await
}

/// Answers of a person: where objects go, and what becomes of references. An absent answer takes an earlier one back.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// By object of the source.
    pub targets: Vec<(ObjectKey, Option<Target>)>,
    /// By kind and id in the source.
    pub references: Vec<(String, String, Option<Choice>)>,
    /// What is restored, too, because an object names it.
    pub along: Vec<Reference>,
}

/// Keeps answers with the restore, and remembers them for later ones between the same directories. What a person typed may be
/// an id or a name; it is looked up in what is known of the tenant.
pub async fn answer(
    db: &Db,
    scope: &TenantScope,
    restore: RestoreId,
    revision: i64,
    mut answers: Answers,
) -> Result<i64, AppError> {
    scope.require(Capability::RestorePreview)?;
    let opened = open(db, scope, restore).await?;
    let mut draft = opened.draft.clone();
    for (object, target) in &mut answers.targets {
        if let Some(Target::Existing(typed)) = target {
            *typed = meant(db, scope, &object.type_key, typed).await?;
        }
    }
    for (kind, _, choice) in &mut answers.references {
        if let Some(Choice::Use(typed)) = choice {
            *typed = meant(db, scope, kind, typed).await?;
        }
    }
    for (object, target) in &answers.targets {
        draft.set_target(object.clone(), target.clone());
    }
    for (kind, id, choice) in &answers.references {
        draft.set_reference(kind, id, choice.clone());
    }
    for reference in &answers.along {
        copies::choose(db, scope, &opened, &mut draft, reference).await?;
    }
    let next = save(db, scope, restore, revision, &draft).await?;
    remember(db, scope, &opened.restore, &answers).await?;
    Ok(next)
}

async fn save(db: &Db, scope: &TenantScope, restore: RestoreId, revision: i64, draft: &Draft) -> Result<i64, AppError> {
    let draft = serde_json::to_value(draft).expect("a draft is plain data");
    db.tenant(scope).restores().change(restore, revision, &draft).await
}

async fn remember(db: &Db, scope: &TenantScope, restore: &Restore, answers: &Answers) -> Result<(), AppError> {
    let source = source_scope(db, scope, restore.source.tenant).await?;
    let origin = origin(db, &source, restore).await?;
    if source.get().tenant_id() == scope.tenant_id() && origin.is_none() {
        // In its own directory an id means what it means; what was chosen once says nothing about the next time.
        return Ok(());
    }
    let directory_id = source_directory(db, &source, origin.as_ref()).await?;
    let targets = answers.targets.iter().filter_map(|(object, target)| {
        let target = target.as_ref().filter(|target| !matches!(target, Target::LeaveOut))?;
        Some(target_decision(&directory_id, object, target))
    });
    let references = answers
        .references
        .iter()
        .filter_map(|(kind, id, choice)| Some(decision(&directory_id, kind.clone(), id, choice.as_ref()?)));
    let decisions: Vec<_> = targets.chain(references).collect();
    db.tenant(scope).restores().remember(&decisions).await
}
