//! What a reference of the source becomes.

use model::registry::content::Reference;
use model::restore::Why;

use super::facts::{Facts, GROUPS, candidate};
use super::{Candidate, MappedTarget, Origin, ReferenceAnswer, TargetAnswer};
use crate::restores::draft::{Choice, Draft};

/// What means the same in every directory: Microsoft's own templates, definitions and roles.
const EVERYWHERE: [&str; 5] = [
    "external:template",
    "external:directory role",
    "external:role",
    "external:directory setting template",
    "external:group policy definition",
];

/// What it becomes, and what could stand for it.
pub(super) fn answer(
    facts: &Facts,
    draft: &Draft,
    targets: &[MappedTarget],
    reference: &Reference,
) -> (ReferenceAnswer, Vec<Candidate>) {
    let alike = facts.alike(reference);
    let candidates = alike.iter().map(|(candidate, _)| candidate.clone()).collect();
    let chosen = draft.references.iter().find(|one| (&one.kind, &one.id) == (&reference.kind, &reference.external_id));
    if let Some(chosen) = chosen {
        return (said(facts, reference, &chosen.choice, Origin::Chosen), candidates);
    }
    if EVERYWHERE.contains(&reference.kind.as_str()) {
        return (ReferenceAnswer::Keep(Origin::Certain), candidates);
    }
    let elsewhere = written(targets, reference).or_else(|| made(facts, reference));
    if facts.same_directory() {
        return (stays(facts, reference, elsewhere), candidates);
    }
    if facts.by_guid(&reference.kind, &reference.external_id).is_some() {
        return (ReferenceAnswer::Keep(Origin::Certain), candidates);
    }
    if let Some(choice) = facts.choice(reference) {
        return (said(facts, reference, choice, Origin::Remembered), candidates);
    }
    if let Some(answer) = elsewhere {
        return (answer, candidates);
    }
    let exact: Vec<_> = alike.iter().filter(|(_, exact)| *exact).map(|(candidate, _)| candidate).collect();
    let answer = match (exact.as_slice(), alike.len()) {
        ([one], 1) => ReferenceAnswer::Use((*one).clone(), Origin::ByName),
        (_, 0) => ReferenceAnswer::Open(unmapped(facts, reference)),
        (_, count) => ReferenceAnswer::Open(ambiguous(count)),
    };
    (answer, candidates)
}

fn said(facts: &Facts, reference: &Reference, choice: &Choice, origin: Origin) -> ReferenceAnswer {
    match choice {
        Choice::Keep => ReferenceAnswer::Keep(origin),
        Choice::LeaveOut => ReferenceAnswer::LeftOut,
        Choice::Use(id) => {
            let known = facts.present(&reference.kind, id);
            ReferenceAnswer::Use(known.unwrap_or_else(|| candidate(id, id, "")), origin)
        }
    }
}

/// The object of this restore that is named, if it is written. Some references do not say of which kind they are.
fn written(targets: &[MappedTarget], reference: &Reference) -> Option<ReferenceAnswer> {
    let any_kind = reference.kind.starts_with("external:");
    let named = targets.iter().find(|target| {
        target.object.id == reference.external_id && (any_kind || target.object.type_key == reference.kind)
    })?;
    let written = matches!(named.answer, TargetAnswer::InPlace(..) | TargetAnswer::New(_));
    written.then(|| ReferenceAnswer::WithThis(named.object.clone()))
}

/// What an earlier restore made of the object that is named.
fn made(facts: &Facts, reference: &Reference) -> Option<ReferenceAnswer> {
    let made = facts.made_of(&reference.kind, &reference.external_id)?;
    Some(ReferenceAnswer::Use(made, Origin::Remembered))
}

/// In its own directory an id means what it meant, if the object is still there; else what is elsewhere.
fn stays(facts: &Facts, reference: &Reference, elsewhere: Option<ReferenceAnswer>) -> ReferenceAnswer {
    if facts.present(&reference.kind, &reference.external_id).is_some() {
        return ReferenceAnswer::Keep(Origin::Certain);
    }
    if let Some(answer) = elsewhere {
        return answer;
    }
    let known_kind = facts.of(&reference.kind).next().is_some();
    let gone = if reference.kind == GROUPS { facts.has_groups() } else { known_kind };
    if gone { ReferenceAnswer::Open(is_gone()) } else { ReferenceAnswer::Keep(Origin::Certain) }
}

fn unmapped(facts: &Facts, reference: &Reference) -> Why {
    let message = if reference.kind == GROUPS && !facts.has_groups() {
        "No groups of this tenant are known yet. Read them with \"Read directory groups\", or type the id"
    } else if reference.kind == "external:user" {
        "People differ from directory to directory. Type the id of the one who is meant here, or leave it out"
    } else {
        "Nothing in this tenant has its name. Choose what stands for it, or leave it out"
    };
    Why { code: "restore.reference_unmapped".to_owned(), message: message.to_owned() }
}

fn ambiguous(count: usize) -> Why {
    let message = if count == 1 {
        "One object looks like it, but its name is not exactly the same. Say whether it is the one".to_owned()
    } else {
        format!("{count} objects here may be meant. Say which one")
    };
    Why { code: "restore.reference_ambiguous".to_owned(), message }
}

fn is_gone() -> Why {
    let message = "It is not in this tenant any more. Choose what stands for it, or leave it out";
    Why { code: "restore.reference_gone".to_owned(), message: message.to_owned() }
}
