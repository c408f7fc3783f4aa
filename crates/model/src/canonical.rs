//! Canonical JSON: sorted keys, no white space, numbers as the sender wrote them.
//!
//! Like RFC 8785, except that number text is kept: `1.0` and `1` stay distinct, and no digit is lost to a float.
//! Needs serde_json's `arbitrary_precision`, which the workspace turns on.

use serde::Serialize;
use serde_json::Value;

/// The canonical text of a value. Equal texts mean equal content; `null`, absent, empty and `false` stay distinct.
pub fn to_string(value: &Value) -> String {
    let mut text = Vec::new();
    write(value, &mut text);
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn write(value: &Value, text: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            text.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(b',');
                }
                write(item, text);
            }
            text.push(b']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            text.push(b'{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    text.push(b',');
                }
                write_scalar(key, text);
                text.push(b':');
                write(item, text);
            }
            text.push(b'}');
        }
        scalar => write_scalar(scalar, text),
    }
}

fn write_scalar(value: &impl Serialize, text: &mut Vec<u8>) {
    serde_json::to_writer(text, value).expect("a scalar always serialises");
}

#[cfg(test)]
mod tests {
    use super::to_string;

    #[test]
    fn keys_are_sorted_and_number_text_is_kept() {
        let value = serde_json::from_str(r#"{"b": 1.0, "a": [null, false, "", 12345678901234567890.123], "c": {}}"#)
            .expect("JSON");
        assert_eq!(to_string(&value), r#"{"a":[null,false,"",12345678901234567890.123],"b":1.0,"c":{}}"#);
    }
}
