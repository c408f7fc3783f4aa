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
        type_key: contract.key.clone(),
        kind: contract.label.clone(),
        external_id: object.external_id,
        name: object.name,
        platform: object.platform,
        category: contract.category.clone(),
        groups: assignments.iter().filter_map(|assignment| assignment.group_id.clone()).collect(),
        assignments: assignments.len(),
        scope_tags: content::scope_tags(&object.document),
        modified_at: object.modified_at,
        missing_parts: object.missing_parts.into_iter().map(missing).collect(),
        document: serde_json::to_vec(&object.document).expect("a JSON value always serialises"),
        content,
    }
}

fn missing(part: graph::MissingPart) -> MissingPart {
    MissingPart { part: part.part, code: part.error.code.to_owned(), message: part.error.message }
}

/// Why the run ended so, in one sentence; nothing when everything was read.
pub async fn summary(ctx: &RunCtx) -> Result<Option<Reason>, StoreError> {
    let failures = ctx.db.tenant(&ctx.scope).runs().failures(ctx.run.id).await?;
    let Some(first) = failures.first() else { return Ok(None) };
    let all: u64 = failures.iter().map(|failure| failure.count).sum();
    let what = if all == 1 { "1 item could not be read completely".to_owned() } else { format!("{all} items could not be read completely") };
    Ok(Some(Reason::new(first.code.clone(), format!("{what}. Their last complete versions stay. {}", first.message))))
}
