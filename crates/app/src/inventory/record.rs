//! From what Graph answered to what the database keeps.

use engine::{Ending, RunCtx};
use graph::ObservedObject;
use model::change::ToldChange;
use model::registry::content::{Definitions, Searched};
use model::registry::{Contract, Registry, content};
use model::run::{Failure, Reason};
use serde_json::Value;
use store::{MissingPart, NotComplete, RecordedObject, RowSignal, SealedObject, Sealer, StoreError};

/// Kinds that the sentence about a run's end names.
const KINDS_NAMED: usize = 3;

/// How items of runs over the inventory name an object.
pub fn item_key(type_key: &str, external_id: &str) -> String {
    format!("{type_key}/{external_id}")
}

/// One observed object in the shape of the inventory: the document as sent, and the text that decides whether it
/// changed. `names` are of its settings, as far as they are known: it is found by them, too.
pub fn recorded(contract: &Contract, object: ObservedObject, names: &Definitions) -> RecordedObject {
    let document = bytes(&object.document);
    with_content(contract, object, document, names)
}

/// The same, sealed, with what told of it. Of an object that is as it was at the last time, to the letter, neither content
/// nor text are made.
pub(super) fn sealed(
    contract: &Contract,
    object: ObservedObject,
    names: &Definitions,
    (signal, told): (Option<RowSignal>, Vec<ToldChange>),
    sealer: &Sealer,
) -> SealedObject {
    let document = bytes(&object.document);
    let is_complete = object.missing_parts.is_empty();
    match sealer.kept(&object.external_id, &document).filter(|_| is_complete) {
        Some(kept) => sealer.seal_kept(RecordedObject { document, signal, told, ..row(contract, object).0 }, kept),
        None => sealer.seal(RecordedObject { signal, told, ..with_content(contract, object, document, names) }),
    }
}

fn with_content(contract: &Contract, object: ObservedObject, document: Vec<u8>, names: &Definitions) -> RecordedObject {
    let (row, value) = row(contract, object);
    RecordedObject {
        document,
        searched: content::searched_with(contract, &value, names),
        content: model::canonical::to_string(&content::content_for_hash(contract, value)).into_bytes(),
        ..row
    }
}

fn bytes(document: &Value) -> Vec<u8> {
    serde_json::to_vec(document).expect("a JSON value always serialises")
}

/// What stands in the inventory's row, without content, and the document.
fn row(contract: &Contract, object: ObservedObject) -> (RecordedObject, Value) {
    let assignments = content::assignments(contract, &object.document);
    // None were seen, which is not the same as that there are none.
    let unread = object.missing_parts.iter().any(|part| ["object", "assignments"].contains(&part.part.as_str()));
    let row = RecordedObject {
        key: item_key(&contract.key, &object.external_id),
        label: object.name.clone(),
        kind: contract.label.clone(),
        type_key: contract.key.clone(),
        external_id: object.external_id,
        name: object.name,
        platform: object.platform.unwrap_or_default(),
        category: contract.category.clone(),
        missing_parts: object.missing_parts.into_iter().map(missing).collect(),
        modified_at: object.modified_at,
        assignments_count: (!unread).then_some(assignments.len() as u64),
        scope_tags: content::scope_tags(&object.document),
        assigned_groups: assignments.into_iter().filter_map(|assignment| assignment.group_id).collect(),
        signal: None,
        searched: Searched::default(),
        told: Vec::new(),
        probed: false,
        document: Vec::new(),
        content: Vec::new(),
    };
    (row, object.document)
}

fn missing(part: graph::MissingPart) -> MissingPart {
    MissingPart { part: part.part, code: part.error.code.to_owned(), message: part.error.message }
}

/// The end of a run that went through: what is not complete, by code, and one sentence about it.
pub async fn done(ctx: &RunCtx) -> Result<Ending, StoreError> {
    let runs = ctx.db.tenant(&ctx.scope).runs();
    let failures = runs.failure_kinds(ctx.run.id).await?;
    let Some(worst) = failures.first() else { return Ok(Ending::Done { reason: None, failures }) };
    let what = runs.not_complete(ctx.run.id).await?;
    let reason = Some(Reason::new(worst.code.clone(), sentence(&what, worst)));
    Ok(Ending::Done { reason, failures })
}

/// "Not complete: 26 Shell scripts. The application may not read this. What was complete before stays as it was".
fn sentence(what: &[NotComplete], worst: &Failure) -> String {
    let all: u64 = what.iter().map(|kind| kind.count).sum();
    let mut named: Vec<_> = what.iter().take(KINDS_NAMED).map(in_words).collect();
    let unnamed: u64 = what.iter().skip(KINDS_NAMED).map(|kind| kind.count).sum();
    if unnamed > 0 {
        named.push(format!("{unnamed} more"));
    }
    let share = if worst.count == all { String::new() } else { format!(" ({} of them)", worst.count) };
    let message = worst.message.trim_end_matches('.');
    format!("Not complete: {}. {message}{share}. What was complete before stays as it was", named.join(", "))
}

fn in_words(kind: &NotComplete) -> String {
    match &kind.list {
        Some(list) => format!("the list of {list}"),
        None if kind.count == 1 => format!("1 {}", kind.kind),
        None => {
            let plural = Registry::embedded().iter().find(|contract| contract.label == kind.kind);
            format!("{} {}", kind.count, plural.map_or(kind.kind.as_str(), |contract| &contract.label_plural))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(kind: &str, list: Option<&str>, count: u64) -> NotComplete {
        NotComplete { kind: kind.into(), list: list.map(str::to_owned), count }
    }

    #[test]
    fn the_sentence_names_what_is_not_complete() {
        let worst = Failure { code: "graph.permission_denied".into(), message: "It may not.".into(), count: 26 };
        let all = [kind("Shell script", None, 26)];
        let stays = "What was complete before stays as it was";
        assert_eq!(sentence(&all, &worst), format!("Not complete: 26 Shell scripts. It may not. {stays}"));
        let mixed = [
            kind("Shell script", None, 25),
            kind("Type", Some("Scope tags"), 1),
            kind("Remediation", None, 1),
            kind("Assignment filter", None, 2),
        ];
        let named = "25 Shell scripts, the list of Scope tags, 1 Remediation, 2 more";
        assert_eq!(sentence(&mixed, &worst), format!("Not complete: {named}. It may not (26 of them). {stays}"));
    }
}
