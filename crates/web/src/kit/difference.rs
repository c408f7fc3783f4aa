//! What differs between two contents: setting, old, new, grouped by area; texts line by line.

use maud::{Markup, html};
use model::diff::{Area, Line, LineKind, TextKind, TextLine};

use super::number::counted;

/// What stands above the two columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    /// Read aloud: "Differences between version 22 and version 23".
    pub caption: String,
    /// Above what was there: "Version 22", "Contoso now".
    pub old: String,
    /// Above what is there: "Version 23", "After the restore".
    pub new: String,
}

/// Renders a table of differences.
pub fn difference(heads: &Heads, lines: &[Line]) -> Markup {
    if lines.is_empty() {
        return html! { p.muted { "Nothing differs." } };
    }
    html! {
        table.diff.stackd role="table" {
            caption.vh { (heads.caption) }
            thead role="rowgroup" { tr role="row" {
                @for head in ["Setting", heads.old.as_str(), heads.new.as_str()] {
                    th role="columnheader" scope="col" { bdi { (head) } }
                }
            } }
            tbody role="rowgroup" {
                @for lines in lines.chunk_by(|one, other| one.area == other.area) {
                    (area(lines))
                    @for line in lines { (row(heads, line)) }
                }
            }
        }
    }
}

fn area(lines: &[Line]) -> Markup {
    let area = lines.first().map_or(Area::Settings, |line| line.area);
    let unseen = lines.iter().filter(|line| line.kind == LineKind::CannotVerify).count();
    let changes = (lines.len() - unseen) as u64;
    html! {
        tr.grp role="row" { th role="rowheader" scope="rowgroup" colspan="3" {
            (area.to_string()) " "
            span.muted {
                @if changes > 0 { (counted(changes, "change", "changes")) }
                @if changes > 0 && unseen > 0 { ", " }
                @if unseen > 0 { (unseen) " cannot be verified" }
            }
        } }
    }
}

fn row(heads: &Heads, line: &Line) -> Markup {
    html! {
        tr role="row" {
            th role="rowheader" scope="row" {
                @if !line.heading.is_empty() { span.path { bdi { (line.heading) } } }
                bdi { (line.label) }
            }
            @if line.kind == LineKind::CannotVerify {
                td role="cell" colspan="2" { span.muted { "Cannot be verified: Graph does not return this secret" } }
            } @else if !line.text.is_empty() {
                td role="cell" colspan="2" { (text_lines(&line.text, &format!("Text of {}", line.label))) }
            } @else {
                (value(&heads.old, "old", line.old.as_deref()))
                (value(&heads.new, "new", line.new.as_deref()))
            }
        }
    }
}

fn value(head: &str, class: &str, value: Option<&str>) -> Markup {
    html! {
        td role="cell" data-label=(head) class=[value.map(|_| class)] {
            @match value {
                None => { span.muted { "Not there" } }
                Some(text) if class == "old" => { del { bdi { (text) } } }
                Some(text) => { ins { bdi { (text) } } }
            }
        }
    }
}

/// Two texts line by line. `label` names it for people who do not see it.
pub fn text_lines(lines: &[TextLine], label: &str) -> Markup {
    html! {
        pre.dtext tabindex="0" role="region" aria-label=(label) {
            @for line in lines { @match line.kind {
                TextKind::Old => { del { (line.text) "\n" } }
                TextKind::New => { ins { (line.text) "\n" } }
                TextKind::Same => { span { (line.text) "\n" } }
                TextKind::Gap => { span.muted { "…\n" } }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: LineKind, old: Option<&str>, new: Option<&str>) -> Line {
        Line {
            area: Area::Settings,
            heading: "Firewall".to_owned(),
            label: "<b>Port</b>".to_owned(),
            kind,
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
            text: Vec::new(),
            path: "settings[port]".to_owned(),
        }
    }

    fn shown(lines: &[Line]) -> String {
        let heads =
            Heads { caption: "Differences".to_owned(), old: "Version 1".to_owned(), new: "Version 2".to_owned() };
        difference(&heads, lines).into_string()
    }

    #[test]
    fn what_was_there_and_what_is_there_are_told_by_elements_not_by_colour() {
        let text = shown(&[line(LineKind::Changed, Some("80"), Some("</td>"))]);
        assert!(
            text.contains("<del><bdi>80</bdi></del>") && text.contains("<ins><bdi>&lt;/td&gt;</bdi></ins>"),
            "{text}"
        );
        assert!(text.contains("1 change") && !text.contains("<b>Port"), "{text}");
        assert!(shown(&[line(LineKind::Added, None, Some("80"))]).contains("Not there"));
        assert!(shown(&[line(LineKind::CannotVerify, None, None)]).contains("1 cannot be verified"));
        assert!(shown(&[]).contains("Nothing differs"));
    }

    #[test]
    fn a_text_is_shown_line_by_line() {
        let text = vec![
            TextLine { kind: TextKind::Gap, text: String::new() },
            TextLine { kind: TextKind::Old, text: "one".to_owned() },
            TextLine { kind: TextKind::New, text: "two".to_owned() },
        ];
        let shown = shown(&[Line { text, ..line(LineKind::Changed, None, None) }]);
        assert!(shown.contains("<del>one\n</del><ins>two\n</ins>"), "{shown}");
    }
}
