//! Policy sets: items and assignments are changed by one action.

use serde_json::{Value, json};

use super::{Reply, Target, new_id, only};
use crate::audit::Operation;
use crate::errors::GraphError;
use crate::rules::Action;

pub(super) fn update(target: Target<'_>, id: &str, action: Action) -> Result<Reply, GraphError> {
    let mut body = target.request.object()?;
    let parameters = ["addedPolicySetItems", "updatedPolicySetItems", "deletedPolicySetItems", "assignments"];
    only(&body, action.name, &parameters)?;
    let mut list = |name: &str| body.remove(name).and_then(|list| list.as_array().cloned());
    let [added, updated, deleted, assignments] = parameters.map(&mut list);
    let (mut added, updated) = (added.unwrap_or_default(), updated.unwrap_or_default());
    let object = target.find(id)?;
    for items in [&added, &updated] {
        target.check_elements(&object, "items", items)?;
    }
    target.check_elements(&object, "assignments", assignments.as_deref().unwrap_or_default())?;
    let now = target.request.tenant.clock.tick();
    for (index, item) in added.iter_mut().enumerate() {
        item["id"] = json!(new_id(target.request, &format!("{id}{index}"), &now));
        item["createdDateTime"] = json!(now);
        item["lastModifiedDateTime"] = json!(now);
    }
    target.change(id, Operation::Action(action.name), |fields| {
        let items = fields.entry("items").or_insert_with(|| json!([]));
        let items = items.as_array_mut().ok_or_else(|| GraphError::not_found("items"))?;
        for item in updated {
            let known = items.iter_mut().find(|known| known["id"] == item["id"]);
            let known = known.ok_or_else(|| GraphError::not_found("policySetItem"))?;
            if let (Some(known), Value::Object(item)) = (known.as_object_mut(), item) {
                known.extend(item);
            }
        }
        for gone in deleted.unwrap_or_default() {
            let index = items.iter().position(|known| known["id"] == gone);
            items.remove(index.ok_or_else(|| GraphError::not_found("policySetItem"))?);
        }
        items.extend(added);
        if let Some(assignments) = assignments {
            let status = if assignments.is_empty() { "notAssigned" } else { "success" };
            fields.insert("status".to_owned(), json!(status));
            fields.insert("assignments".to_owned(), Value::Array(assignments));
        }
        Ok(())
    })?;
    Ok(Reply::empty(action.status))
}
