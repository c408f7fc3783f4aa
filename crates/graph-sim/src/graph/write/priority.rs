//! The order of enrolment configurations: of each type the default comes last, with priority 0.

use serde_json::{Value, json};

use super::{Reply, Target, missing, only};
use crate::audit::Operation;
use crate::errors::GraphError;
use crate::rules::Action;
use crate::store::Store;

/// Where they are.
pub(super) const PATH: &str = "deviceManagement/deviceEnrollmentConfigurations";

/// What says which configurations have one order.
fn family(object: &Value) -> &Value {
    &object["@odata.type"]
}

/// The configurations of a family that are no defaults, in their order.
fn ranked(store: &Store, of: &Value) -> Vec<(String, u64)> {
    let all = store.all(PATH);
    let mut ranked: Vec<(String, u64)> = all
        .iter()
        .filter(|one| family(one) == of && one["priority"] != 0)
        .map(|one| (one["id"].as_str().unwrap_or_default().to_owned(), one["priority"].as_u64().unwrap_or_default()))
        .collect();
    ranked.sort_by_key(|(_, priority)| *priority);
    ranked
}

/// A new one comes last, and its id ends in what kind of configuration it is: as another of its family says, or the
/// default, which says so.
pub(super) fn begin(store: &Store, object: &mut Value) {
    let last = ranked(store, family(object)).last().map_or(0, |(_, priority)| *priority);
    object["priority"] = json!(last + 1);
    let all = store.all(PATH);
    let siblings = || all.iter().filter(|other| family(other) == family(object));
    let Some(other) = siblings().find(|other| other["priority"] != 0).or_else(|| siblings().next()) else {
        return;
    };
    let suffix = other["id"].as_str().and_then(|id| id.split_once('_')).map(|(_, suffix)| suffix);
    let suffix = suffix.map(|suffix| suffix.strip_prefix("Default").unwrap_or(suffix));
    let kind = other["deviceEnrollmentConfigurationType"].as_str().map(without_default);
    if let Some(suffix) = suffix {
        object["id"] = json!(format!("{}_{suffix}", object["id"].as_str().unwrap_or_default()));
    }
    if let Some(kind) = kind {
        object["deviceEnrollmentConfigurationType"] = json!(kind);
    }
}

/// `defaultLimit` without its first word: `limit`.
fn without_default(kind: &str) -> String {
    let Some(rest) = kind.strip_prefix("default") else {
        return kind.to_owned();
    };
    let mut letters = rest.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Moves one to a place; those after it move on.
pub(super) fn set(target: Target<'_>, id: &str, action: Action) -> Result<Reply, GraphError> {
    let mut body = target.request.object()?;
    let priority = body.remove("priority").ok_or_else(|| missing("priority"))?;
    only(&body, action.name, &[])?;
    let object = target.find(id)?;
    if target.rule.built_in.tells(&object) {
        return Err(GraphError::bad_request("The priority of a default configuration cannot be changed."));
    }
    let place = priority.as_u64().filter(|place| *place > 0);
    let place = place.ok_or_else(|| GraphError::bad_request("The parameter 'priority' must be 1 or more."))?;
    let mut order = ranked(&target.request.tenant.read(), family(&object));
    order.retain(|(other, _)| other != id);
    let index = usize::try_from(place - 1).unwrap_or(usize::MAX).min(order.len());
    order.insert(index, (id.to_owned(), place));
    target.change(id, Operation::Action(action.name), |fields| {
        fields.insert("priority".to_owned(), json!(index + 1));
        Ok(())
    })?;
    let mut store = target.request.tenant.write();
    for (index, (other, _)) in order.iter().enumerate() {
        if let Some(object) = store.get_mut(PATH, other) {
            object["priority"] = json!(index + 1);
        }
    }
    Ok(Reply { status: action.status, ..Reply::empty(204) })
}
