//! What the database knows of both directories, as far as a restore asks.

use std::collections::{BTreeSet, HashMap};

use model::AppError;
use model::registry::content::{Reference, is_built_in};
use model::registry::{Contract, Registry};
use serde::Serialize;
use serde_json::Value;
use store::{Db, Decision, GroupRow, ObjectRow, TenantScope};

use super::Candidate;
use crate::exchange::SetOrigin;
use crate::inventory::all_of_type;
use crate::restores::draft::{Choice, Draft, ObjectKey, Target};
use crate::restores::source::{SourceObject, SourceScope};

/// Key of the contract of groups.
pub(in crate::restores) const GROUPS: &str = "groups";

/// An object of the tenant that is written to.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) missing: bool,
    /// Whether every directory has it from the start; known only of types that have such objects.
    pub(super) built_in: bool,
}

/// What is known.
pub(super) struct Facts {
    same_directory: bool,
    /// Objects of the tenant by type.
    objects: HashMap<String, Vec<Known>>,
    /// Groups of the tenant that may be meant.
    groups: Vec<GroupRow>,
    /// Whether any group of the tenant is known.
    has_groups: bool,
    /// Names in the source.
    names: HashMap<Reference, String>,
    /// Membership rules in the source, by the group's id.
    rules: HashMap<String, String>,
    /// What was decided before.
    choices: HashMap<Reference, Choice>,
    targets: HashMap<ObjectKey, Target>,
}

impl Facts {
    pub(super) async fn gather(
        db: &Db,
        scope: &TenantScope,
        source: &SourceScope<'_>,
        origin: Option<&SetOrigin>,
        draft: &Draft,
        objects: &[SourceObject],
        named: &[Reference],
    ) -> Result<Self, AppError> {
        let (there, here) = (db.tenant(source.get()), db.tenant(scope));
        let own = here.info().await?.directory_id;
        let directory_id = source_directory(db, source, origin).await?;
        let same_directory = directory_id == own;
        let group_ids: Vec<String> =
            named.iter().filter(|one| one.kind == GROUPS).map(|one| one.external_id.clone()).collect();
        let source_groups = there.groups().matching(&group_ids, &[], &[]).await?;
        let rule = |group: &GroupRow| Some((group.id.clone(), group.rule.clone()?));
        let rules: HashMap<_, _> = source_groups.iter().filter_map(rule).collect();
        // Also of those that are gone: another one of that name may have taken the place.
        let called = there.groups().names(&group_ids).await?;
        let mut names: HashMap<_, _> = called.into_iter().map(|(id, name)| (group(&id), name)).collect();
        names.extend(names_there(db, source, objects, named).await?);
        let wanted_names: Vec<String> = group_ids.iter().filter_map(|id| names.get(&group(id)).cloned()).collect();
        let wanted_rules: Vec<String> = rules.values().cloned().collect();
        let (choices, targets) = remembered(db, scope, &directory_id, objects, named).await?;
        let wanted_ids: Vec<String> = group_ids.into_iter().chain(groups_chosen(draft, &choices)).collect();
        let groups = here.groups().matching(&wanted_ids, &wanted_names, &wanted_rules).await?;
        let kinds: BTreeSet<&str> = objects
            .iter()
            .map(|object| object.key.type_key.as_str())
            .chain(named.iter().flat_map(|one| Registry::embedded().meant(&one.kind)))
            .collect();
        let mut known = HashMap::new();
        for contract in kinds.into_iter().filter_map(|kind| Registry::embedded().get(kind)) {
            known.insert(contract.key.clone(), known_of(db, scope, contract).await?);
        }
        Ok(Self {
            same_directory,
            objects: known,
            groups,
            has_groups: here.groups().count().await? > 0,
            names,
            rules,
            choices,
            targets,
        })
    }

    pub(super) fn same_directory(&self) -> bool {
        self.same_directory
    }

    pub(super) fn has_groups(&self) -> bool {
        self.has_groups
    }

    pub(super) fn name_of(&self, reference: &Reference) -> Option<String> {
        self.names.get(reference).cloned()
    }

    pub(super) fn choice(&self, reference: &Reference) -> Option<&Choice> {
        self.choices.get(reference)
    }

    pub(super) fn remembered_target(&self, key: &ObjectKey) -> Option<&Target> {
        self.targets.get(key)
    }

    /// What an earlier restore made of an object that is not there any more, when that is there.
    pub(super) fn made_of(&self, kind: &str, id: &str) -> Option<Candidate> {
        let made = |kind: &str| match self.targets.get(&ObjectKey::new(kind, id)) {
            Some(Target::Existing(made)) => self.present(kind, made),
            _ => None,
        };
        Registry::embedded().meant(kind).into_iter().find_map(made)
    }

    /// The object or group with that id, where an id is one in all the world.
    pub(super) fn by_guid(&self, kind: &str, id: &str) -> Option<Candidate> {
        uuid::Uuid::try_parse(id).ok().and_then(|_| self.present(kind, id))
    }

    /// The object or group of the tenant with that id, when it is there.
    pub(super) fn present(&self, kind: &str, id: &str) -> Option<Candidate> {
        if kind == GROUPS {
            let group = self.groups.iter().find(|group| group.id == id)?;
            return Some(candidate(&group.id, &group.name, ""));
        }
        let known = self.of(kind).find(|known| known.id == id && !known.missing)?;
        Some(candidate(&known.id, &known.name, ""))
    }

    /// Objects of that type, or of those that a reference may mean, present or missing.
    pub(super) fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Known> {
        Registry::embedded().meant(kind).into_iter().filter_map(|kind| self.objects.get(kind)).flatten()
    }

    /// What may stand for a reference of that name: exact names first, then names that only look alike, then groups with
    /// the same membership rule.
    pub(super) fn alike(&self, reference: &Reference) -> Vec<(Candidate, bool)> {
        let Some(name) = self.names.get(reference) else { return Vec::new() };
        if reference.kind != GROUPS {
            return alike(name, self.of(&reference.kind).filter(|known| !known.missing));
        }
        let rule = self.rules.get(&reference.external_id);
        let mut found: Vec<_> = self.groups.iter().filter_map(|group| group_alike(group, name, rule)).collect();
        found.sort_by_key(|(_, exact)| !exact);
        found
    }
}

/// Whether one of that name may be meant, and whether by its exact name.
fn by_name(id: &str, known: &str, name: &str) -> Option<(Candidate, bool)> {
    if known == name {
        return Some((candidate(id, known, "Has the same name"), true));
    }
    same_but_for_looks(known, name).then(|| (candidate(id, known, LOOKS), false))
}

/// Whether a group may be meant, and whether by its exact name.
fn group_alike(group: &GroupRow, name: &str, rule: Option<&String>) -> Option<(Candidate, bool)> {
    by_name(&group.id, &group.name, name).or_else(|| {
        let same_rule = rule.is_some() && group.rule.as_ref() == rule;
        same_rule.then(|| (candidate(&group.id, &group.name, "Has the same membership rule"), false))
    })
}

const LOOKS: &str = "The name differs only in spaces or in capital letters";

/// Those of that name, and those whose name only looks like it.
pub(super) fn alike<'a>(name: &str, known: impl Iterator<Item = &'a Known>) -> Vec<(Candidate, bool)> {
    let mut found: Vec<_> = known.filter_map(|known| by_name(&known.id, &known.name, name)).collect();
    found.sort_by_key(|(_, exact)| !exact);
    found
}

pub(in crate::restores) fn same_but_for_looks(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

pub(in crate::restores) fn candidate(id: &str, name: &str, note: &str) -> Candidate {
    Candidate { id: id.to_owned(), name: name.to_owned(), note: note.to_owned() }
}

fn group(id: &str) -> Reference {
    Reference { kind: GROUPS.to_owned(), external_id: id.to_owned() }
}

/// Groups that stand for others, by a choice of now or of earlier.
fn groups_chosen(draft: &Draft, earlier: &HashMap<Reference, Choice>) -> Vec<String> {
    let now = draft.references.iter().map(|one| (one.kind.as_str(), &one.choice));
    let all = now.chain(earlier.iter().map(|(reference, choice)| (reference.kind.as_str(), choice)));
    let used = all.filter_map(|(kind, choice)| match choice {
        Choice::Use(id) if kind == GROUPS => Some(id.clone()),
        _ => None,
    });
    used.collect()
}

/// Names of what is named, from the source's own objects and its inventory.
async fn names_there(
    db: &Db,
    source: &SourceScope<'_>,
    objects: &[SourceObject],
    named: &[Reference],
) -> Result<HashMap<Reference, String>, AppError> {
    let mut names = HashMap::new();
    for object in objects {
        let reference = Reference { kind: object.key.type_key.clone(), external_id: object.key.id.clone() };
        names.insert(reference, object.name.clone());
    }
    let meant = |one: &Reference| {
        let of = |kind: &str| Reference { kind: kind.to_owned(), external_id: one.external_id.clone() };
        Registry::embedded().meant(&one.kind).into_iter().map(of).collect::<Vec<_>>()
    };
    let of_objects = named.iter().filter(|one| one.kind != GROUPS);
    let asked: Vec<_> = of_objects.flat_map(meant).filter(|one| !names.contains_key(one)).collect();
    let known = db.tenant(source.get()).inventory().linked_objects(&asked).await?;
    names.extend(known.into_iter().filter_map(|known| Some((known.reference, known.name?))));
    // What does not say of which kind it is has the name of whatever it turns out to be.
    for one in named.iter().filter(|one| one.kind.starts_with("external:")) {
        let name = meant(one).into_iter().find_map(|of| names.get(&of).cloned());
        names.extend(name.map(|name| (one.clone(), name)));
    }
    Ok(names)
}

/// Every object of the type that the tenant is known to have or have had.
async fn known_of(db: &Db, scope: &TenantScope, contract: &Contract) -> Result<Vec<Known>, AppError> {
    let rows = all_of_type(db, scope, &contract.key).await?;
    let built_in = built_in(db, scope, contract, &rows).await?;
    let known = |row: ObjectRow| Known {
        built_in: built_in.contains(&row.external_id),
        id: row.external_id,
        name: row.name,
        missing: row.missing.is_some(),
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Ids of those that every directory has from the start.
async fn built_in(
    db: &Db,
    scope: &TenantScope,
    contract: &Contract,
    rows: &[ObjectRow],
) -> Result<BTreeSet<String>, AppError> {
    if contract.built_in.is_none() && !contract.single {
        return Ok(BTreeSet::new());
    }
    let versions: HashMap<_, _> = rows.iter().filter_map(|row| Some((row.version?, &row.external_id))).collect();
    let ids: Vec<_> = versions.keys().copied().collect();
    let mut found = BTreeSet::new();
    for (version, bytes) in db.tenant(scope).versions().documents(&ids).await? {
        let document: Value = serde_json::from_slice(&bytes).map_err(AppError::internal)?;
        if is_built_in(contract, &document) {
            found.extend(versions.get(&version).map(|id| (*id).clone()));
        }
    }
    Ok(found)
}

/// The directory that the source's ids are of. Files say which one they are from, or nobody knows.
pub(crate) async fn source_directory(
    db: &Db,
    source: &SourceScope<'_>,
    origin: Option<&SetOrigin>,
) -> Result<String, AppError> {
    match origin {
        Some(origin) => Ok(origin.directory_id.clone().unwrap_or_else(|| format!("import {}", origin.sha256))),
        None => Ok(db.tenant(source.get()).info().await?.directory_id),
    }
}

type Remembered = (HashMap<Reference, Choice>, HashMap<ObjectKey, Target>);

/// What was decided before about these ids of that directory.
async fn remembered(
    db: &Db,
    scope: &TenantScope,
    directory_id: &str,
    objects: &[SourceObject],
    named: &[Reference],
) -> Result<Remembered, AppError> {
    let of_objects = objects.iter().map(|object| (target_kind(&object.key.type_key), object.key.id.clone()));
    let of_references = named.iter().map(|one| (one.kind.clone(), one.external_id.clone()));
    let of_what_is_named = named.iter().flat_map(filed);
    let asked: Vec<_> = of_objects.chain(of_references).chain(of_what_is_named).collect();
    let (mut choices, mut targets) = (HashMap::new(), HashMap::new());
    for decision in db.tenant(scope).restores().decided(directory_id, &asked).await? {
        if decision.kind.starts_with(TARGET) {
            targets.extend(decided_target(decision));
        } else if let Ok(choice) = serde_json::from_value(decision.choice) {
            choices.insert(Reference { kind: decision.kind, external_id: decision.external_id }, choice);
        }
    }
    Ok((choices, targets))
}

/// What was decided that objects of a directory become, and what restores made of them.
pub(crate) async fn made_of(
    db: &Db,
    scope: &TenantScope,
    directory_id: &str,
    asked: &[Reference],
) -> Result<HashMap<Reference, Reference>, AppError> {
    let filed: Vec<_> = asked.iter().flat_map(filed).collect();
    let decided = db.tenant(scope).restores().decided(directory_id, &filed).await?;
    let decided: HashMap<ObjectKey, Target> = decided.into_iter().filter_map(decided_target).collect();
    let made = |one: &Reference| {
        let made = |kind: &str| match decided.get(&ObjectKey::new(kind, &one.external_id)) {
            Some(Target::Existing(id)) => Some(Reference { kind: kind.to_owned(), external_id: id.clone() }),
            _ => None,
        };
        Registry::embedded().meant(&one.kind).into_iter().find_map(made)
    };
    Ok(asked.iter().filter_map(|one| Some((one.clone(), made(one)?))).collect())
}

/// In front of a type's key, where a decision is about where an object goes and not about who names it.
const TARGET: &str = "target:";

/// How a decision about where an object of that type goes is filed.
fn target_kind(type_key: &str) -> String {
    format!("{TARGET}{type_key}")
}

/// Where decisions are filed about what a reference may name.
fn filed(one: &Reference) -> Vec<(String, String)> {
    let meant = Registry::embedded().meant(&one.kind).into_iter();
    meant.map(|kind| (target_kind(kind), one.external_id.clone())).collect()
}

/// The decision that [`target_decision`] makes.
fn decided_target(decision: Decision) -> Option<(ObjectKey, Target)> {
    let type_key = decision.kind.strip_prefix(TARGET)?;
    let target = serde_json::from_value(decision.choice).ok()?;
    Some((ObjectKey::new(type_key, decision.external_id), target))
}

/// A decision about where an object of a directory goes.
pub(crate) fn target_decision(directory_id: &str, object: &ObjectKey, target: &Target) -> Decision {
    decision(directory_id, target_kind(&object.type_key), &object.id, target)
}

/// A decision about an id of a directory.
pub(crate) fn decision(directory_id: &str, kind: String, id: &str, choice: &impl Serialize) -> Decision {
    Decision {
        directory_id: directory_id.to_owned(),
        kind,
        external_id: id.to_owned(),
        choice: serde_json::to_value(choice).expect("a choice is plain data"),
    }
}
