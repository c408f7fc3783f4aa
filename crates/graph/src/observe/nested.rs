//! Collections inside parts: a next link there means that something is cut off, so it is followed; the notes of the
//! protocol are removed afterwards.

use model::registry::Quota;
use serde_json::Value;

use crate::error::GraphError;
use crate::paging::{Links, rest_watched};
use crate::pipeline::Pipeline;

const NEXT: &str = "@odata.nextLink";
const NOTES: [&str; 3] = ["@odata.context", "@odata.count", NEXT];

/// Reads what is behind every next link inside the value, until there is none left.
pub(super) async fn follow(pipeline: &Pipeline, quota: Quota, value: &mut Value) -> Result<(), GraphError> {
    // One watch over all of them: rows may bring the link along that led to them. Most values have no link at all.
    let mut watch = None;
    while goes_on(value)
        && let Some((pointer, property, link)) = find(value, String::new())
    {
        let links = match watch.as_mut() {
            Some(links) => links,
            None => watch.insert(Links::new(pipeline.graph_url())?),
        };
        let rows = rest_watched(pipeline, quota, links, Some(link)).await?;
        let holder = value.pointer_mut(&pointer).and_then(Value::as_object_mut).expect("it was just found there");
        holder.shift_remove(&format!("{property}{NEXT}"));
        match holder.get_mut(&property) {
            Some(Value::Array(items)) => items.extend(rows),
            _ => return Err(GraphError::of("graph.unexpected_shape")),
        }
    }
    Ok(())
}

/// Whether there is a next link anywhere: most values have none, and this asks for no memory.
fn goes_on(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(goes_on),
        Value::Object(map) => {
            map.iter().any(|(name, item)| (name.ends_with(NEXT) && item.is_string()) || goes_on(item))
        }
        _ => false,
    }
}

/// The first next link: pointer of its holder, the property it continues, the link.
pub(super) fn find(value: &Value, pointer: String) -> Option<(String, String, String)> {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| find(item, format!("{pointer}/{index}")))
        }
        Value::Object(map) => map.iter().find_map(|(name, item)| match (name.strip_suffix(NEXT), item) {
            (Some(property), Value::String(link)) => Some((pointer.clone(), property.to_owned(), link.clone())),
            _ => find(item, format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))),
        }),
        _ => None,
    }
}

/// Contexts, counts and next links: they say how something was read, not what it is.
pub(super) fn remove_notes(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|name, _| !NOTES.iter().any(|note| name.ends_with(note)));
            map.values_mut().for_each(remove_notes);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_notes),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{find, remove_notes};

    #[test]
    fn a_next_link_is_found_wherever_it_is() {
        let value = json!([{ "a": 1 }, { "b/c": { "rows": [], "rows@odata.nextLink": "l" } }]);
        assert_eq!(find(&value, String::new()), Some(("/1/b~1c".into(), "rows".into(), "l".into())));
    }

    #[test]
    fn notes_go_and_everything_else_stays_in_order() {
        let mut value = json!({ "@odata.context": "x", "z": 1, "@odata.type": "t", "rows@odata.count": 1, "rows": [{ "y@odata.context": "x", "a": null }] });
        remove_notes(&mut value);
        assert_eq!(value.to_string(), r#"{"z":1,"@odata.type":"t","rows":[{"a":null}]}"#);
    }
}
