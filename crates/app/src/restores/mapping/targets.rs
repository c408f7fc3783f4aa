//! Where an object of the source goes.

use model::registry::Registry;
use model::registry::content::is_built_in;
use model::restore::Why;
use serde_json::Value;

use super::facts::{Facts, alike, candidate};
use super::{Candidate, MappedTarget, Origin, TargetAnswer};
use crate::restores::draft::{Draft, Target};
use crate::restores::source::{Content, SourceObject};

/// Where the object goes, and what it could go to.
pub(super) fn mapped(facts: &Facts, draft: &Draft, object: &SourceObject, document: Option<&Value>) -> MappedTarget {
    let (answer, candidates) = answer(facts, draft, object, document);
    MappedTarget { object: object.key.clone(), name: object.name.clone(), answer, candidates }
}

fn answer(
    facts: &Facts,
    draft: &Draft,
    object: &SourceObject,
    document: Option<&Value>,
) -> (TargetAnswer, Vec<Candidate>) {
    if matches!(object.content, Content::Removed) {
        return (TargetAnswer::Removed, Vec::new());
    }
    let built_in = is_from_the_start(object, document);
    let present = facts.of(&object.key.type_key).filter(|known| !known.missing && known.built_in == built_in);
    let alike = alike(&object.name, present);
    let candidates: Vec<Candidate> = alike.iter().map(|(candidate, _)| candidate.clone()).collect();
    let chosen = draft.targets.iter().find(|choice| choice.object == object.key).map(|choice| &choice.target);
    if let Some(target) = chosen {
        return (said(facts, object, target, Origin::Chosen), candidates);
    }
    if facts.same_directory() {
        return (in_place(facts, object, &candidates), candidates);
    }
    if let Some(known) = facts.by_guid(&object.key.type_key, &object.key.id) {
        return (TargetAnswer::InPlace(known, Origin::Certain), candidates);
    }
    if let Some(target) = facts.remembered_target(&object.key) {
        return (said(facts, object, target, Origin::Remembered), candidates);
    }
    let exact: Vec<_> = alike.iter().filter(|(_, exact)| *exact).map(|(candidate, _)| candidate).collect();
    let answer = match (exact.as_slice(), candidates.is_empty()) {
        // There is one of them in every directory, so that nothing is guessed.
        ([one], _) if built_in => TargetAnswer::InPlace((*one).clone(), Origin::Certain),
        _ if built_in => TargetAnswer::Open(no_counterpart()),
        (_, true) => TargetAnswer::New(Origin::Certain),
        _ => TargetAnswer::Open(name_taken(candidates.len())),
    };
    (answer, candidates)
}

fn is_from_the_start(object: &SourceObject, document: Option<&Value>) -> bool {
    let contract = Registry::embedded().get(&object.key.type_key);
    contract.zip(document).is_some_and(|(contract, document)| is_built_in(contract, document))
}

fn said(facts: &Facts, object: &SourceObject, target: &Target, origin: Origin) -> TargetAnswer {
    match target {
        Target::New => TargetAnswer::New(origin),
        Target::LeaveOut => TargetAnswer::LeftOut,
        Target::Existing(id) => {
            let known = facts.present(&object.key.type_key, id);
            TargetAnswer::InPlace(known.unwrap_or_else(|| candidate(id, id, "")), origin)
        }
    }
}

/// In its own directory an object keeps its id, if it still has one; else it is what a restore made of it.
fn in_place(facts: &Facts, object: &SourceObject, candidates: &[Candidate]) -> TargetAnswer {
    let (kind, id) = (&object.key.type_key, &object.key.id);
    if facts.present(kind, id).is_none()
        && let Some(made) = facts.made_of(kind, id)
    {
        return TargetAnswer::InPlace(made, Origin::Remembered);
    }
    let gone = facts.of(kind).any(|known| known.id == *id && known.missing);
    if gone && candidates.iter().any(|candidate| candidate.id != *id) {
        return TargetAnswer::Open(name_taken(candidates.len()));
    }
    TargetAnswer::InPlace(candidate(id, &object.name, ""), Origin::Certain)
}

fn name_taken(count: usize) -> Why {
    let message = if count == 1 {
        "An object of this kind has its name. Say whether it is the one to change".to_owned()
    } else {
        format!("{count} objects of this kind have its name or one that looks like it. Say which one to change")
    };
    Why { code: "restore.name_taken".to_owned(), message }
}

fn no_counterpart() -> Why {
    Why {
        code: "restore.no_counterpart".to_owned(),
        message: "Every directory has one from the start, and which one it is here cannot be told. Choose it"
            .to_owned(),
    }
}
