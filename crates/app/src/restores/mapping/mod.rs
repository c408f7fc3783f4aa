//! What ids of the source mean in the tenant that is written to: from the database alone, never by guessing.
//!
//! A name that fits makes a question, not an answer, as long as nobody has said so: two objects can share one. What was
//! decided once for a pair of directories is remembered and shown as such.

mod facts;
mod references;
mod secrets;
mod targets;

pub(super) use facts::{GROUPS, candidate, same_but_for_looks};
pub(crate) use facts::{decision, made_of, source_directory, target_decision};

pub use secrets::MissingSecret;

use std::collections::BTreeMap;

use model::AppError;
use model::registry::Registry;
use model::registry::content::{self, Reference};
use model::restore::Why;
use serde_json::Value;
use store::{Db, TenantScope};

use self::facts::Facts;
use super::draft::{Draft, ObjectKey};
use super::source::{SourceObject, SourceScope};
use crate::exchange::SetOrigin;

/// Users of a reference that are named.
const USERS_NAMED: usize = 3;

/// Every question that a restore raises, with its answer.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Where each object goes, in the order of the source.
    pub targets: Vec<MappedTarget>,
    /// What each reference becomes, by kind and name.
    pub references: Vec<MappedReference>,
    /// Values that are in no version, in the order of the source; none has to be entered.
    pub secrets: Vec<MissingSecret>,
    /// Whether source and target are the same directory.
    pub same_directory: bool,
}

/// An object of the tenant that is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Graph's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Why it may be the one, or what is odd about it: for people.
    pub note: String,
}

/// How sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It follows from an id.
    Certain,
    /// A person said so for this restore.
    Chosen,
    /// From an earlier restore between these directories: a person said so, or it made this of that very object.
    Remembered,
    /// It has this one exact name, and no other object has.
    ByName,
}

/// Where an object goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetAnswer {
    /// The object of that id is changed in place, if the preview finds it; else one is made.
    InPlace(Candidate, Origin),
    /// A new one is made.
    New(Origin),
    /// It is removed: an earlier restore made it.
    Removed,
    /// Nowhere.
    LeftOut,
    /// A person has to say.
    Open(Why),
}

/// One object of the source and where it goes.
#[derive(Debug, Clone)]
pub struct MappedTarget {
    /// Which one.
    pub object: ObjectKey,
    /// Its name in the source.
    pub name: String,
    /// Where it goes.
    pub answer: TargetAnswer,
    /// What it could go to.
    pub candidates: Vec<Candidate>,
}

/// What a reference becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceAnswer {
    /// It stays as it is.
    Keep(Origin),
    /// This object of the tenant stands for it.
    Use(Candidate, Origin),
    /// The object that this restore writes stands for it.
    WithThis(ObjectKey),
    /// It is left out.
    LeftOut,
    /// A person has to say.
    Open(Why),
}

/// One reference and what it becomes.
#[derive(Debug, Clone)]
pub struct MappedReference {
    /// What is named, in the source.
    pub reference: Reference,
    /// Its name there, when that is known.
    pub name: Option<String>,
    /// Some objects that name it.
    pub users: Vec<String>,
    /// How many do.
    pub used_by: usize,
    /// Whether only assignments name it.
    pub only_in_assignments: bool,
    /// What it becomes.
    pub answer: ReferenceAnswer,
    /// What could stand for it.
    pub candidates: Vec<Candidate>,
    /// Whether the source has what is named, so that it can be restored, too.
    pub can_come_along: bool,
}

impl Mapping {
    /// Where that object goes.
    pub fn target(&self, key: &ObjectKey) -> Option<&TargetAnswer> {
        self.targets.iter().find(|target| target.object == *key).map(|target| &target.answer)
    }

    /// What that reference becomes.
    pub fn reference(&self, reference: &Reference) -> Option<&ReferenceAnswer> {
        self.references.iter().find(|mapped| mapped.reference == *reference).map(|mapped| &mapped.answer)
    }

    /// Questions that nobody has answered yet.
    pub fn open(&self) -> usize {
        let targets = self.targets.iter().filter(|target| matches!(target.answer, TargetAnswer::Open(_))).count();
        let open = |mapped: &&MappedReference| matches!(mapped.answer, ReferenceAnswer::Open(_));
        targets + self.references.iter().filter(open).count()
    }
}

/// Who names a reference.
#[derive(Default)]
struct Users {
    names: Vec<String>,
    count: usize,
    elsewhere: bool,
}

/// Answers what can be answered without a person.
pub(crate) async fn map(
    db: &Db,
    scope: &TenantScope,
    source: &SourceScope<'_>,
    origin: Option<&SetOrigin>,
    draft: &Draft,
    objects: &[SourceObject],
    documents: &[Option<Value>],
) -> Result<Mapping, AppError> {
    let used = used(objects, documents, draft.assignments);
    let named: Vec<Reference> = used.keys().cloned().collect();
    let facts = Facts::gather(db, scope, source, origin, draft, objects, &named).await?;
    let targets: Vec<_> = objects
        .iter()
        .zip(documents)
        .map(|(object, document)| targets::mapped(&facts, draft, object, document.as_ref()))
        .collect();
    let answered = |(reference, users): (Reference, Users)| {
        let (answer, candidates) = references::answer(&facts, draft, &targets, &reference);
        MappedReference {
            name: facts.name_of(&reference),
            reference,
            users: users.names,
            used_by: users.count,
            only_in_assignments: !users.elsewhere,
            answer,
            candidates,
            can_come_along: false,
        }
    };
    let mut references: Vec<_> = used.into_iter().map(answered).collect();
    references.sort_by(|one, other| (&one.reference.kind, &one.name).cmp(&(&other.reference.kind, &other.name)));
    let secrets = secrets::missing(db, source, draft, &targets, documents).await?;
    Ok(Mapping { targets, references, secrets, same_directory: facts.same_directory() })
}

/// Every reference of the documents with who names it.
fn used(objects: &[SourceObject], documents: &[Option<Value>], assignments: bool) -> BTreeMap<Reference, Users> {
    let mut used: BTreeMap<Reference, Users> = BTreeMap::new();
    for (object, document) in objects.iter().zip(documents) {
        let (Some(contract), Some(document)) = (Registry::embedded().get(&object.key.type_key), document) else {
            continue;
        };
        let mut bare = document.clone();
        if let (Some(part), Some(map)) = (contract.assignable.part(), bare.as_object_mut()) {
            map.shift_remove(part);
        }
        let elsewhere = content::references(contract, &bare);
        let all = if assignments { content::references(contract, document) } else { elsewhere.clone() };
        for reference in all {
            let in_itself = elsewhere.contains(&reference);
            let users = used.entry(reference).or_default();
            users.count += 1;
            users.elsewhere |= in_itself;
            if users.names.len() < USERS_NAMED {
                users.names.push(object.name.clone());
            }
        }
    }
    used
}
