//! Tables that keep their roles when they stack on narrow screens.

use maud::{Markup, html};

/// A column head.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// Its words; may be hidden.
    pub words: &'static str,
    /// `c-state`, `c-main`, `c-prog`, `c-by`, `c-at`, `num c-dur`, `c-act`, or empty.
    pub class: &'static str,
    /// The words are only read aloud, as for actions.
    pub hidden: bool,
}

impl Column {
    /// A column with words and a class.
    pub const fn new(words: &'static str, class: &'static str) -> Self {
        Self { words, class, hidden: false }
    }

    /// The last column, with the row's action; its words are only read aloud.
    pub const fn actions() -> Self {
        Self { words: "Actions", class: "c-act", hidden: true }
    }
}

/// Renders a table. `caption` is read aloud. `main` tables answer `j` and `k` and keep their head in sight.
pub fn table(caption: &str, columns: &[Column], main: bool, rows: &[Markup]) -> Markup {
    html! {
        table.table.stack role="table" data-rows[main] { (caption_and_head(caption, columns)) (part(rows)) }
    }
}

/// A table with more rows than a page holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Long {
    /// All its rows.
    pub total: u64,
    /// How many are before those that the page holds.
    pub from: u64,
    /// How many are fetched at once.
    pub part: u64,
    /// Where: with `from` in addition it answers with a [`part`].
    pub href: String,
}

/// Renders a main table with some of its rows. long-table.js gives it the height of all and fetches those in sight.
pub fn long_table(caption: &str, columns: &[Column], long: &Long, rows: &[Markup]) -> Markup {
    html! {
        table.table.stack role="table" data-rows aria-rowcount=(long.total + 1) data-long=(long.href)
            data-total=(long.total) data-from=(long.from) data-part=(long.part) {
            (caption_and_head(caption, columns))
            (part(rows))
        }
    }
}

/// Rows of a table, as a group of their own.
pub fn part(rows: &[Markup]) -> Markup {
    html! { tbody role="rowgroup" { @for each in rows { (each) } } }
}

fn caption_and_head(caption: &str, columns: &[Column]) -> Markup {
    html! {
        caption.vh { (caption) }
        thead role="rowgroup" {
            tr role="row" {
                @for column in columns {
                    th role="columnheader" scope="col" class=[(!column.class.is_empty()).then_some(column.class)] {
                        @if column.hidden { span.vh { (column.words) } } @else { (column.words) }
                    }
                }
            }
        }
    }
}

/// A row. `id` is unique on the page and the target of live updates; empty for none.
pub fn row(id: &str, cells: &[Markup]) -> Markup {
    html! { tr role="row" id=[(!id.is_empty()).then_some(id)] { @for each in cells { (each) } } }
}

/// A cell. `label` stands before the value on narrow screens: "took"; empty for none.
pub fn cell(class: &str, label: &str, value: &Markup) -> Markup {
    html! {
        td role="cell" class=[(!class.is_empty()).then_some(class)] data-label=(label) { (value) }
    }
}

/// The first cell: a badge.
pub fn state_cell(badge: &Markup) -> Markup {
    html! { td.c-state role="cell" { (badge) } }
}

/// The main cell of a row.
#[derive(Debug, Clone, Default)]
pub struct MainCell {
    /// The bold name, the link that opens the row.
    pub name: String,
    /// Where it leads.
    pub href: String,
    /// Grey, behind the name.
    pub target: String,
    /// Marks the row as one that writes to the tenant.
    pub writes: bool,
    /// A sentence below, or nothing.
    pub why: String,
    /// The stable code behind it, or nothing.
    pub code: String,
    /// A link behind that: words and address.
    pub link: Option<(String, String)>,
    /// Why a search found it, or nothing.
    pub found: Option<Markup>,
}

/// Renders the main cell.
pub fn main_cell(view: &MainCell) -> Markup {
    html! {
        td.c-main role="cell" {
            a.row-a href=(view.href) { (view.name) }
            @if view.writes { " " span.mark-w { "writes" } }
            @if !view.target.is_empty() { " " span.row-t { (view.target) } }
            @if !view.why.is_empty() || !view.code.is_empty() {
                p.why {
                    (view.why)
                    @if !view.code.is_empty() { " " code { (view.code) } }
                    @if let Some((words, href)) = &view.link { " " a.nowrap href=(href) { (words) } }
                }
            }
            @if let Some(found) = &view.found { p.why { (found) } }
        }
    }
}

/// The last cell: one action, or nothing.
pub fn action_cell(action: &Markup) -> Markup {
    html! { td.c-act role="cell" { (action) } }
}
