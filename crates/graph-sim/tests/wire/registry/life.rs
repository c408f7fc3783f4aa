//! Made from what was read, read back, changed, assigned, removed.

use model::registry::{Assignable, Contract};
use serde_json::{Value, json};

use super::shape::{assignment, served, to_create, to_update};
use super::{Trial, can_be_created, writable};
use crate::support::started;

/// Types of apps that a store or a token brings.
const SYNCED: &[&str] = &["androidManagedStoreApp", "iosVppApp", "macOsVppApp", "microsoftStoreForBusinessApp"];

/// Whether an object comes from a store or a token, so that nobody makes it.
pub(super) fn is_synced(object: &Value) -> bool {
    let name = object["@odata.type"].as_str().unwrap_or_default();
    SYNCED.iter().any(|synced| name.trim_start_matches("#microsoft.graph.") == *synced)
}

#[tokio::test]
async fn every_type_is_made_changed_assigned_and_removed_as_the_registry_says() {
    let (simulator, session) = started(400).await;
    let mut tried = 0;
    for contract in writable(false).filter(|contract| can_be_created(contract)) {
        let trial = Trial { contract, simulator: &simulator, session: &session };
        let objects = served(&trial).await;
        assert!(!objects.is_empty(), "{} has nothing to make again", contract.key);
        for object in objects {
            if is_synced(&object) {
                trial.refused("POST", &trial.address(), &to_create(contract, &object)).await;
                continue;
            }
            live(&trial, &object).await;
            tried += 1;
        }
    }
    assert!(tried >= 70, "{tried}");
}

async fn live(trial: &Trial<'_>, served: &Value) {
    let contract = trial.contract;
    let id = make(trial, served).await;
    change(trial, &id).await;
    let assigned = match &contract.assignable {
        Assignable::Action(assign) => assign_all(trial, &id, &assign.action, &assign.parameter, &assign.part).await,
        Assignable::Each { part, .. } => Some(assign_one(trial, &id, part).await),
        Assignable::Inside { .. } | Assignable::Never { .. } => None,
    };
    // What is assigned one by one has to be taken back before the object goes.
    if let Some((part, assignment)) = assigned
        && matches!(contract.assignable, Assignable::Each { .. })
    {
        trial.write("DELETE", &format!("{}/{part}/{assignment}", trial.item(&id)), None).await;
    }
    assert!(contract.delete, "{} is made and never removed", contract.key);
    trial.write("DELETE", &trial.item(&id), None).await;
    assert_eq!(trial.session.send("GET", &trial.item(&id), None).await.status(), 404, "{}", contract.key);
    assert_eq!(trial.session.send("DELETE", &trial.item(&id), None).await.status(), 404, "{}", contract.key);
}

/// Makes an object again and compares what is there with what was sent; its id.
async fn make(trial: &Trial<'_>, served: &Value) -> String {
    let mut body = to_create(trial.contract, served);
    complete(trial.contract, served, &mut body);
    let made = trial.write("POST", &trial.address(), Some(body.clone())).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let with_parts = &trial.contract.create.with_parts;
    let now = trial.session.get(&trial.item(&id)).await;
    for (name, sent) in body.as_object().unwrap().iter().filter(|(name, _)| !name.contains("@odata.bind")) {
        let place = format!("{}.{name}", trial.contract.key);
        if with_parts.contains(name) {
            let part = trial.session.get(&format!("{}/{name}", trial.item(&id))).await;
            assert_eq!(part["value"].as_array().map(Vec::len), sent.as_array().map(Vec::len), "{place}");
            continue;
        }
        let shown = match now.get(name) {
            Some(shown) => shown.clone(),
            None => trial.session.get(&format!("{}?$select={name}", trial.item(&id))).await[name].clone(),
        };
        // An OMA-URI text is a secret from then on.
        if name != "omaSettings" {
            assert_eq!(&shown, sent, "{place}");
        }
    }
    id
}

/// What the registry says in words: a new language needs its own id, a role assignment the address of its role.
fn complete(contract: &Contract, served: &Value, body: &mut Value) {
    match contract.key.as_str() {
        "roleAssignments" => {
            let role = "https://graph.microsoft.com/beta/deviceManagement/roleDefinitions('0bd113fe-6be5-400c-a28f-ae5553f9c0be')";
            body["roleDefinition@odata.bind"] = json!(role);
        }
        "companyBranding" => body["id"] = json!("fr-FR"),
        "androidEnrollment" => {
            assert!(served["tokenValue"].is_string());
        }
        _ => {}
    }
}

/// Changes one property with the method of the type.
async fn change(trial: &Trial<'_>, id: &str) {
    let contract = trial.contract;
    let now = trial.session.get(&trial.item(id)).await;
    let changeable =
        |name: &&str| *name != "id" && now[*name].is_string() && !contract.update.without.iter().any(|one| one == name);
    let names = [contract.name.as_deref().unwrap_or_default(), "description", "signInPageText"];
    let name = names.into_iter().find(changeable).unwrap_or_else(|| panic!("{} has no text to change", contract.key));
    let mut body = match contract.update.method.as_str() {
        "PUT" => to_update(contract, &now),
        _ => json!({}),
    };
    if let Some(own) = now["@odata.type"].as_str() {
        body["@odata.type"] = json!(own);
    }
    body[name] = json!("Another text");
    trial.write(&contract.update.method, &trial.item(id), Some(body)).await;
    let changed = trial.session.get(&trial.item(id)).await;
    assert_eq!(changed[name], "Another text", "{}", contract.key);
    if let Some(modified) = contract.modified.as_deref() {
        assert_ne!(changed[modified], now[modified], "{} says when it was changed", contract.key);
    }
}

fn group(trial: &Trial<'_>) -> String {
    let groups = trial.simulator.objects(&trial.session.tenant.tenant_id, "groups");
    groups[0]["id"].as_str().unwrap().to_owned()
}

/// Assigns by the action of the type; what is not published yet refuses it.
async fn assign_all(
    trial: &Trial<'_>,
    id: &str,
    action: &str,
    parameter: &str,
    part: &str,
) -> Option<(String, String)> {
    let group = group(trial);
    let address = format!("{}/{action}", trial.item(id));
    let body = json!({ parameter: [assignment(trial.contract, &group)] });
    if let Some(ready) = &trial.contract.create.ready
        && trial.session.get(&trial.item(id)).await[&ready.property] != ready.value.as_str()
    {
        trial.refused("POST", &address, &body).await;
        return None;
    }
    trial.write("POST", &address, Some(body)).await;
    let assigned = trial.session.get(&format!("{}/{part}", trial.item(id))).await;
    assert_eq!(assigned["value"][0]["target"]["groupId"], group.as_str(), "{}", trial.contract.key);
    let other = json!({ parameter: [], "nonsense": true });
    trial.refused("POST", &address, &other).await;
    trial.write("POST", &address, Some(json!({ parameter: [] }))).await;
    let none = trial.session.get(&format!("{}/{part}", trial.item(id))).await;
    assert_eq!(none["value"], json!([]), "{}", trial.contract.key);
    None
}

/// Assigns with a request of its own; the part and the id of the assignment.
async fn assign_one(trial: &Trial<'_>, id: &str, part: &str) -> (String, String) {
    let group = group(trial);
    let address = format!("{}/{part}", trial.item(id));
    let added = trial.write("POST", &address, Some(assignment(trial.contract, &group))).await;
    let all = trial.session.get(&address).await;
    assert_eq!(all["value"][0]["target"]["groupId"], group.as_str(), "{}", trial.contract.key);
    (part.to_owned(), added["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn what_exists_once_takes_back_what_was_read() {
    let (simulator, session) = started(150).await;
    // One of them takes a person.
    let session = session.of_person().await;
    for contract in writable(true) {
        let trial = Trial { contract, simulator: &simulator, session: &session };
        let now = session.get(&trial.address()).await;
        // What beta says of a policy of v1.0 is said in v1.0's words here: each is read in the version it is written in.
        let body = to_update(contract, &now);
        let address = match &contract.update.path {
            Some(path) => format!("{}/{path}", contract.version.as_str()),
            None => trial.address(),
        };
        let body = match &contract.update.inside {
            Some(property) => json!({ property.as_str(): body }),
            None => body,
        };
        trial.write(&contract.update.method, &address, Some(body)).await;
        let after = session.get(&trial.address()).await;
        for (name, value) in now.as_object().unwrap() {
            let moves = contract.volatile.contains(name) || contract.strip.contains(name);
            assert!(moves || &after[name] == value, "{}.{name}", contract.key);
        }
        trial.refused("POST", &address, &json!({})).await;
        trial.refused("DELETE", &address, &json!({})).await;
    }
}
