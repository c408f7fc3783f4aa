//! Taking a batch's answer apart. Answers come in any order; ids may come back as numbers.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::error::GraphError;
use crate::json::Parsed;
use crate::transport::{Answer, Notes};

/// The answer to one request of a batch.
pub(crate) struct Sub {
    pub(super) status: u16,
    pub(super) notes: Notes,
    pub(super) body: Value,
    /// Whether something of the body is nested too deep, and missing.
    pub(super) deep: bool,
}

/// What a batch was answered with, if it is the answer to a batch at all.
pub(super) async fn read(answer: Result<Answer, GraphError>) -> Result<Parsed, GraphError> {
    let answer = answer?;
    let request_id = answer.notes.request_id.clone();
    let parsed = answer.parsed().await?;
    let is_batch = parsed.value.get("responses").is_some_and(Value::is_array);
    if is_batch { Ok(parsed) } else { Err(GraphError::of("graph.unexpected_shape").with(request_id, None)) }
}

/// The answers by id. One without an id or a status is as good as lost.
pub(crate) fn split(mut parsed: Parsed) -> HashMap<String, Sub> {
    let responses = parsed.value.get_mut("responses").and_then(Value::as_array_mut).map(std::mem::take);
    let deep: HashSet<usize> = parsed.deep.into_iter().collect();
    let responses = responses.unwrap_or_default().into_iter().enumerate();
    responses.filter_map(|(position, response)| one(response, deep.contains(&position))).collect()
}

fn one(mut response: Value, deep: bool) -> Option<(String, Sub)> {
    let id = match response.get("id")? {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    let status = response.get("status")?.as_u64()?.try_into().ok()?;
    let notes = Notes::read(|name| {
        let headers = response.get("headers")?.as_object()?;
        headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name))?.1.as_str()
    });
    let body = response.get_mut("body").map(Value::take).unwrap_or_default();
    Some((id, Sub { status, notes, body, deep }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Parsed, split};

    #[test]
    fn answers_are_found_by_id_in_any_order() {
        let value = json!({ "responses": [
            { "id": 1, "status": 429, "headers": { "Retry-After": "2" } },
            { "id": "0", "status": 200, "body": { "x": 1 } },
            { "status": 200 }, { "id": "7" },
        ] });
        let answers = split(Parsed { value, deep: vec![0, 2] });
        assert_eq!(answers.len(), 2);
        assert_eq!((answers["1"].deep, answers["0"].deep), (true, false));
        assert_eq!(answers["1"].notes.retry_after_ms, Some(2_000));
        assert_eq!(answers["0"].body, json!({ "x": 1 }));
    }
}
