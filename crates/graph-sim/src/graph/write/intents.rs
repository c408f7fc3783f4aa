//! Legacy endpoint security: made from a template, changed by an action.

use serde_json::{Map, Value, json};

use super::{Reply, Target, list_of, missing, new_id, only, record};
use crate::audit::{Change, Operation};
use crate::collections;
use crate::errors::GraphError;
use crate::moments;
use crate::rules::{self, Action};

const INTENTS: &str = "deviceManagement/intents";

/// Changes settings; what is not named stays, and nothing is taken away.
pub(super) fn update_settings(target: Target<'_>, id: &str, action: Action) -> Result<Reply, GraphError> {
    let mut body = target.request.object()?;
    let changed = list_of(&mut body, "settings")?;
    only(&body, action.name, &[])?;
    let object = target.find(id)?;
    target.check_elements(&object, "settings", &changed)?;
    target.change(id, Operation::Action(action.name), |fields| {
        let settings = fields.entry("settings").or_insert_with(|| json!([]));
        if let Some(settings) = settings.as_array_mut() {
            changed.into_iter().for_each(|setting| put(settings, setting));
        }
        Ok(())
    })?;
    Ok(Reply::empty(action.status))
}

/// Changes the setting of that id or definition, or adds it.
fn put(settings: &mut Vec<Value>, setting: Value) {
    let same = |known: &&mut Value| {
        ["id", "definitionId"].into_iter().any(|name| setting[name].is_string() && known[name] == setting[name])
    };
    match settings.iter_mut().find(same) {
        Some(known) => {
            if let (Some(known), Value::Object(setting)) = (known.as_object_mut(), setting) {
                known.extend(setting);
            }
        }
        None => settings.push(setting),
    }
}

/// Makes an intent with the settings that differ from the template.
pub(super) fn create_instance(target: Target<'_>, id: &str, action: Action) -> Result<Reply, GraphError> {
    let mut body = target.request.object()?;
    let template = target.find(id)?;
    if template["isDeprecated"] == true {
        return Err(GraphError::bad_request("The template is deprecated: no new instance can be made from it."));
    }
    only(&body, action.name, &["displayName", "description", "roleScopeTagIds", "settingsDelta"])?;
    let name = body.remove("displayName").filter(Value::is_string).ok_or_else(|| missing("displayName"))?;
    let settings = list_of(&mut body, "settingsDelta")?;
    let kind = collections::kind(INTENTS).ok_or_else(|| target.no_route())?;
    let rule = rules::of(INTENTS).ok_or_else(|| target.no_route())?;
    let intents = Target { kind, rule, ..target };
    intents.check_elements(&Value::Null, "settings", &settings)?;
    let request = target.request;
    let now = request.tenant.clock.tick();
    let mut fields = Map::new();
    moments::begin(INTENTS, &mut fields, &now);
    let mut object = Value::Object(fields);
    let id = new_id(request, INTENTS, &now);
    let given = [("displayName", name), ("templateId", template["id"].clone()), ("settings", Value::Array(settings))];
    given.into_iter().for_each(|(name, value)| object[name] = value);
    object["id"] = json!(id);
    object["description"] = body.remove("description").unwrap_or_default();
    object["roleScopeTagIds"] = body.remove("roleScopeTagIds").unwrap_or_else(|| json!(["0"]));
    object["isAssigned"] = json!(false);
    object["isMigratingToConfigurationPolicy"] = json!(false);
    super::complete(kind, &mut object);
    let mut store = request.tenant.write();
    store.insert(INTENTS, &id, object.clone());
    let change = Change { path: INTENTS, id: &id, operation: Operation::Create, before: None, after: Some(&object) };
    record(request, &mut store, change, &now);
    drop(store);
    intents.shown(&id, action.status)
}
