//! Walking a document along a contract's path.

use serde_json::{Map, Value};

/// All values at a path; a path that ends at an array gives the array itself.
pub fn values<'a>(document: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![document];
    for step in path.split('.') {
        let (name, through) = split(step);
        found = found.into_iter().filter_map(|value| value.get(name)).collect();
        if through {
            found = found.into_iter().filter_map(Value::as_array).flatten().collect();
        }
    }
    found
}

/// Calls `edit` with every object that can hold the last name of the path, and that name.
pub fn edit_holders(document: &mut Value, path: &str, edit: &mut dyn FnMut(&mut Map<String, Value>, &str)) {
    match path.split_once('.') {
        None => {
            if let Value::Object(map) = document {
                edit(map, split(path).0);
            }
        }
        Some((step, rest)) => {
            let (name, through) = split(step);
            let Some(next) = document.get_mut(name) else { return };
            if !through {
                return edit_holders(next, rest, edit);
            }
            for item in next.as_array_mut().into_iter().flatten() {
                edit_holders(item, rest, edit);
            }
        }
    }
}

fn split(step: &str) -> (&str, bool) {
    step.strip_suffix("[]").map_or((step, false), |name| (name, true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{edit_holders, values};

    #[test]
    fn values_goes_through_arrays_and_passes_over_what_is_absent() {
        let document = json!({ "a": [{ "b": { "c": 1 } }, { "b": {} }, { "b": { "c": 2 } }] });
        assert_eq!(values(&document, "a[].b.c"), [&json!(1), &json!(2)]);
        assert!(values(&document, "x[].y").is_empty());
    }

    #[test]
    fn edit_holders_reaches_every_holder() {
        let mut document = json!({ "a": [{ "id": 1, "b": 2 }, { "id": 3 }] });
        edit_holders(&mut document, "a[].id", &mut |map, name| {
            map.remove(name);
        });
        assert_eq!(document, json!({ "a": [{ "b": 2 }, {}] }));
    }
}
