//! Actions on an object.

use serde_json::{Value, json};

use super::{Reply, Target, answered_list, copy, intents, list_of, only, policy_sets, priority, reorder, templates};
use crate::audit::Operation;
use crate::errors::GraphError;
use crate::rules::{Action, Does};

pub(super) fn act(target: Target<'_>, id: &str, action: Action) -> Result<Reply, GraphError> {
    match action.does {
        Does::Replace { parameter, part } => replace(target, id, action, (parameter, part)),
        Does::SetPriority => priority::set(target, id, action),
        Does::UpdateSettings => intents::update_settings(target, id, action),
        Does::UpdateDefinitionValues => templates::update_definition_values(target, id, action),
        Does::UpdatePolicySet => policy_sets::update(target, id, action),
        Does::Remove => remove(target, id, action),
        Does::Copy { parameters } => copy::copy(target, id, action, parameters),
        Does::Reorder => reorder::reorder(target, id, action),
        Does::CreateInstance => intents::create_instance(target, id, action),
    }
}

/// Puts a list in the place of the one that was there.
fn replace(target: Target<'_>, id: &str, action: Action, (parameter, part): (&str, &str)) -> Result<Reply, GraphError> {
    let mut body = target.request.object()?;
    let list = list_of(&mut body, parameter)?;
    let group = body.remove("appGroupType").filter(|_| part == "apps");
    only(&body, action.name, &[])?;
    let object = target.find(id)?;
    target.check_elements(&object, part, &list)?;
    target.change(id, Operation::Action(action.name), |fields| {
        fields.insert(part.to_owned(), Value::Array(list));
        fields.extend(group.map(|group| ("appGroupType".to_owned(), group)));
        if let Some(count) = fields.get("apps").and_then(Value::as_array).map(Vec::len)
            && fields.contains_key("deployedAppCount")
        {
            fields.insert("deployedAppCount".to_owned(), json!(count));
        }
        Ok(())
    })?;
    Ok(match action.name {
        "setScheduledActions" | "updateAllowedCombinations" => answered_list(target, id, part, action.status),
        _ => Reply { status: action.status, ..Reply::empty(204) },
    })
}

/// Puts the assignments in the place of those that were there.
pub(super) fn assign(target: Target<'_>, id: &str) -> Result<Reply, GraphError> {
    let parameter = target.kind.assign.ok_or_else(|| target.no_route())?;
    let mut body = target.request.object()?;
    let mut list = list_of(&mut body, parameter)?;
    only(&body, "assign", &[])?;
    let object = target.find(id)?;
    if target.rule.built_in.tells(&object) {
        return Err(GraphError::bad_request("A built-in object cannot be assigned."));
    }
    if object["publishingState"].as_str().is_some_and(|state| state != "published") {
        return Err(GraphError::bad_request("The app is not published yet and cannot be assigned."));
    }
    target.check_elements(&object, "assignments", &list)?;
    if target.kind.path == priority::PATH {
        list.iter_mut().for_each(include);
    }
    target.change(id, Operation::Assign, |fields| {
        fields.insert("assignments".to_owned(), Value::Array(list));
        Ok(())
    })?;
    Ok(answered_list(target, id, "assignments", target.rule.assigned))
}

/// A trap of enrolment configurations: a target that excludes is stored as one that includes.
fn include(assignment: &mut Value) {
    let target = &mut assignment["target"];
    if target["@odata.type"].as_str().is_some_and(|name| name.ends_with(".exclusionGroupAssignmentTarget")) {
        target["@odata.type"] = json!("#microsoft.graph.groupAssignmentTarget");
    }
}

/// An imported ADMX file is taken away; the service does it a while later, here it is at once.
fn remove(target: Target<'_>, id: &str, action: Action) -> Result<Reply, GraphError> {
    target.find(id)?;
    target.change(id, Operation::Action(action.name), |fields| {
        fields.insert("status".to_owned(), json!("removalInProgress"));
        Ok(())
    })?;
    target.request.tenant.write().remove(target.kind.path, id);
    Ok(Reply::empty(action.status))
}
