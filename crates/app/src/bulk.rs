//! Runs over many things: what is selected is written down once, as pending items, before anything is done. So an
//! attempt that resumes works on the same selection, and a run that is cancelled shows what it did not come to.

use engine::RunCtx;
use model::run::ItemOutcome;
use serde_json::json;
use store::{ItemFilter, ItemRecord, ItemRow, StoreError};

/// Items written or read at a time.
const PAGE: usize = 500;
/// The word of the run's context that says how many were selected. It is written last.
const SELECTED: &str = "selected";

/// Whether an earlier attempt has written the whole selection down.
pub(crate) fn is_selected(ctx: &RunCtx) -> bool {
    ctx.run.context.get(SELECTED).is_some()
}

/// Writes the selection down. What an attempt that died had written already stays as it is.
pub(crate) async fn select(ctx: &RunCtx, items: Vec<ItemRecord>) -> Result<(), StoreError> {
    let (ledger, selected) = (ctx.db.ledger(), items.len() as u64);
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        ledger.record(&ctx.lease, items.by_ref().take(PAGE).collect()).await?;
    }
    ledger.set_total(&ctx.lease, selected).await?;
    ledger.set_context(&ctx.lease, &json!({ SELECTED: selected })).await
}

/// What is still to be done, in the order it was selected in; at most one page.
pub(crate) async fn pending(ctx: &RunCtx) -> Result<Vec<ItemRow>, StoreError> {
    let filter = ItemFilter { outcomes: vec![ItemOutcome::Pending], ..ItemFilter::default() };
    ctx.db.tenant(&ctx.scope).runs().items(ctx.run.id, &filter, 0, PAGE).await
}

/// The item of something that was selected.
pub(crate) fn pending_item(key: String, label: String, kind: &str) -> ItemRecord {
    let kind = kind.to_owned();
    ItemRecord { key, label, kind, outcome: ItemOutcome::Pending, code: None, message: None, detail: None }
}

/// The same item of a run that did not succeed with it.
pub(crate) fn pending_again(item: ItemRow) -> ItemRecord {
    pending_item(item.key, item.label, &item.kind)
}
