//! Whether a request took effect whose answer nobody has: told by reading back.

use graph::{GraphError, ObservedObject};
use model::registry::content;
use model::restore::{Purpose, Step};
use serde_json::Value;
use store::WriteRow;
use tokio::sync::mpsc;

use super::hand::Hand;

/// What reading back says.
pub(super) enum Truth {
    /// It did; with the id of what it made.
    Made(Option<String>),
    /// It did not.
    NotMade,
    /// It cannot be told.
    Unclear,
}

impl Hand<'_> {
    pub(super) async fn truth(&mut self, step: &Step, row: &WriteRow) -> Result<Truth, GraphError> {
        match step.purpose {
            Purpose::Create if self.id.is_none() => self.created().await,
            Purpose::Create | Purpose::BringBack => {
                Ok(if self.look().await?.is_some() { Truth::Made(None) } else { Truth::NotMade })
            }
            Purpose::Remove => Ok(if self.look().await?.is_none() { Truth::Made(None) } else { Truth::NotMade }),
            _ => self.changed(step, row).await,
        }
    }

    /// A new object that nobody knew has the name and what was asked for. Two of them cannot be told apart.
    async fn created(&self) -> Result<Truth, GraphError> {
        let wanted = self.item.promised.clone().unwrap_or_default();
        let name = content::name(self.contract, &wanted);
        let mut candidates = Vec::new();
        for object in self.all().await? {
            if object.name != name || self.ids.values().any(|id| *id == object.external_id) {
                continue;
            }
            let known = self.ctx.db.tenant(&self.ctx.scope).inventory();
            if known.get(&self.contract.key, &object.external_id).await.is_err() {
                candidates.push(object.external_id);
            }
        }
        Ok(match (candidates.pop(), candidates.len()) {
            (None, _) => Truth::NotMade,
            (Some(id), 0) => Truth::Made(Some(id)),
            _ => Truth::Unclear,
        })
    }

    async fn all(&self) -> Result<Vec<ObservedObject>, GraphError> {
        let (sink, mut objects) = mpsc::channel(64);
        let gather = async {
            let mut all = Vec::new();
            while let Some(object) = objects.recv().await {
                all.push(object);
            }
            all
        };
        let (observation, all) = tokio::join!(self.graph.observe(self.contract, sink), gather);
        match observation.list_error {
            Some(error) => Err(error),
            None => Ok(all),
        }
    }

    /// An object that is as it was just before the request has not been changed by it; one that has what was sent has.
    async fn changed(&mut self, step: &Step, row: &WriteRow) -> Result<Truth, GraphError> {
        let Some(found) = self.look().await? else { return Ok(Truth::Unclear) };
        let as_before = row.intent.before.as_ref().is_some_and(|before| *before == self.mark(&found));
        let truth = if as_before {
            Truth::NotMade
        } else if self.holds(step, &found) {
            Truth::Made(None)
        } else {
            Truth::Unclear
        };
        self.seen = Some(found);
        Ok(truth)
    }

    fn holds(&self, step: &Step, found: &Value) -> bool {
        let Some(Ok(body)) = step.body.as_ref().map(|body| self.filled(body, &step.slots)) else { return false };
        match step.purpose {
            Purpose::Update => is_in(&body, found),
            Purpose::Assign => {
                let part = self.contract.assignable.part().and_then(|part| found.get(part)).unwrap_or(&Value::Null);
                body.as_object().is_some_and(|body| body.values().any(|list| is_in(list, part)))
            }
            Purpose::AddAssignment | Purpose::Part => {
                let parts = self.contract.parts.iter().filter_map(|part| found.get(&part.property));
                let rows = parts.filter_map(Value::as_array).flatten();
                rows.into_iter().any(|row| is_in(&body, row))
            }
            _ => false,
        }
    }
}

/// Whether everything that was sent is there. Addresses of other objects and notes of the protocol say nothing about it.
fn is_in(sent: &Value, found: &Value) -> bool {
    match (sent, found) {
        (Value::Object(sent), found) => sent
            .iter()
            .filter(|(name, _)| !name.contains('@'))
            .all(|(name, value)| found.get(name).map_or(value.is_null(), |found| is_in(value, found))),
        (Value::Array(sent), Value::Array(found)) => {
            sent.len() == found.len() && sent.iter().all(|one| found.iter().any(|other| is_in(one, other)))
        }
        (sent, found) => sent == found,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_in;

    #[test]
    fn what_was_sent_is_there_whatever_else_is() {
        let found = json!({ "a": 1, "list": [{ "id": "x", "v": 1 }, { "id": "y", "v": 2 }], "more": true });
        assert!(is_in(&json!({ "@odata.type": "#t", "a": 1, "b": null, "list": [{ "v": 2 }, { "v": 1 }] }), &found));
        for other in [
            json!({ "a": 2 }),
            json!({ "b": 1 }),
            json!({ "list": [{ "v": 1 }] }),
            json!({ "list": [{ "v": 1 }, { "v": 3 }] }),
        ] {
            assert!(!is_in(&other, &found), "{other}");
        }
    }
}
