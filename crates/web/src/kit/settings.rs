//! Settings in words: name and value, children indented below their parent.

use maud::{Markup, html};

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// Its name in words.
    pub name: String,
    /// Its value in words; several are shown one a line, none where it only heads its children.
    pub values: Vec<String>,
    /// 0 for a setting, 1 for its child, and so on; deeper than 4 is shown as 4.
    pub depth: u8,
    /// A mark behind the value, such as "changed in 23", or nothing.
    pub mark: String,
    /// What it does, and what Graph calls it and its value: shown below the name, each where there is one.
    pub about: String,
    /// See `about`.
    pub ids: String,
}

/// A group of settings under a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingGroup {
    /// "BitLocker".
    pub title: String,
    /// Its settings, parents before children.
    pub rows: Vec<SettingRow>,
}

/// Renders groups of settings.
pub fn setting_groups(groups: &[SettingGroup]) -> Markup {
    html! {
        @for group in groups {
            @if !group.title.is_empty() { h3.set-h { bdi { (group.title) } } }
            dl.set { @for row in &group.rows { (setting(row)) } }
        }
    }
}

fn setting(row: &SettingRow) -> Markup {
    let class = (row.depth > 0).then(|| format!("in1 in-{}", row.depth.min(4)));
    html! {
        div class=[class] {
            dt {
                // Names come from the service: one that runs from right to left must not turn what stands beside it.
                bdi { (row.name) }
                @if !row.about.is_empty() { small.set-about { bdi { (row.about) } } }
                @for id in row.ids.split_whitespace() { code.set-id { (id) } }
            }
            dd {
                @for (position, value) in row.values.iter().enumerate() {
                    @if position > 0 { br; }
                    @if value.is_empty() { span.muted { "Empty" } } @else { bdi { (value) } }
                }
                @if !row.mark.is_empty() { span.chgmark.muted { (row.mark) } }
            }
        }
    }
}
