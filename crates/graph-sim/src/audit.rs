//! Who changed what: an event for every write, in the shape of Intune's audit or of the directory's.

use serde_json::{Value, json};

use crate::collections;
use crate::random::Random;
use crate::store::Store;

const INTUNE: &str = "deviceManagement/auditEvents";
const DIRECTORY: &str = "auditLogs/directoryAudits";

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Patch,
    Delete,
    Assign,
    /// Another action, by its name.
    Action(&'static str),
}

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Actor<'a> {
    /// An application, by its id.
    Application(&'a str),
    /// A user of the tenant.
    Person(&'a Value),
    /// It is not known.
    Nobody,
}

/// One change of one object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) path: &'a str,
    pub(crate) id: &'a str,
    pub(crate) operation: Operation,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
}

/// Whether changes in a collection are recorded.
pub(crate) fn is_audited(path: &str) -> bool {
    !matches!(path, INTUNE | DIRECTORY | "users" | "groups" | "organization" | "servicePrincipals" | "domains")
        && !path.ends_with("Partners")
        && !path.ends_with("Connectors")
        && path != "deviceManagement/templates"
}

/// Adds the event of a change. Changes of the audit itself leave no trace.
pub(crate) fn append(store: &mut Store, tenant: &str, actor: Actor<'_>, change: Change<'_>, when: &str) {
    let intune = change.path.starts_with("device");
    let log = if intune { INTUNE } else { DIRECTORY };
    if matches!(change.path, INTUNE | DIRECTORY) {
        return;
    }
    let number = store.collection(log).map_or(0, crate::store::Collection::len);
    let mut random = Random::from_text(&format!("{tenant}{log}{number}{}{when}", change.id));
    let (id, correlation) = (random.guid(), random.guid());
    let (id, event) = if intune {
        let event = intune_event(&id, &correlation, actor, change, when);
        (id, event)
    } else {
        let id = format!("Directory_{id}");
        let event = directory_event(&id, &correlation, store, actor, change, when);
        (id, event)
    };
    store.insert(log, &id, event);
}

/// Adds the event of a change that an administrator made in the portal.
pub(crate) fn append_by_hand(store: &mut Store, tenant: &str, change: Change<'_>, when: &str) {
    let people = store.all("users");
    let actor = people.first().map_or(Actor::Nobody, Actor::Person);
    append(store, tenant, actor, change, when);
}

impl Change<'_> {
    fn object(&self) -> &Value {
        self.after.or(self.before).unwrap_or(&Value::Null)
    }

    fn name(&self) -> Value {
        let object = self.object();
        let name = ["displayName", "name"].into_iter().map(|name| &object[name]).find(|name| name.is_string());
        name.cloned().unwrap_or(Value::Null)
    }

    /// The type of the object with a capital, for example `DeviceConfiguration`.
    fn kind(&self) -> String {
        let declared = collections::declared_type(self.path).unwrap_or_default();
        let last = self.path.rsplit('/').next().unwrap_or_default();
        capital(if declared.is_empty() { last } else { declared })
    }

    /// The properties that differ, old and new as text.
    fn properties(&self) -> Vec<Value> {
        let empty = serde_json::Map::new();
        let fields = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_else(|| empty.clone());
        let (before, after) = (fields(self.before), fields(self.after));
        let text = |value: Option<&Value>| match value {
            None | Some(Value::Null) => Value::Null,
            Some(Value::String(text)) => json!(text),
            Some(value) => json!(value.to_string()),
        };
        if self.before.is_none() {
            // Of a creation the service names the object only.
            return vec![
                json!({ "displayName": "DisplayName", "oldValue": null, "newValue": text(Some(&self.name())) }),
            ];
        }
        let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
        let changed = names.filter(|name| before.get(*name) != after.get(*name));
        let shown = |name: &String| json!({ "displayName": name, "oldValue": text(before.get(name)), "newValue": text(after.get(name)) });
        changed.map(shown).collect()
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn intune_event(id: &str, correlation: &str, actor: Actor<'_>, change: Change<'_>, when: &str) -> Value {
    let kind = change.kind();
    let (verb, operation) = match change.operation {
        Operation::Create => ("Create".to_owned(), "Create"),
        Operation::Patch => ("Patch".to_owned(), "Patch"),
        Operation::Delete => ("Delete".to_owned(), "Delete"),
        Operation::Assign => ("Assign".to_owned(), "Action"),
        Operation::Action(name) => (capital(name), "Action"),
    };
    let modified = change.properties();
    json!({
        "id": id,
        "displayName": format!("{verb} {kind}"),
        "componentName": kind,
        "actor": intune_actor(actor),
        "activity": null,
        "activityDateTime": when,
        "activityType": format!("{verb} {kind}"),
        "activityOperationType": operation,
        "activityResult": "Success",
        "correlationId": correlation,
        "category": if change.path.starts_with("deviceApp") { "Application" } else { "DeviceConfiguration" },
        "resources": [{
            "displayName": change.name(),
            "type": format!("{kind}s"),
            "auditResourceType": kind,
            "resourceId": change.id,
            "modifiedProperties": modified,
        }],
    })
}

fn intune_actor(actor: Actor<'_>) -> Value {
    let mut shown = json!({
        "type": null, "auditActorType": "Application", "userPermissions": [], "applicationId": null,
        "applicationDisplayName": null, "userPrincipalName": null, "servicePrincipalName": null, "ipAddress": null,
        "userId": null, "remoteTenantId": null, "remoteUserId": null, "userRoleScopeTags": [],
    });
    match actor {
        Actor::Application(app) => {
            shown["applicationId"] = json!(app);
            shown["applicationDisplayName"] = json!("TenantAtlas");
        }
        Actor::Person(user) => {
            shown["auditActorType"] = json!("ItPro");
            shown["userId"] = user["id"].clone();
            shown["userPrincipalName"] = user["userPrincipalName"].clone();
            shown["applicationId"] = json!("5926fc8e-304e-4f59-8bed-58ca97cc39a4");
            shown["applicationDisplayName"] = json!("Microsoft Intune portal extension");
            shown["userPermissions"] = json!(["*"]);
        }
        Actor::Nobody => {}
    }
    shown
}

fn directory_event(
    id: &str,
    correlation: &str,
    store: &Store,
    actor: Actor<'_>,
    change: Change<'_>,
    when: &str,
) -> Value {
    let (thing, service) = directory_thing(change.path);
    let (category, target) = directory_category(change.path);
    let (verb, operation) = match change.operation {
        Operation::Create => ("Add", "Add"),
        Operation::Delete => ("Delete", "Delete"),
        Operation::Action("restore") => ("Restore", "Restore"),
        Operation::Patch | Operation::Assign | Operation::Action(_) => ("Update", "Update"),
    };
    let modified: Vec<Value> = match (change.before, change.path.contains("conditionalAccess")) {
        // The whole policy before and after stands in one property.
        (before, true) => {
            let text = |value: Option<&Value>| value.map(Value::to_string);
            vec![
                json!({ "displayName": "ConditionalAccessPolicy", "oldValue": text(before), "newValue": text(change.after) }),
            ]
        }
        _ => change.properties(),
    };
    json!({
        "id": id,
        "category": category,
        "correlationId": correlation,
        "result": "success",
        "resultReason": null,
        "activityDisplayName": format!("{verb} {thing}"),
        "activityDateTime": when,
        "loggedByService": service,
        "operationType": operation,
        "initiatedBy": initiator(store, actor),
        "targetResources": [{
            "id": change.id,
            "displayName": change.name(),
            "type": target,
            "userPrincipalName": null,
            "groupType": null,
            "modifiedProperties": modified,
        }],
        "additionalDetails": [],
    })
}

fn directory_thing(path: &str) -> (&'static str, &'static str) {
    match path {
        "identity/conditionalAccess/policies" => ("conditional access policy", "Conditional Access"),
        "identity/conditionalAccess/namedLocations" => ("named location", "Conditional Access"),
        _ if path.contains("authenticationStrength") => ("authentication strength policy", "Core Directory"),
        _ if path.contains("authenticationContext") => ("authentication context", "Conditional Access"),
        _ if path.contains("termsOfUse") => ("terms of use", "Terms Of Use"),
        "applications" => ("application", "Core Directory"),
        "groups" => ("group", "Core Directory"),
        _ => ("policy", "Core Directory"),
    }
}

/// The category of an activity and the type of its target (Microsoft Entra audit log categories and activities).
fn directory_category(path: &str) -> (&'static str, &'static str) {
    match path {
        "applications" => ("ApplicationManagement", "Application"),
        "policies/authorizationPolicy" => ("AuthorizationPolicy", "Policy"),
        _ if path.starts_with("organization") => ("DirectoryManagement", "Directory"),
        _ => ("Policy", "Policy"),
    }
}

fn initiator(store: &Store, actor: Actor<'_>) -> Value {
    match actor {
        Actor::Application(app) => {
            let mut principals = store.collection("servicePrincipals").into_iter().flat_map(|all| all.after(0));
            let principal = principals.find(|(_, principal)| principal["appId"] == app).map(|(_, one)| one);
            json!({ "user": null, "app": {
                "appId": app, "displayName": "TenantAtlas", "servicePrincipalName": null,
                "servicePrincipalId": principal.map(|principal| &principal["id"]),
            }})
        }
        Actor::Person(user) => json!({ "app": null, "user": {
            "id": user["id"], "displayName": user["displayName"], "userPrincipalName": user["userPrincipalName"],
            "ipAddress": "198.51.100.24",
        }}),
        Actor::Nobody => json!({ "app": null, "user": null }),
    }
}
