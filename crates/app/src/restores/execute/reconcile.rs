//! Whether a request took effect whose answer nobody has: told by reading back.

use graph::{GraphError, ObservedObject, Write};
use model::registry::{content, path_segment};
use model::restore::{Choice, Mapped, Method, Purpose, Step, steps};
use serde_json::Value;
use store::WriteRow;
use tokio::sync::mpsc;

use super::hand::Hand;

/// What a plan promises is all that it writes.
const ALL: Choice = Choice { settings: true, assignments: true };

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
            Purpose::Create if self.id.is_none() => self.created(step).await,
            Purpose::Create | Purpose::BringBack => {
                Ok(if self.look().await?.is_some() { Truth::Made(None) } else { Truth::NotMade })
            }
            Purpose::Remove => Ok(if self.look().await?.is_none() { Truth::Made(None) } else { Truth::NotMade }),
            _ => self.changed(step, row).await,
        }
    }

    /// A new object that nobody knew has the name and what was asked for. Two of them cannot be told apart.
    /// One that has its id from the request is there under it.
    async fn created(&self, step: &Step) -> Result<Truth, GraphError> {
        if self.contract.create.with_id || step.method != Method::Post {
            let id = &self.item.source_id;
            let found = self.look_at(id).await?;
            return Ok(found.map_or(Truth::NotMade, |_| Truth::Made(Some(id.clone()))));
        }
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

    /// What needs the request no more has had it. An object that is as it was just before the request has not been changed
    /// by it; one that has what was sent has.
    async fn changed(&mut self, step: &Step, row: &WriteRow) -> Result<Truth, GraphError> {
        let Some(found) = self.look().await? else { return Ok(Truth::Unclear) };
        let as_before = row.intent.before.as_ref().is_some_and(|before| *before == self.mark(&found));
        let done = self.is_done(step, row.step as usize, &found);
        let truth = if done && as_before && !step.secrets.is_empty() {
            // Everything that can be seen was so before: whether the secret came with it cannot be.
            Truth::Unclear
        } else if done {
            Truth::Made(None)
        } else if as_before {
            Truth::NotMade
        } else if self.holds(step, &found) {
            Truth::Made(None)
        } else {
            Truth::Unclear
        };
        self.seen = Some(found);
        Ok(truth)
    }

    /// Whether nobody would send the request for the object as it is now.
    fn is_done(&self, step: &Step, number: usize, found: &Value) -> bool {
        if step.method == Method::Delete {
            return self.is_gone(step, found);
        }
        let Some(promised) = &self.item.promised else { return false };
        let Ok(promised) = self.filled(promised, &self.item.promised_slots) else { return false };
        let Ok(left) = steps(self.contract, &Mapped::unchanged(self.contract, &promised), Some(found), ALL) else {
            return false;
        };
        let sent = |step: &Step| Write::of(step, self.id.as_deref(), |item| self.ids.get(&item).cloned());
        let Some(this) = sent(step) else { return false };
        let later: Vec<_> = self.item.steps[number + 1..].iter().filter_map(sent).collect();
        // Another request to the same address may follow it in the plan. One that the plan does not have says that
        // somebody else was there.
        let same_place = |left: &Write| left.method == this.method && left.path == this.path;
        left.iter().filter_map(sent).filter(same_place).all(|left| left != this && later.contains(&left))
    }

    /// Whether the row that the request takes away is in none of the object's lists.
    fn is_gone(&self, step: &Step, found: &Value) -> bool {
        let Some(id) = step.path.trim_end_matches("/$ref").rsplit('/').next() else { return false };
        let parts = self.contract.parts.iter().filter_map(|part| found.get(&part.property));
        let mut ids = parts.filter_map(Value::as_array).flatten().filter_map(|row| row.get("id")?.as_str());
        !ids.any(|row| path_segment(row) == id)
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
