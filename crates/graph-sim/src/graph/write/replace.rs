//! `PATCH` and `PUT` of an object.

use serde_json::{Map, Value, json};

use super::create::is_stored;
use super::{READ_ONLY, Reply, Target, bind, record, secrets};
use crate::audit::{Change, Operation};
use crate::errors::GraphError;
use crate::schema;

const CONTEXTS: &str = "identity/conditionalAccess/authenticationContextClassReferences";

pub(super) fn patch(target: Target<'_>, id: &str) -> Result<Reply, GraphError> {
    let status = target.rule.patched.ok_or_else(|| target.no_route())?;
    let mut body = target.body()?;
    let parts = target.kind.navigations.iter();
    if let Some(part) = parts.into_iter().find(|part| body.contains_key(part.name)) {
        return Err(GraphError::bad_request(format!("The property '{}' cannot be changed by PATCH.", part.name)));
    }
    if target.kind.path == CONTEXTS && target.find(id).is_err() {
        return make_context(target, id, body);
    }
    let object = target.find(id)?;
    check(target, &object, &body)?;
    target.check_read_only(&body, target.rule.not_patched)?;
    bind::resolve(target, &target.request.tenant.read(), &mut body)?;
    target.change(id, Operation::Patch, |fields| {
        fields.extend(body.into_iter().filter(|(name, _)| is_stored(name) && !READ_ONLY.contains(&name.as_str())));
        Ok(())
    })?;
    target.answered(id, status)
}

/// A change has to name the type that the object has, where the declared one is abstract or lacks what is changed.
fn check(target: Target<'_>, object: &Value, body: &Map<String, Value>) -> Result<(), GraphError> {
    schema::check(target.dialect(), target.declared(), body)?;
    let stated = body.get("@odata.type").and_then(Value::as_str).map(|name| name.trim_start_matches('#'));
    let own = object["@odata.type"].as_str().map(|name| name.trim_start_matches('#'));
    match (stated, own) {
        (Some(stated), Some(own)) if stated != own => Err(GraphError::bad_request(format!(
            "The object is of type '{own}' and cannot become one of type '{stated}'."
        ))),
        _ => Ok(()),
    }
}

/// An authentication context is made by a PATCH under one of its fixed ids.
fn make_context(target: Target<'_>, id: &str, body: Map<String, Value>) -> Result<Reply, GraphError> {
    let number = id.strip_prefix('c').and_then(|number| number.parse::<u8>().ok());
    if !number.is_some_and(|number| (1..=99).contains(&number)) {
        return Err(GraphError::bad_request("The id of an authentication context is one of c1 to c99."));
    }
    schema::check(target.dialect(), target.declared(), &body)?;
    let mut object = body;
    object.insert("id".to_owned(), json!(id));
    let object = Value::Object(object);
    let request = target.request;
    let mut store = request.tenant.write();
    store.insert(CONTEXTS, id, object.clone());
    let change = Change { path: CONTEXTS, id, operation: Operation::Create, before: None, after: Some(&object) };
    record(request, &mut store, change, &request.tenant.clock.tick());
    Ok(Reply::empty(204))
}

/// Replaces a settings catalog policy, compliance policy or reusable setting, its settings included.
pub(super) fn put(target: Target<'_>, id: &str) -> Result<Reply, GraphError> {
    if !target.rule.replaced {
        return Err(target.no_route());
    }
    let body = target.body()?;
    let object = target.find(id)?;
    check(target, &object, &body)?;
    target.check_read_only(&body, target.rule.not_created)?;
    secrets::refuse_tokens(body.get("settings").unwrap_or(&Value::Null))?;
    let kept = ["assignments", "scheduledActionsForRule"];
    if let Some(part) = kept.into_iter().find(|part| body.contains_key(*part)) {
        return Err(GraphError::bad_request(format!("The property '{part}' cannot be changed by PUT.")));
    }
    target.change(id, Operation::Patch, |fields| {
        let stays = |name: &str| {
            READ_ONLY.contains(&name)
                || kept.contains(&name)
                || target.rule.starts.iter().any(|(start, _)| *start == name)
                || target.rule.not_created.contains(&name)
                || name.starts_with('@')
        };
        fields.retain(|name, _| stays(name));
        fields.extend(body.into_iter().filter(|(name, _)| is_stored(name) && !READ_ONLY.contains(&name.as_str())));
        Ok(())
    })?;
    Ok(Reply::empty(204))
}
