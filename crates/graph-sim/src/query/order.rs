//! `$orderby` and `$search`.

use std::cmp::Ordering;

use serde_json::Value;

use super::filter::compare;
use crate::errors::GraphError;

/// Sorts by one or more properties, each optionally followed by `desc`.
pub(crate) fn sort(objects: &mut [&Value], orderby: &str) {
    let keys: Vec<(&str, bool)> = orderby
        .split(',')
        .filter_map(|key| {
            let mut words = key.split_whitespace();
            let name = words.next()?;
            Some((name, words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc"))))
        })
        .collect();
    objects.sort_by(|left, right| {
        for (name, descending) in &keys {
            let order = compare(&left[*name], &right[*name]).unwrap_or(Ordering::Equal);
            if order != Ordering::Equal {
                return if *descending { order.reverse() } else { order };
            }
        }
        Ordering::Equal
    });
}

/// A search in one property.
#[derive(Debug)]
pub(crate) struct Search {
    property: String,
    text: String,
}

impl Search {
    /// Of the directory: a property and a text, such as `"displayName:finance"`.
    pub(crate) fn of_directory(search: &str) -> Result<Self, GraphError> {
        let (property, text) = quoted(search).and_then(|inner| inner.split_once(':')).ok_or_else(|| {
            GraphError::bad_request("Syntax error: $search needs the form \"property:value\", with the quotes.")
        })?;
        Ok(Self { property: property.to_owned(), text: text.to_lowercase() })
    }

    /// Of Intune: a text alone, which is looked for in names. IntuneCD 2.6.0 finds apps so.
    pub(crate) fn of_intune(search: &str) -> Result<Self, GraphError> {
        let text = quoted(search).ok_or_else(|| {
            GraphError::bad_request("Syntax error: $search needs the form \"value\", with the quotes.")
        })?;
        Ok(Self { property: "displayName".to_owned(), text: text.to_lowercase() })
    }

    /// Whether the property contains the text.
    pub(crate) fn accepts(&self, object: &Value) -> bool {
        let value = object[&self.property].as_str().unwrap_or_default().to_lowercase();
        value.contains(&self.text)
    }
}

fn quoted(search: &str) -> Option<&str> {
    search.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_sorted_by_several_keys() {
        let objects = [json!({"a": "y", "b": 1}), json!({"a": "X", "b": 1}), json!({"a": "x", "b": 2})];
        let mut sorted: Vec<&Value> = objects.iter().collect();
        sort(&mut sorted, "a, b desc");
        assert_eq!(sorted, [&objects[2], &objects[1], &objects[0]]);
    }

    #[test]
    fn a_search_needs_its_quotes() {
        assert!(Search::of_directory("displayName:x").is_err());
        assert!(Search::of_intune("fin").is_err());
        for search in [Search::of_directory("\"displayName:FIN\""), Search::of_intune("\"FIN\"")] {
            let search = search.unwrap();
            assert!(search.accepts(&json!({"displayName": "All Finance"})));
            assert!(!search.accepts(&json!({"displayName": "Sales", "description": "Not finance"})));
        }
    }
}
