//! The head of a page: where it is, what it is, how fresh its data is, what can be done.

use maud::{Markup, html};

/// A step of the way here: words, and the address unless it is this place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// "Operations".
    pub words: String,
    /// None for the last one.
    pub href: Option<String>,
}

impl Crumb {
    /// A step with an address.
    pub fn link(words: impl Into<String>, href: impl Into<String>) -> Self {
        Self { words: words.into(), href: Some(href.into()) }
    }

    /// The group a page belongs to, or its short id.
    pub fn text(words: impl Into<String>) -> Self {
        Self { words: words.into(), href: None }
    }
}

/// The head of a page.
#[derive(Debug, Clone)]
pub struct Header {
    /// The way here.
    pub crumbs: Vec<Crumb>,
    /// The one `h1`.
    pub title: String,
    /// A line of facts: badge, counts, times; each in an element of its own.
    pub summary: Option<Markup>,
    /// Buttons, and the reasons of those that are off ([`super::button::why_off`]).
    pub actions: Option<Markup>,
}

/// Renders the head of a page.
pub fn header(view: &Header) -> Markup {
    html! {
        header.page-h {
            div {
                @if !view.crumbs.is_empty() {
                    p.crumb {
                        @for (position, crumb) in view.crumbs.iter().enumerate() {
                            @if position > 0 { " / " }
                            @if let Some(href) = &crumb.href { a href=(href) { (crumb.words) } } @else { (crumb.words) }
                        }
                    }
                }
                h1 { (view.title) }
                @if let Some(summary) = &view.summary { div.sum { (summary) } }
            }
            @if let Some(actions) = &view.actions { div.page-a { (actions) } }
        }
    }
}
