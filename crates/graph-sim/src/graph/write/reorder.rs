//! The order of catalog policies that have one: those of one template family, by the priority that the service keeps.

use serde_json::{Value, json};

use super::{Reply, Target, missing, only};
use crate::audit::Operation;
use crate::errors::GraphError;
use crate::rules::Action;

/// Moves a policy to a place; those after it move on.
pub(super) fn reorder(target: Target<'_>, id: &str, action: Action) -> Result<Reply, GraphError> {
    let mut body = target.request.object()?;
    let priority = body.remove("priority").ok_or_else(|| missing("priority"))?;
    only(&body, action.name, &[])?;
    let policy = target.find(id)?;
    if priority_of(&policy).is_none() {
        return Err(GraphError::bad_request("The policy has no priority that could be changed."));
    }
    let place = priority.as_u64().filter(|place| *place > 0);
    let place = place.ok_or_else(|| GraphError::bad_request("The parameter 'priority' must be 1 or more."))?;
    let mut order = ranked(&target.request.tenant.read().all(target.kind.path), family(&policy));
    order.retain(|other| other != id);
    let index = usize::try_from(place - 1).unwrap_or(usize::MAX).min(order.len());
    order.insert(index, id.to_owned());
    target.change(id, Operation::Action(action.name), |fields| {
        fields.insert("priorityMetaData".to_owned(), at(index));
        Ok(())
    })?;
    let mut store = target.request.tenant.write();
    for (index, other) in order.iter().enumerate() {
        if let Some(policy) = store.get_mut(target.kind.path, other) {
            policy["priorityMetaData"] = at(index);
        }
    }
    Ok(Reply { status: action.status, ..Reply::empty(204) })
}

fn at(index: usize) -> Value {
    json!({ "priority": index + 1 })
}

fn family(policy: &Value) -> &Value {
    &policy["templateReference"]["templateFamily"]
}

fn priority_of(policy: &Value) -> Option<u64> {
    policy["priorityMetaData"]["priority"].as_u64()
}

/// The ids of a family's policies that have a priority, in their order.
fn ranked(all: &[Value], of: &Value) -> Vec<String> {
    let ids = all.iter().filter(|policy| family(policy) == of);
    let mut ranked: Vec<_> = ids.filter_map(|policy| Some((priority_of(policy)?, policy["id"].as_str()?))).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, id)| id.to_owned()).collect()
}
