//! One item of the plan in the hand of a worker.

use std::collections::HashMap;

use engine::{Ending, RunCtx};
use graph::{GraphError, TenantGraph};
use model::ids::SecretId;
use model::registry::Contract;
use model::restore::{PlanItem, Slot};
use model::run::{ItemOutcome, Reason};
use secrecy::SecretString;
use serde_json::Value;
use store::{ItemRecord, Restores, WriteRow};

use super::item::ItemEnd;
use crate::inventory::item_key;
use crate::inventory::some::known_type;
use crate::restores::mark::mark;
use crate::starting::store_ending;

/// Values that a person entered, by their ids.
pub(super) type Secrets = HashMap<SecretId, SecretString>;

/// What bodies are filled with.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Ids of what items have made so far, and of what others change.
    pub(super) ids: &'a HashMap<u32, String>,
    pub(super) secrets: &'a Secrets,
}

/// An item, what is known of it, and the doors that writing it needs.
pub(super) struct Hand<'a> {
    pub(super) ctx: &'a RunCtx,
    pub(super) graph: &'a TenantGraph,
    pub(super) contract: &'static Contract,
    pub(super) item: &'a PlanItem,
    /// Ids of what items have made so far, and of what others change.
    pub(super) ids: &'a HashMap<u32, String>,
    pub(super) secrets: &'a Secrets,
    /// What was about to be sent for this item before, by this or an earlier attempt.
    pub(super) rows: Vec<WriteRow>,
    /// The object as it was read last; absent when it has not been, or there is none.
    pub(super) seen: Option<Value>,
    /// Graph's id, as soon as there is one.
    pub(super) id: Option<String>,
}

impl<'a> Hand<'a> {
    pub(super) fn new(
        ctx: &'a RunCtx,
        graph: &'a TenantGraph,
        item: &'a PlanItem,
        known: Known<'a>,
        rows: Vec<WriteRow>,
    ) -> Result<Self, Ending> {
        let Known { ids, secrets } = known;
        let contract = known_type(&item.type_key)?;
        let id = ids.get(&item.sequence).cloned();
        Ok(Self { ctx, graph, contract, item, ids, secrets, rows, seen: None, id })
    }

    pub(super) fn journal(&self) -> Restores<'a> {
        self.ctx.db.tenant(&self.ctx.scope).restores()
    }

    /// Reads the object as it is now; nothing where there is none.
    pub(super) async fn look(&self) -> Result<Option<Value>, GraphError> {
        let Some(id) = &self.id else { return Ok(None) };
        self.look_at(id).await
    }

    pub(super) async fn look_at(&self, id: &str) -> Result<Option<Value>, GraphError> {
        match self.graph.observe_one(self.contract, id).await {
            Ok(object) => match object.missing_parts.into_iter().next() {
                None => Ok(Some(object.document)),
                Some(part) => Err(part.error),
            },
            Err(error) if error.code == "graph.not_found" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What decides whether an object is as it was.
    pub(super) fn mark(&self, document: &Value) -> String {
        mark(self.contract, document)
    }

    /// The document with the ids that the plan has made in their places; or the item that made none.
    pub(super) fn filled(&self, document: &Value, slots: &[Slot]) -> Result<Value, u32> {
        let mut document = document.clone();
        for slot in slots {
            let id = self.ids.get(&slot.item).ok_or(slot.item)?;
            slot.fill(&mut document, id);
        }
        Ok(document)
    }

    /// Records how the item ended.
    pub(super) async fn end(
        &self,
        outcome: ItemOutcome,
        code: Option<&str>,
        message: &str,
        detail: Option<String>,
    ) -> Result<ItemEnd, Ending> {
        // What has an effect already is not failed but half done.
        let half_done = outcome == ItemOutcome::Failed && self.has_written();
        let outcome = if half_done { ItemOutcome::Incomplete } else { outcome };
        let record = ItemRecord {
            key: item_key(&self.item.type_key, &self.item.source_id),
            label: self.item.name.clone(),
            kind: self.contract.label.clone(),
            outcome,
            code: code.map(str::to_owned),
            message: Some(message.to_owned()),
            detail,
        };
        self.ctx.db.ledger().record(&self.ctx.lease, vec![record]).await.map_err(store_ending)?;
        Ok(ItemEnd::Ended(self.id.clone()))
    }

    pub(super) async fn failed(&self, error: &GraphError) -> Result<ItemEnd, Ending> {
        self.end(ItemOutcome::Failed, Some(error.code), &error.message, None).await
    }

    /// The item goes on later; the run holds no worker meanwhile.
    pub(super) fn waits(&self, pause_ms: i64, code: &str, why: &str) -> ItemEnd {
        ItemEnd::Waits(pause_ms, Reason::new(code, format!("\"{}\": {why}", self.item.name)))
    }
}
