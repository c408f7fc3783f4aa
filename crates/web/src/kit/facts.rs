//! Key-value lists and related links, for the aside of a detail page.

use maud::{Markup, html};

use super::icon::icon;

/// A key-value list: `("Started by", markup)`.
pub fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts {
            @for (name, value) in rows { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// One related thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Its icon.
    pub icon: &'static str,
    /// Its name, the link.
    pub words: String,
    /// Where it is.
    pub href: String,
    /// A line below, or nothing.
    pub note: String,
}

/// A list of related things.
pub fn related(items: &[Related]) -> Markup {
    html! {
        ul.links role="list" {
            @for item in items {
                li {
                    (icon(item.icon))
                    span {
                        a href=(item.href) { (item.words) }
                        @if !item.note.is_empty() { small { (item.note) } }
                    }
                }
            }
        }
    }
}

/// A section with a heading; `id` is unique on the page and the anchor of links to it. `note` stands after the title.
pub fn section(id: &str, title: &str, note: &str, body: &Markup) -> Markup {
    let heading = format!("{id}-h");
    html! {
        section.sec id=(id) aria-labelledby=(heading) {
            h2 id=(heading) {
                (title)
                @if !note.is_empty() { " " span.h-note { (note) } }
            }
            (body)
        }
    }
}

/// Main column and aside of a detail page; `label` names the aside: "About this run".
pub fn columns(main: &Markup, label: &str, aside: &Markup) -> Markup {
    html! {
        div.cols {
            div.cols-main { (main) }
            aside.cols-side aria-label=(label) { (aside) }
        }
    }
}
