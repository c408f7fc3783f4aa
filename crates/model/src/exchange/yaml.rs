//! YAML as IntuneCD writes it, to JSON. PyYAML follows YAML 1.1: what is a number or a truth value is told by its rules, since
//! by those of YAML 1.2 texts such as `1e5` or `089` would become numbers.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};
use yaml_rust2::Event;
use yaml_rust2::parser::{Parser, Tag};
use yaml_rust2::scanner::TScalarStyle;

use super::{FILE_BYTES_MAX, Problem};

/// Values within values; JSON is read as deep.
const DEPTH_MAX: usize = 128;
/// Of all copies together, in bytes: aliases say again what was said once, and that may be large.
const COPIED_MAX: u64 = 2 * FILE_BYTES_MAX;
/// What a value takes besides its text, about.
const VALUE_BYTES: u64 = 64;
/// How the tags of YAML's own types begin.
const TAGS: &str = "tag:yaml.org,2002:";

/// The value of the one document in it.
pub(super) fn parsed(text: &str) -> Result<Value, Problem> {
    let mut document = Document { parser: Parser::new_from_str(text), anchors: HashMap::new(), copied: 0 };
    document.expect(&Event::StreamStart)?;
    document.expect(&Event::DocumentStart)?;
    let first = document.next()?;
    let value = document.value(first, 0)?;
    document.expect(&Event::DocumentEnd)?;
    document.expect(&Event::StreamEnd)?;
    Ok(value)
}

struct Document<'a> {
    parser: Parser<std::str::Chars<'a>>,
    /// With the size of each.
    anchors: HashMap<usize, (Value, u64)>,
    copied: u64,
}

impl Document<'_> {
    fn next(&mut self) -> Result<Event, Problem> {
        self.parser.next_token().map(|(event, _)| event).map_err(|_| broken())
    }

    fn expect(&mut self, wanted: &Event) -> Result<(), Problem> {
        if self.next()? == *wanted { Ok(()) } else { Err(broken()) }
    }

    fn copies(&mut self, size: u64) -> Result<(), Problem> {
        self.copied = self.copied.saturating_add(size);
        let why = "Its aliases make more of it than a file may have";
        if self.copied > COPIED_MAX { Err(Problem::new("import.too_large", why)) } else { Ok(()) }
    }

    fn value(&mut self, event: Event, depth: usize) -> Result<Value, Problem> {
        if depth > DEPTH_MAX {
            return Err(broken());
        }
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let size = self.anchors.get(&anchor).ok_or_else(broken)?.1;
                self.copies(size)?;
                return self.anchors.get(&anchor).map(|(value, _)| value.clone()).ok_or_else(broken);
            }
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(text, style, tag.as_ref())?),
            Event::SequenceStart(anchor, tag) => {
                is_of(tag.as_ref(), "seq")?;
                (anchor, self.sequence(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                is_of(tag.as_ref(), "map")?;
                (anchor, self.mapping(depth)?)
            }
            _ => return Err(broken()),
        };
        if anchor > 0 {
            let size = size(&value);
            self.copies(size)?;
            self.anchors.insert(anchor, (value.clone(), size));
        }
        Ok(value)
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::Array(items)),
                event => items.push(self.value(event, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, Problem> {
        let mut map = Map::new();
        loop {
            let name = match self.next()? {
                Event::MappingEnd => return Ok(Value::Object(map)),
                // Two mappings in one: nobody writes configuration so, and half of it must not be lost.
                Event::Scalar(name, TScalarStyle::Plain, ..) if name == "<<" => return Err(broken()),
                Event::Scalar(name, ..) => name,
                _ => return Err(broken()),
            };
            let event = self.next()?;
            map.insert(name, self.value(event, depth + 1)?);
        }
    }
}

fn broken() -> Problem {
    Problem::new("import.not_yaml", "Its text is no YAML that says one JSON value, or was cut off")
}

fn size(value: &Value) -> u64 {
    VALUE_BYTES
        + match value {
            Value::Array(items) => items.iter().map(size).sum(),
            Value::Object(map) => map.iter().map(|(name, value)| name.len() as u64 + size(value)).sum(),
            Value::String(text) => text.len() as u64,
            _ => 0,
        }
}

/// A list or a mapping says its own type, or none.
fn is_of(tag: Option<&Tag>, name: &str) -> Result<(), Problem> {
    let Some(tag) = tag else { return Ok(()) };
    if format!("{}{}", tag.handle, tag.suffix) == format!("{TAGS}{name}") { Ok(()) } else { Err(broken()) }
}

/// Only text that stands without quotes may be anything else than text.
fn scalar(text: String, style: TScalarStyle, tag: Option<&Tag>) -> Result<Value, Problem> {
    match tag {
        None if style == TScalarStyle::Plain => plain(text),
        None => Ok(Value::String(text)),
        Some(_) => is_of(tag, "str").map(|()| Value::String(text)),
    }
}

/// Dates and times of day stay what is written: JSON has no other place for them.
fn plain(text: String) -> Result<Value, Problem> {
    Ok(match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Value::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Value::Bool(false),
        number if is_number(number) => Value::Number(json_number(number).ok_or_else(broken)?),
        _ => Value::String(text),
    })
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all_digits = |text: &str| text.bytes().all(|one| one.is_ascii_digit());
    match digits.split_once('.') {
        // A zero in front would make it an octal number, and none at all where it has an 8 or a 9.
        None => digits == "0" || !digits.is_empty() && !digits.starts_with('0') && all_digits(digits),
        Some((whole, rest)) => {
            let (fraction, exponent) = rest.split_once(['e', 'E']).map_or((rest, None), |(one, two)| (one, Some(two)));
            // The sign of an exponent is what YAML 1.1 asks for.
            let signed =
                |text: &str| text.strip_prefix(['-', '+']).is_some_and(|text| !text.is_empty() && all_digits(text));
            all_digits(whole)
                && all_digits(fraction)
                && !(whole.is_empty() && fraction.is_empty())
                && exponent.is_none_or(signed)
        }
    }
}

/// JSON wants a digit on both sides of the point and no plus or zero in front. What PyYAML adds in front of an exponent goes,
/// so that a number has the same text as in JSON that IntuneCD writes.
fn json_number(text: &str) -> Option<Number> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.trim_start_matches('+')), |digits| ("-", digits));
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let whole = Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    let rest = match rest {
        None => String::new(),
        Some(rest) if rest.starts_with("0e") => rest.trim_start_matches('0').to_owned(),
        Some(rest) if rest.starts_with(|one: char| one.is_ascii_digit()) => format!(".{rest}"),
        Some(rest) => format!(".0{rest}"),
    };
    format!("{sign}{whole}{rest}").parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::parsed;
    use crate::canonical;

    /// `yaml.dump` of PyYAML 6, with the options that IntuneCD gives it.
    const DUMPED: &str = include_str!("dumped.yaml");

    #[test]
    fn what_pyyaml_writes_is_read_as_what_it_was() {
        let wanted: Value = serde_json::from_str(include_str!("dumped.json")).expect("JSON");
        let read = parsed(DUMPED).expect("YAML");
        assert_eq!(canonical::to_string(&read), canonical::to_string(&wanted));
    }

    #[test]
    fn texts_that_only_look_like_something_else_stay_texts() {
        for text in
            ["1e5", "089", "0o17", "1.5e3", "12:30:45", "2024-01-02", "0x1F", "1_000", ".", "+", "1.2.3", ".inf"]
        {
            assert_eq!(parsed(text).expect(text), json!(text));
        }
        for (text, value) in
            [("-7", "-7"), ("+7", "7"), ("1.", "1.0"), (".5", "0.5"), ("1.0e+20", "1e+20"), ("00.5", "0.5")]
        {
            assert_eq!(parsed(text).expect(text), serde_json::from_str::<Value>(value).expect("JSON"));
        }
    }

    #[test]
    fn what_is_not_one_json_value_is_refused() {
        for text in
            ["", "a: b: c", "a: [1", "--- 1\n--- 2", "!!binary aGk=", "a: !!python/tuple [1]", "? [1]\n: 2", "*a"]
        {
            assert_eq!(parsed(text).expect_err(text).code, "import.not_yaml", "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(parsed(&deep).expect_err("deep").code, "import.not_yaml");
        assert_eq!(parsed("a: &a {b: 1}\nc:\n  <<: *a\n").expect_err("merged").code, "import.not_yaml");
    }

    #[test]
    fn aliases_cannot_make_a_small_file_large() {
        let mut text = "- &a0 [xxxxxxxxxx]\n".to_owned();
        for level in 1..20 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            text.push_str(&format!("- &a{level} [{before}]\n"));
        }
        assert_eq!(parsed(&text).expect_err("a bomb").code, "import.too_large");
        assert_eq!(parsed("- &a [1]\n- *a\n").expect("an alias"), json!([[1], [1]]));
    }

    proptest! {
        #[test]
        fn any_text_is_a_value_or_an_error(text in "[\\[\\]{}:,&*!|>'\"%#a-c0-9 \n-]{0,60}") {
            let _ = parsed(&text);
        }
    }
}
