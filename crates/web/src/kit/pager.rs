//! The keyset pager: newer and older, how many there are, and the zone of the times above.

use maud::{Markup, html};

use super::icon::icon;
use super::number::{counted, number};

/// A pager.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pager {
    /// Rows on this page.
    pub shown: u64,
    /// All rows of this filter, when known.
    pub total: Option<u64>,
    /// Singular and plural: ("operation", "operations").
    pub noun: (&'static str, &'static str),
    /// "newest first", "problems first".
    pub order: &'static str,
    /// IANA zone of the times, or empty when the table has none.
    pub zone: String,
    /// Words of the two buttons; empty is ("Newer", "Older").
    pub words: Option<(&'static str, &'static str)>,
    /// What it is called where a page has two of them; empty is "Pages".
    pub label: &'static str,
    /// The page before, when there is one.
    pub previous: Option<String>,
    /// The page after, when there is one.
    pub next: Option<String>,
}

/// Renders the pager.
pub fn pager(view: &Pager) -> Markup {
    let (back, on) = view.words.unwrap_or(("Newer", "Older"));
    html! {
        nav.pager aria-label=(if view.label.is_empty() { "Pages" } else { view.label }) {
            p {
                @if let Some(total) = view.total { span.part { (number(view.shown)) " of " } (counted(total, view.noun.0, view.noun.1)) }
                @else { (counted(view.shown, view.noun.0, view.noun.1)) }
                ", " (view.order) "."
                @if !view.zone.is_empty() { " Times in " (view.zone) "." }
            }
            @if view.previous.is_some() || view.next.is_some() {
                div {
                    @if let Some(href) = &view.previous { a.btn href=(href) rel="prev" { (icon("chevron-left")) (back) } }
                    @else { span.btn aria-disabled="true" role="link" { (icon("chevron-left")) (back) } }
                    @if let Some(href) = &view.next { a.btn href=(href) rel="next" { (on) (icon("chevron-right")) } }
                    @else { span.btn aria-disabled="true" role="link" { (on) (icon("chevron-right")) } }
                }
            }
        }
    }
}
