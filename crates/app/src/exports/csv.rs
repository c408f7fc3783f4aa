//! CSV that a spreadsheet opens without harm (RFC 4180).
//!
//! It begins with a byte-order mark: without one, Excel reads UTF-8 as the machine's old code page and breaks every name
//! with an umlaut. Texts that a spreadsheet would run as a formula get an apostrophe in front, as OWASP advises.

/// What tells Excel that this is UTF-8.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Adds one record.
pub(super) fn record<'a>(text: &mut String, fields: impl IntoIterator<Item = &'a str>) {
    for (position, field) in fields.into_iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        add(text, field);
    }
    text.push_str("\r\n");
}

fn add(text: &mut String, field: &str) {
    let harmful = field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if !harmful && !field.contains(['"', ',', '\r', '\n']) {
        return text.push_str(field);
    }
    text.push('"');
    if harmful {
        text.push('\'');
    }
    text.push_str(&field.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::record;

    fn one(field: &str) -> String {
        let mut text = String::new();
        record(&mut text, [field]);
        text
    }

    #[test]
    fn a_field_is_quoted_only_where_it_must_be() {
        assert_eq!(one("Sync inventory"), "Sync inventory\r\n");
        assert_eq!(one(""), "\r\n");
        assert_eq!(one("a,b"), "\"a,b\"\r\n");
        assert_eq!(one("say \"no\""), "\"say \"\"no\"\"\"\r\n");
        assert_eq!(one("two\r\nlines"), "\"two\r\nlines\"\r\n");
        let mut text = String::new();
        record(&mut text, ["a", "", "b,c"]);
        assert_eq!(text, "a,,\"b,c\"\r\n");
    }

    #[test]
    fn no_field_begins_as_a_formula() {
        for begin in ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'] {
            let text = one(&format!("{begin}cmd|' /C calc'!A0"));
            assert!(text.starts_with("\"'"), "{text:?}");
        }
        assert_eq!(one("a=b"), "a=b\r\n", "inside a text it is none");
    }
}
