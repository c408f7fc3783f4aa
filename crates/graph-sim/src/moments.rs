//! When an object was made and changed, and its version, as the service keeps them.

use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::{collections, schema};

/// The published type of an object: the one it states, or the one its collection declares.
pub(crate) fn type_of(path: &str, object: &Value) -> Option<&'static schema::Structure> {
    let stated = object["@odata.type"].as_str().and_then(|name| name.strip_prefix("#microsoft.graph."));
    schema::structure(stated.or_else(|| collections::declared_type(path))?)
}

/// Gives a new object the moments and the version that its type has.
pub(crate) fn begin(path: &str, fields: &mut Map<String, Value>, now: &str) {
    let own = type_of(path, &fields.get("@odata.type").map_or(Value::Null, |name| json!({ "@odata.type": name })));
    // What is not published and stands in the directory has none that anybody reports.
    let has = |name: &str| own.map_or(path.starts_with("device"), |own| own.has(name));
    let moments = ["createdDateTime", "lastModifiedDateTime", "modifiedDateTime"];
    for name in moments.into_iter().filter(|name| has(name) && (own.is_some() || *name != "modifiedDateTime")) {
        // A policy of the directory says when it was changed once it was.
        let first = if name == "modifiedDateTime" { Value::Null } else { json!(now) };
        fields.insert(name.to_owned(), first);
    }
    if let Some(schema::Member::Property(version)) = own.and_then(|own| own.member("version")) {
        let first = if version.of == "String" { json!("1") } else { json!(1) };
        fields.insert("version".to_owned(), first);
    }
}

/// Moves the modification time and the version of an object that has them, as a write does.
pub(crate) fn touch(path: &str, object: &mut Value, now: &str) {
    let own = type_of(path, object);
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    let has = |name: &str| fields.contains_key(name) || own.is_some_and(|own| own.has(name));
    let keys: Vec<&str> = ["modifiedDateTime", "lastModifiedDateTime"].into_iter().filter(|name| has(name)).collect();
    fields.extend(keys.into_iter().map(|key| (key.to_owned(), json!(now))));
    if let Some(version) = fields.get("version").and_then(|version| next_version(version, now)) {
        fields.insert("version".to_owned(), version);
    }
}

/// Versions are numbers, numbers written as text, or tags that only differ.
fn next_version(version: &Value, now: &str) -> Option<Value> {
    match version {
        Value::Number(number) => Some(json!(number.as_u64()? + 1)),
        Value::String(text) => Some(match text.parse::<u64>() {
            Ok(number) => json!((number + 1).to_string()),
            Err(_) => json!(format!("\"{}\"", Random::from_text(&format!("{text}{now}")).guid())),
        }),
        _ => None,
    }
}
