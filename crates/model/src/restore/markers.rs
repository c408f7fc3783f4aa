//! Places of ids that are not there yet, while a body is put together: a marker stands in the text, and is taken out
//! again when the body is whole, wherever it has got to by then.

use serde_json::Value;

use super::plan::Slot;
use super::pointer::each_text;

/// No text of a configuration has it.
const MARK: char = '\u{1}';

/// Stands for the id of the object that an item makes.
pub(super) fn marker(item: u32) -> String {
    format!("{MARK}{item}{MARK}")
}

/// Puts markers where the slots are.
pub(super) fn put(document: &mut Value, slots: &[Slot]) {
    for slot in slots {
        slot.fill(document, &marker(slot.item));
    }
}

/// Takes all markers out: null stands there then, and the slots say where.
pub(super) fn take(document: &mut Value) -> Vec<Slot> {
    let mut slots = Vec::new();
    each_text(document, &mut |value, pointer| {
        if let Some(slot) = value.as_str().and_then(|text| read(text, pointer)) {
            slots.push(slot);
            *value = Value::Null;
        }
    });
    slots
}

fn read(text: &str, pointer: &str) -> Option<Slot> {
    let (before, rest) = text.split_once(MARK)?;
    let (item, after) = rest.split_once(MARK)?;
    let (before, after) = (before.to_owned(), after.to_owned());
    Some(Slot { pointer: pointer.to_owned(), item: item.parse().ok()?, before, after })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{marker, put, take};

    #[test]
    fn what_is_taken_out_is_put_back_where_it_was() {
        let mut document = json!({ "a/b": [{ "id": marker(3) }], "link": format!("x('{}')", marker(12)), "text": "1" });
        let before = document.clone();
        let slots = take(&mut document);
        assert_eq!(document, json!({ "a/b": [{ "id": null }], "link": null, "text": "1" }));
        assert_eq!((slots[0].pointer.as_str(), slots[0].item), ("/a~1b/0/id", 3));
        assert_eq!((slots[1].before.as_str(), slots[1].after.as_str(), slots[1].item), ("x('", "')", 12));
        put(&mut document, &slots);
        assert_eq!(document, before);
    }
}
