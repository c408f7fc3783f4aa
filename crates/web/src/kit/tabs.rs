//! Tabs: links between the parts of one thing.

use maud::{Markup, html};

use super::number::number;

/// One tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// "Settings".
    pub words: &'static str,
    /// How many there are, when that is known.
    pub count: Option<u64>,
    /// Its address.
    pub href: String,
    /// The one that is shown.
    pub current: bool,
}

/// Renders tabs; `label`: "Sections of this policy".
pub fn tabs(label: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            ul role="list" {
                @for tab in tabs {
                    li {
                        a href=(tab.href) aria-current=[tab.current.then_some("page")] {
                            (tab.words)
                            @if let Some(count) = tab.count { b { (number(count)) } }
                        }
                    }
                }
            }
        }
    }
}
