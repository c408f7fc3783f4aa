//! Canonical JSON: sorted keys, no white space, numbers as the sender wrote them.
//!
//! Like RFC 8785, except that number text is kept: `1.0` and `1` stay distinct, and no digit is lost to a float.
//! Needs serde_json's `arbitrary_precision`, which the workspace turns on.

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
                write_string(key, text);
                text.push(b':');
                write(item, text);
            }
            text.push(b'}');
        }
        Value::String(string) => write_string(string, text),
        Value::Number(number) => text.extend_from_slice(number.as_str().as_bytes()),
        Value::Bool(true) => text.extend_from_slice(b"true"),
        Value::Bool(false) => text.extend_from_slice(b"false"),
        Value::Null => text.extend_from_slice(b"null"),
    }
}

/// Most have nothing to escape, and are copied.
fn write_string(string: &str, text: &mut Vec<u8>) {
    let is_escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    // To the end, without a branch: so several bytes are looked at in one step.
    if string.bytes().fold(0, |any, byte| any | u8::from(is_escaped(byte))) != 0 {
        return serde_json::to_writer(text, string).expect("a string always serialises");
    }
    text.push(b'"');
    text.extend_from_slice(string.as_bytes());
    text.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::to_string;

    proptest! {
        #[test]
        fn a_string_is_escaped_as_json_is(string in ".*") {
            let plain = serde_json::to_string(&string).expect("a string");
            prop_assert_eq!(to_string(&Value::String(string)), plain);
        }
    }

    #[test]
    fn keys_are_sorted_and_number_text_is_kept() {
        let value = serde_json::from_str(r#"{"b": 1.0, "a": [null, false, "", 12345678901234567890.123], "c": {}}"#)
            .expect("JSON");
        assert_eq!(to_string(&value), r#"{"a":[null,false,"",12345678901234567890.123],"b":1.0,"c":{}}"#);
    }
}
