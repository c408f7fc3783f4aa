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
    while let Some((pointer, property, link)) = find(value) {
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

/// A next link: pointer of its holder, the property it continues, the link.
type NextLink = (String, String, String);

/// The first next link. Where there is none, which is nearly everywhere, it asks for no memory.
pub(super) fn find(value: &Value) -> Option<NextLink> {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| find(item).map(|found| below(&index.to_string(), found)))
        }
        Value::Object(map) => map.iter().find_map(|(name, item)| match (name.strip_suffix(NEXT), item) {
            (Some(property), Value::String(link)) => Some((String::new(), property.to_owned(), link.clone())),
            _ => find(item).map(|found| below(&name.replace('~', "~0").replace('/', "~1"), found)),
        }),
        _ => None,
    }
}

fn below(step: &str, (pointer, property, link): NextLink) -> NextLink {
    (format!("/{step}{pointer}"), property, link)
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
        assert_eq!(find(&value), Some(("/1/b~1c".into(), "rows".into(), "l".into())));
    }

    #[test]
    fn notes_go_and_everything_else_stays_in_order() {
        let mut value = json!({ "@odata.context": "x", "z": 1, "@odata.type": "t", "rows@odata.count": 1, "rows": [{ "y@odata.context": "x", "a": null }] });
        remove_notes(&mut value);
        assert_eq!(value.to_string(), r#"{"z":1,"@odata.type":"t","rows":[{"a":null}]}"#);
    }
}
