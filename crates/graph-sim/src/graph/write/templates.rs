//! Values of administrative templates: each is bound to a definition, and its own values to presentations of it.

use serde_json::{Map, Value, json};

use super::{Reply, Target, new_id, only};
use crate::audit::Operation;
use crate::content::known_definition as known;
use crate::errors::GraphError;
use crate::path;
use crate::rules::Action;
use crate::store::Store;

const CONFIGURATIONS: &str = "deviceManagement/groupPolicyConfigurations";
const DEFINITIONS: &str = "deviceManagement/groupPolicyDefinitions";

/// What is added, changed and taken away at once.
struct Changes {
    added: Vec<Value>,
    updated: Vec<Value>,
    deleted: Vec<Value>,
}

pub(super) fn update_definition_values(target: Target<'_>, id: &str, action: Action) -> Result<Reply, GraphError> {
    let mut body = target.request.object()?;
    only(&body, action.name, &["added", "updated", "deletedIds"])?;
    let mut list = |name: &str| body.remove(name).and_then(|list| list.as_array().cloned()).unwrap_or_default();
    let mut changes = Changes { added: list("added"), updated: list("updated"), deleted: list("deletedIds") };
    let object = target.find(id)?;
    for values in [&changes.added, &changes.updated] {
        target.check_elements(&object, "definitionValues", values)?;
    }
    let now = target.request.tenant.clock.tick();
    {
        let store = target.request.tenant.read();
        for (index, value) in changes.added.iter_mut().chain(&mut changes.updated).enumerate() {
            let own = new_id(target.request, &format!("{id}{index}"), &now);
            bind(&store, value, &own, &now)?;
        }
    }
    target.change(id, Operation::Action(action.name), |fields| apply(fields, changes))?;
    Ok(Reply::empty(action.status))
}

fn apply(fields: &mut Map<String, Value>, changes: Changes) -> Result<(), GraphError> {
    let values = fields.entry("definitionValues").or_insert_with(|| json!([]));
    let values = values.as_array_mut().ok_or_else(|| GraphError::not_found("definitionValues"))?;
    let find = |values: &[Value], id: &Value| values.iter().position(|value| &value["id"] == id);
    // A trap: what goes in the same request still counts, so a change of a value takes two.
    let taken = |added: &&Value| values.iter().any(|known| known["definition"]["id"] == added["definition"]["id"]);
    if let Some(twice) = changes.added.iter().find(taken) {
        let name = twice["definition"]["displayName"].as_str().unwrap_or_default();
        return Err(GraphError::bad_request(format!("The policy has a value for '{name}' already.")));
    }
    for updated in changes.updated {
        let index = find(values, &updated["id"]).ok_or_else(|| GraphError::not_found("definitionValue"))?;
        values[index] = updated;
    }
    for id in changes.deleted {
        let index = find(values, &id).ok_or_else(|| GraphError::not_found("definitionValue"))?;
        values.remove(index);
    }
    values.extend(changes.added);
    Ok(())
}

/// Puts definition and presentations in the place of their addresses, and gives ids and moments.
fn bind(store: &Store, value: &mut Value, id: &str, now: &str) -> Result<(), GraphError> {
    let address = value["definition@odata.bind"].as_str().map(str::to_owned);
    let address =
        address.ok_or_else(|| GraphError::bad_request("The property 'definition@odata.bind' is required."))?;
    let wanted = last(&address);
    let definition = definition(store, &wanted).ok_or_else(|| GraphError::not_found(&address))?;
    let fields = value.as_object_mut().ok_or_else(|| GraphError::bad_request("A definition value is an object."))?;
    begin(fields, id, now);
    fields.entry("configurationType").or_insert_with(|| json!("policy"));
    let presented = fields.get_mut("presentationValues").and_then(Value::as_array_mut);
    for (index, one) in presented.into_iter().flatten().enumerate() {
        let address = one["presentation@odata.bind"].as_str().map(str::to_owned);
        let address =
            address.ok_or_else(|| GraphError::bad_request("The property 'presentation@odata.bind' is required."))?;
        let presentation = presentation(store, &wanted, &last(&address));
        let presentation = presentation.ok_or_else(|| GraphError::not_found(&address))?;
        if let Some(one) = one.as_object_mut() {
            begin(one, &format!("{id}_{index}"), now);
            one.insert("presentation".to_owned(), presentation);
        }
    }
    fields.entry("presentationValues").or_insert_with(|| json!([]));
    fields.insert("definition".to_owned(), definition);
    Ok(())
}

fn begin(fields: &mut Map<String, Value>, id: &str, now: &str) {
    fields.retain(|name, _| !name.ends_with("@odata.bind"));
    fields.entry("id").or_insert_with(|| json!(id));
    fields.insert("createdDateTime".to_owned(), json!(now));
    fields.insert("lastModifiedDateTime".to_owned(), json!(now));
}

/// The key at the end of an address.
fn last(address: &str) -> String {
    path::split(address).pop().unwrap_or_default()
}

/// Every value of every policy of the tenant: it uses definitions of imported files, which no other tenant has.
fn values(store: &Store) -> impl Iterator<Item = &Value> {
    let all = store.collection(CONFIGURATIONS).into_iter().flat_map(|all| all.after(0));
    all.filter_map(|(_, policy)| policy["definitionValues"].as_array()).flatten()
}

/// The definition of that id, as far as the tenant has one.
pub(in crate::graph) fn definition(store: &Store, id: &str) -> Option<Value> {
    let used = values(store).map(|value| &value["definition"]).find(|definition| definition["id"] == id).cloned();
    used.or_else(|| store.get(DEFINITIONS, id).cloned()).or_else(|| known(id).map(|(definition, _)| definition))
}

fn presentation(store: &Store, definition: &str, id: &str) -> Option<Value> {
    let of_definition = values(store).filter(|value| value["definition"]["id"] == definition);
    let all = of_definition.filter_map(|value| value["presentationValues"].as_array()).flatten();
    let used = all.map(|value| &value["presentation"]).find(|presentation| presentation["id"] == id).cloned();
    let told =
        || store.get(DEFINITIONS, definition)?["presentations"].as_array()?.iter().find(|one| one["id"] == id).cloned();
    used.or_else(told).or_else(|| known(definition)?.1.into_iter().find(|presentation| presentation["id"] == id))
}
