//! The versions of an object, newest first.

use maud::{Markup, html};

use super::time::{Now, exact_time, relative_time};

/// One version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub number: u64,
    /// Where it is shown.
    pub href: String,
    /// Who made it, or how it was found: "Found by a sync".
    pub by: String,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What they did, and when; nothing when it is not known.
    pub what: Option<(String, i64)>,
    /// "5 changes", or nothing.
    pub note: String,
    /// What the tenant has now.
    pub current: bool,
    /// What the page shows.
    pub shown: bool,
}

/// Renders the list of versions.
pub fn versions(now: &Now, versions: &[Version]) -> Markup {
    html! {
        ol.vers role="list" {
            @for version in versions {
                li.on[version.shown] {
                    p.v-n {
                        a href=(version.href) aria-current=[version.shown.then_some("true")] { "Version " (version.number) }
                        @if version.current { span.lab { "now" } }
                    }
                    @if !version.by.is_empty() { p { (version.by) } }
                    @if let Some((what, at_ms)) = &version.what { p.muted { (what) ", " (exact_time(now, *at_ms)) } }
                    p.muted {
                        (relative_time(now, version.at_ms))
                        @if !version.note.is_empty() { ", " (version.note) }
                    }
                }
            }
        }
    }
}
