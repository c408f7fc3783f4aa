//! What most configuration objects have in common.

use serde_json::{Value, json};

use super::generate::Maker;
use super::names::description;

/// Assignments of an object with this id.
pub(super) type Assign = fn(&mut Maker, &str) -> Vec<Value>;

/// An object with id, name, description, moments and scope tags, and what is its own.
pub(super) fn plain(maker: &mut Maker, platform: &str, topic: &str, own: Value) -> Value {
    let (created, modified) = maker.moments();
    let mut object = json!({
        "id": maker.random.guid(),
        "createdDateTime": created,
        "lastModifiedDateTime": modified,
        "displayName": maker.name(platform, topic),
        "description": description(&mut maker.random, topic),
        "roleScopeTagIds": maker.scope_tags(),
    });
    merge(&mut object, own);
    object
}

/// The same of a derived type.
pub(super) fn typed(maker: &mut Maker, kind: &str, platform: &str, topic: &str, own: Value) -> Value {
    let mut object = json!({ "@odata.type": format!("#microsoft.graph.{kind}") });
    merge(&mut object, plain(maker, platform, topic, own));
    object
}

/// Adds assignments.
pub(super) fn assigned(maker: &mut Maker, mut object: Value, assign: Assign) -> Value {
    let id = object["id"].as_str().unwrap_or_default().to_owned();
    object["assignments"] = json!(assign(maker, &id));
    object
}

/// Adds assignments, and says whether there are any.
pub(super) fn marked(maker: &mut Maker, object: Value, assign: Assign) -> Value {
    let mut object = assigned(maker, object, assign);
    object["isAssigned"] = json!(object["assignments"].as_array().is_some_and(|all| !all.is_empty()));
    object
}

/// Sets what is the object's own.
pub(super) fn merge(object: &mut Value, own: Value) {
    if let (Some(object), Value::Object(own)) = (object.as_object_mut(), own) {
        object.extend(own);
    }
}

/// Takes away what this type does not have.
pub(super) fn without(mut object: Value, names: &[&str]) -> Value {
    if let Some(fields) = object.as_object_mut() {
        names.iter().for_each(|name| {
            fields.remove(*name);
        });
    }
    object
}
