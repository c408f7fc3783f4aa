//! From what Graph answered to what the database keeps.

use engine::RunCtx;
use graph::ObservedObject;
use model::registry::{Contract, content};
use model::run::Reason;
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

/// Why the run ended so, in one sentence; nothing when everything was read.
pub async fn summary(ctx: &RunCtx) -> Result<Option<Reason>, StoreError> {
    let runs = ctx.db.tenant(&ctx.scope).runs();
    let counts = runs.item_counts(ctx.run.id).await?;
    let bad: u64 = counts.outcomes.iter().filter(|(outcome, _)| outcome.counts_as_failed()).map(|(_, count)| count).sum();
    let Some((code, _)) = counts.codes.first() else { return Ok(None) };
    let what = match bad {
        0 => return Ok(None),
        1 => "1 item is not complete".to_owned(),
        several => format!("{several} items are not complete"),
    };
    Ok(Some(Reason::new(code.clone(), format!("{what}. What was complete before stays as it was"))))
}
