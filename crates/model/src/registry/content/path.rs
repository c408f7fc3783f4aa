//! Walking a document along a contract's path: names, `name[]` for each row of a list, and `name[type]` for its rows of
//! that derived type alone.

use serde_json::{Map, Value};

use super::object_type;

/// One name of a path, and what of its value is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// Of a property.
    pub name: &'a str,
    /// What follows the name.
    pub rows: Rows<'a>,
}

/// Which rows of a list are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows<'a> {
    /// The value itself.
    No,
    /// Each.
    All,
    /// Those of this derived type.
    Of(&'a str),
}

impl<'a> Step<'a> {
    /// The steps of a path.
    pub fn all(path: &'a str) -> impl Iterator<Item = Self> {
        path.split('.').map(Self::of)
    }

    fn of(step: &'a str) -> Self {
        let Some((name, kind)) = step.strip_suffix(']').and_then(|step| step.split_once('[')) else {
            return Self { name: step, rows: Rows::No };
        };
        Self { name, rows: if kind.is_empty() { Rows::All } else { Rows::Of(kind) } }
    }

    /// Whether that row is meant.
    pub(crate) fn means(self, row: &Value) -> bool {
        match self.rows {
            Rows::No => false,
            Rows::All => true,
            Rows::Of(kind) => object_type(row) == Some(kind),
        }
    }
}

/// All values at a path; a path that ends at an array gives the array itself.
pub fn values<'a>(document: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![document];
    for step in Step::all(path) {
        found = found.into_iter().filter_map(|value| value.get(step.name)).collect();
        if step.rows != Rows::No {
            let rows = found.into_iter().filter_map(Value::as_array).flatten();
            found = rows.filter(|row| step.means(row)).collect();
        }
    }
    found
}

/// The JSON pointers of all values at a path.
pub fn pointers(document: &Value, path: &str) -> Vec<String> {
    let mut found = vec![(String::new(), document)];
    for step in Step::all(path) {
        let inside =
            found.into_iter().filter_map(|(at, value)| Some((format!("{at}/{}", step.name), value.get(step.name)?)));
        found = match step.rows {
            Rows::No => inside.collect(),
            _ => inside.flat_map(|(at, list)| rows(step, &at, list)).collect(),
        };
    }
    found.into_iter().map(|(at, _)| at).collect()
}

fn rows<'a>(step: Step<'_>, at: &str, list: &'a Value) -> Vec<(String, &'a Value)> {
    let rows = list.as_array().into_iter().flatten().enumerate().filter(|(_, row)| step.means(row));
    rows.map(|(index, row)| (format!("{at}/{index}"), row)).collect()
}

/// Calls `edit` with every object that can hold the last name of the path, and that name.
pub fn edit_holders(document: &mut Value, path: &str, edit: &mut dyn FnMut(&mut Map<String, Value>, &str)) {
    match path.split_once('.') {
        None => {
            if let Value::Object(map) = document {
                edit(map, Step::of(path).name);
            }
        }
        Some((step, rest)) => {
            let step = Step::of(step);
            let Some(next) = document.get_mut(step.name) else { return };
            if step.rows == Rows::No {
                return edit_holders(next, rest, edit);
            }
            for item in next.as_array_mut().into_iter().flatten().filter(|row| step.means(row)) {
                edit_holders(item, rest, edit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{edit_holders, pointers, values};

    #[test]
    fn values_goes_through_arrays_and_passes_over_what_is_absent() {
        let document = json!({ "a": [{ "b": { "c": 1 } }, { "b": {} }, { "b": { "c": 2 } }] });
        assert_eq!(values(&document, "a[].b.c"), [&json!(1), &json!(2)]);
        assert!(values(&document, "x[].y").is_empty());
        let document = json!({ "a": [{ "@odata.type": "#microsoft.graph.one", "b": 1 }, { "@odata.type": "#microsoft.graph.two", "b": 2 }, { "b": 3 }] });
        assert_eq!(values(&document, "a[two].b"), [&json!(2)]);
        assert_eq!(pointers(&document, "a[two].b"), ["/a/1/b"]);
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
