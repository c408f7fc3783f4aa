//! New objects.

use serde_json::{Map, Value, json};

use super::{Reply, Target, bind, new_id, priority, record, secrets};
use crate::audit::{Change, Operation};
use crate::collections::Kind;
use crate::errors::GraphError;
use crate::moments;
use crate::random::Random;
use crate::schema;
use crate::store::Store;

const COMPLIANCE: &str = "deviceManagement/deviceCompliancePolicies";
const COMPLIANCE_CATALOG: &str = "deviceManagement/compliancePolicies";
const APPS: &str = "deviceAppManagement/mobileApps";
const SCOPE_TAGS: &str = "deviceManagement/roleScopeTags";

pub(super) fn create(target: Target<'_>) -> Result<Reply, GraphError> {
    let status = target.rule.created.ok_or_else(|| target.no_route())?;
    let mut body = target.body()?;
    check(target, &body)?;
    if target.kind.path == COMPLIANCE_CATALOG {
        // The service takes the actions of a new policy and sets its own.
        body.insert("scheduledActionsForRule".to_owned(), json!([default_action()]));
    }
    let request = target.request;
    let mut store = request.tenant.write();
    bind::resolve(target, &store, &mut body)?;
    let now = request.tenant.clock.tick();
    let mut object = begin(target, &store, body, &now);
    let id = object["id"].as_str().unwrap_or_default().to_owned();
    secrets::mask(&mut store, target.kind.path, &mut object);
    complete(target.kind, &mut object);
    store.insert(target.kind.path, &id, object.clone());
    let change =
        Change { path: target.kind.path, id: &id, operation: Operation::Create, before: None, after: Some(&object) };
    record(request, &mut store, change, &now);
    drop(store);
    target.shown(&id, status)
}

fn check(target: Target<'_>, body: &Map<String, Value>) -> Result<(), GraphError> {
    let rule = target.rule;
    let declared = schema::structure(target.declared());
    // An object sent as it was read meets this, whatever its type is (TenuVault issue 24).
    if body.contains_key("@odata.context") && declared.is_some_and(|declared| declared.is_abstract) {
        return Err(GraphError::new(400, "ModelValidationFailure", "Cannot create an abstract class."));
    }
    schema::check(target.dialect(), target.declared(), body)?;
    target.check_read_only(body, rule.not_created)?;
    secrets::refuse_tokens(body.get("settings").unwrap_or(&Value::Null))?;
    let synced =
        body.get("@odata.type").and_then(Value::as_str).map(|name| name.trim_start_matches("#microsoft.graph."));
    if let Some(name) = synced.filter(|name| rule.synced.contains(name)) {
        return Err(GraphError::bad_request(format!("Apps of type {name} are synchronised and cannot be created.")));
    }
    let given = |name: &str| body.get(name).is_some_and(|value| !value.is_null() && value != "");
    let lacks = rule.required.iter().find(|name| !given(name) && !given(&format!("{name}@odata.bind")));
    if let Some(name) = lacks {
        return Err(GraphError::bad_request(format!("The property '{name}' is required.")));
    }
    let part = target
        .kind
        .navigations
        .iter()
        .find(|part| body.contains_key(part.name) && !rule.with_parts.contains(&part.name));
    if let Some(part) = part.filter(|part| !target.rule.required.contains(&part.name)) {
        return Err(GraphError::bad_request(format!("The property '{}' cannot be set by POST.", part.name)));
    }
    if target.kind.path == COMPLIANCE && !blocks(&body["scheduledActionsForRule"]) {
        return Err(GraphError::bad_request("A compliance policy must have a scheduled action of type block."));
    }
    Ok(())
}

/// Whether scheduled actions have one that blocks.
fn blocks(rules: &Value) -> bool {
    let actions = |rule: &Value| rule["scheduledActionConfigurations"].as_array().cloned().unwrap_or_default();
    rules.as_array().into_iter().flatten().flat_map(actions).any(|action| action["actionType"] == "block")
}

fn default_action() -> Value {
    json!({ "ruleName": null, "scheduledActionConfigurations": [{
        "gracePeriodHours": 0, "actionType": "block", "notificationTemplateId": "",
        "notificationMessageCCList": [],
    }]})
}

/// The new object: what was sent, and what the service adds.
fn begin(target: Target<'_>, store: &Store, body: Map<String, Value>, now: &str) -> Value {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), Value::Null);
    let sent = |(name, _): &(String, Value)| !super::READ_ONLY.contains(&name.as_str()) && is_stored(name);
    fields.extend(body.into_iter().filter(sent));
    moments::begin(target.kind.path, &mut fields, now);
    for (name, text) in target.rule.starts {
        let value = serde_json::from_str(text).expect("a test reads every one of them");
        fields.insert((*name).to_owned(), value);
    }
    let mut object = Value::Object(fields);
    let has_tags = moments::type_of(target.kind.path, &object).is_some_and(|own| own.has("roleScopeTagIds"));
    if has_tags && object["roleScopeTagIds"].is_null() {
        object["roleScopeTagIds"] = json!(["0"]);
    }
    let id = new_id(target.request, target.kind.path, now);
    object["id"] = json!(id);
    match target.kind.path {
        SCOPE_TAGS => object["id"] = json!(next_number(store)),
        APPS => object["publishingState"] = json!(publishing_state(&object)),
        priority::PATH => priority::begin(store, &mut object),
        _ => {}
    }
    object
}

/// Annotations say how something was sent; the type is kept.
pub(super) fn is_stored(name: &str) -> bool {
    name == "@odata.type" || !(name.contains('@') || name.starts_with('#'))
}

/// Scope tags are numbered.
fn next_number(store: &Store) -> String {
    let tags = store.all(SCOPE_TAGS);
    let highest = tags.iter().filter_map(|tag| tag["id"].as_str()?.parse::<u64>().ok()).max();
    (highest.unwrap_or_default() + 1).to_string()
}

/// An app with an installer waits for it; one from the store is fetched first; the rest is there at once.
fn publishing_state(app: &Value) -> &'static str {
    let name = app["@odata.type"].as_str().unwrap_or_default().trim_start_matches("#microsoft.graph.");
    match schema::structure(name) {
        Some(own) if own.is("mobileLobApp") || own.is("managedMobileLobApp") => "notPublished",
        _ if name == "winGetApp" => "processing",
        _ => "published",
    }
}

/// Gives every part an id, and counts what Intune counts.
pub(crate) fn complete(kind: &Kind, object: &mut Value) {
    let id = object["id"].as_str().unwrap_or_default().to_owned();
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    for navigation in kind.navigations {
        let parts = fields.get_mut(navigation.name).and_then(Value::as_array_mut);
        for (index, part) in parts.into_iter().flatten().enumerate() {
            let part_id = match navigation.name {
                "settings" => index.to_string(),
                name => format!("{id}_{}", Random::from_text(&format!("{id}{name}{index}")).guid()),
            };
            if let Some(part) = part.as_object_mut()
                && part.get("id").is_none_or(Value::is_null)
            {
                part.insert("id".to_owned(), json!(part_id));
            }
        }
    }
    count_parts(fields);
}

fn count_parts(fields: &mut Map<String, Value>) {
    let settings = fields.get("settings").and_then(Value::as_array).map(Vec::len);
    if let Some(count) = settings
        && fields.contains_key("technologies")
    {
        fields.insert("settingCount".to_owned(), json!(count));
    }
    let assigned = fields.get("assignments").and_then(Value::as_array).map(|all| !all.is_empty());
    if let Some(assigned) = assigned
        && fields.contains_key("isAssigned")
    {
        fields.insert("isAssigned".to_owned(), json!(assigned));
    }
}
