//! Texts, line by line: scripts, XML, JSON, property lists.

use serde::Serialize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// Lines of the text around a change that are shown with it.
const AROUND: usize = 3;
/// Most lines that are shown of one text; the JSON has all of them.
const LINES_MAX: usize = 400;
/// Longest text that is compared by lines, in bytes.
const BYTES_MAX: usize = 1024 * 1024;
/// A shorter text without a line break is a value.
const VALUE_MAX: usize = 80;

/// One line of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextLine {
    /// Where it is.
    pub kind: TextKind,
    /// What it says, without its end.
    pub text: String,
}

/// Where a line of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, strum::Display, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TextKind {
    /// In both texts.
    Same,
    /// In the old one.
    Old,
    /// In the new one.
    New,
    /// Lines are left out here.
    Gap,
}

/// Two texts line by line; nothing when neither is a text.
pub(super) fn compared(old: Option<&str>, new: Option<&str>) -> Vec<TextLine> {
    let is_text = |text: Option<&str>| text.is_some_and(is_text);
    if !is_text(old) && !is_text(new) || old.into_iter().chain(new).any(|text| text.len() > BYTES_MAX) {
        return Vec::new();
    }
    by_line(&old.map(by_lines).unwrap_or_default(), &new.map(by_lines).unwrap_or_default(), LINES_MAX)
}

fn by_line(old: &str, new: &str, lines_max: usize) -> Vec<TextLine> {
    let difference = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (index, group) in difference.grouped_ops(AROUND).iter().enumerate() {
        let leaves_out = index > 0 || group.first().is_some_and(|op| op.old_range().start > 0);
        if leaves_out {
            lines.push(TextLine { kind: TextKind::Gap, text: String::new() });
        }
        for change in group.iter().flat_map(|op| difference.iter_changes(op)) {
            let kind = match change.tag() {
                ChangeTag::Equal => TextKind::Same,
                ChangeTag::Delete => TextKind::Old,
                ChangeTag::Insert => TextKind::New,
            };
            lines.push(TextLine { kind, text: change.value().trim_end_matches(['\r', '\n']).to_owned() });
        }
    }
    if lines.len() > lines_max {
        lines.truncate(lines_max);
        lines.push(TextLine { kind: TextKind::Gap, text: String::new() });
    }
    lines
}

/// Two documents as JSON, line by line, exactly as they are.
pub fn json_lines(old: &Value, new: &Value) -> Vec<TextLine> {
    let pretty = |value: &Value| format!("{}\n", serde_json::to_string_pretty(value).unwrap_or_default());
    by_line(&pretty(old), &pretty(new), usize::MAX)
}

fn is_text(text: &str) -> bool {
    text.contains('\n') || (text.len() > VALUE_MAX && has_structure(text))
}

fn has_structure(text: &str) -> bool {
    text.trim_start().starts_with(['<', '{', '['])
}

/// JSON and XML that were written in one line get lines of their own, each with its end.
fn by_lines(text: &str) -> String {
    let mut lines = if text.contains('\n') || !has_structure(text) {
        text.to_owned()
    } else if text.trim_start().starts_with('<') {
        text.replace("><", ">\n<")
    } else {
        let parsed: Option<Value> = serde_json::from_str(text).ok();
        parsed.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| text.to_owned())
    };
    if !lines.ends_with('\n') {
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{TextKind, compared};

    fn told(old: &str, new: &str) -> Vec<String> {
        compared(Some(old), Some(new))
            .into_iter()
            .map(|line| {
                let sign = match line.kind {
                    TextKind::Same => " ",
                    TextKind::Old => "-",
                    TextKind::New => "+",
                    TextKind::Gap => "…",
                };
                format!("{sign}{}", line.text)
            })
            .collect()
    }

    #[test]
    fn only_what_changed_and_what_is_around_it_is_shown() {
        let old: String = (1..=20).map(|line| format!("line {line}\r\n")).collect();
        let told = told(&old, &old.replace("line 10\r", "LINE 10\r"));
        assert_eq!(
            told,
            ["…", " line 7", " line 8", " line 9", "-line 10", "+LINE 10", " line 11", " line 12", " line 13"]
        );
    }

    #[test]
    fn xml_and_json_in_one_line_are_compared_by_their_parts() {
        let xml = |value: u8| format!("<a>{}<b>{value}</b><c/></a>", "<x/>".repeat(20));
        assert!(told(&xml(1), &xml(2)).contains(&"+<b>2</b>".to_owned()));
        let json = |value: u8| format!(r#"{{"long":"{}","b":{value}}}"#, "x".repeat(80));
        assert!(told(&json(1), &json(2)).contains(&r#"+  "b": 2"#.to_owned()));
        assert!(compared(Some("a value"), Some("another")).is_empty());
    }
}
