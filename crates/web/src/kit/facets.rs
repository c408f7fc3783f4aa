//! Facet counts over a table, with the live mark beside them.

use maud::{Markup, html};

use super::icon::icon;
use super::number::number;
use super::tone::Tone;

/// One count that filters the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// How many rows.
    pub count: u64,
    /// What they are: "failed".
    pub words: String,
    /// Icon and tone; none for "all".
    pub sign: Option<(&'static str, Tone)>,
    /// The table filtered to exactly these rows.
    pub href: String,
    /// Whether the table shows these now.
    pub current: bool,
}

/// Renders the facets; `label` says by what: "By status and outcome". `aside` is usually [`super::live::live_mark`].
pub fn facets(label: &str, facets: &[Facet], aside: &Markup) -> Markup {
    html! {
        div.facets {
            ul.facet-l role="list" aria-label=(label) {
                // Zero rows are nothing to go to; the one that is shown now stays, so that the place does not vanish.
                @for facet in facets.iter().filter(|facet| facet.count > 0 || facet.current || facet.sign.is_none()) {
                    li {
                        a href=(facet.href) aria-current=[facet.current.then_some("true")]
                          data-tone=[facet.sign.map(|(_, tone)| tone)] {
                            @if let Some((name, _)) = facet.sign { (icon(name)) }
                            b { (number(facet.count)) } " " (facet.words)
                        }
                    }
                }
            }
            (aside)
        }
    }
}
