//! From what Graph answered to what the database keeps.

use engine::{Ending, RunCtx};
use graph::ObservedObject;
use model::registry::{Contract, content};
use model::run::{Failure, Reason};
use store::{MissingPart, RecordedObject, StoreError};

/// One observed object in the shape of the inventory: the document as sent, and the text that decides whether it
/// changed.
pub fn recorded(contract: &Contract, object: ObservedObject) -> RecordedObject {
    let content = model::canonical::to_string(&content::content_for_hash(contract, &object.document));
    let assignments = content::assignments(contract, &object.document);
    RecordedObject {
        key: format!("{}/{}", contract.key, object.external_id),
        label: object.name.clone(),
        kind: contract.label.clone(),
        type_key: contract.key.clone(),
        external_id: object.external_id,
        name: object.name,
        platform: object.platform.unwrap_or_default(),
        category: contract.category.clone(),
        content: content.into_bytes(),
        missing_parts: object.missing_parts.into_iter().map(missing).collect(),
        modified_at: object.modified_at,
        assignments_count: Some(assignments.len() as u64),
        scope_tags: content::scope_tags(&object.document),
        assigned_groups: assignments.into_iter().filter_map(|assignment| assignment.group_id).collect(),
        document: serde_json::to_vec(&object.document).expect("a JSON value always serialises"),
    }
}

fn missing(part: graph::MissingPart) -> MissingPart {
    MissingPart { part: part.part, code: part.error.code.to_owned(), message: part.error.message }
}

/// The end of a run that went through: what is not complete, by kind, and one sentence about it.
pub async fn done(ctx: &RunCtx) -> Result<Ending, StoreError> {
    let failures = ctx.db.tenant(&ctx.scope).runs().failure_kinds(ctx.run.id).await?;
    let reason = failures.first().map(|first| Reason::new(first.code.clone(), sentence(&failures)));
    Ok(Ending::Done { reason, failures })
}

fn sentence(failures: &[Failure]) -> String {
    let all: u64 = failures.iter().map(|failure| failure.count).sum();
    let what = if all == 1 { "1 item is not complete".to_owned() } else { format!("{all} items are not complete") };
    let worst = &failures[0];
    let share = if worst.count == all { String::new() } else { format!(" in {} of them", worst.count) };
    format!("{what}{share}: {}. What was complete before stays as it was", worst.message.trim_end_matches('.'))
}
