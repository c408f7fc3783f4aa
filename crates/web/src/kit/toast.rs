//! Toasts and notification cards: what was started, what ended. Never for an error that needs a decision.

use maud::{Markup, html};

use super::badge::Badge;
use super::icon::icon;
use super::time::{Now, relative_time};

/// A toast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Gives icon and tone.
    pub badge: Badge,
    /// "Inventory sync queued", "Already running", "Not started".
    pub title: String,
    /// A sentence.
    pub text: String,
    /// The stable code, or nothing.
    pub code: String,
    /// "View run" and where it is.
    pub link: Option<(String, String)>,
}

/// Renders a toast; a start answers with one, added to `#toasts`.
pub fn toast(view: &Toast) -> Markup {
    html! {
        div.toast {
            span.note-i data-tone=(view.badge.tone()) { (view.badge.sign()) }
            div { b { (view.title) } p { (view.text) @if !view.code.is_empty() { " " code { (view.code) } } } }
            @if let Some((words, href)) = &view.link { a.btn.sm href=(href) { (words) } }
            button.btn.ghost.sm.icon-only type="button" data-dismiss aria-label="Dismiss" { (icon("x")) }
        }
    }
}

/// A card in the notification panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Gives icon and tone.
    pub badge: Badge,
    /// "Backup partially succeeded".
    pub title: String,
    /// A sentence.
    pub text: String,
    /// The tenant it is about.
    pub tenant: String,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// The run.
    pub href: String,
    /// Not seen yet.
    pub unread: bool,
}

/// The list of notification cards, newest first.
pub fn cards(now: &Now, cards: &[Card]) -> Markup {
    if cards.is_empty() {
        return html! { p.menu-f.muted { "Nothing yet. What you start is reported here." } };
    }
    html! {
        ul.notes role="list" {
            @for card in cards {
                li.unread[card.unread] {
                    span.note-i data-tone=(card.badge.tone()) { (card.badge.sign()) }
                    div {
                        a href=(card.href) { (card.title) @if card.unread { span.vh { " (unread)" } } }
                        p { (card.text) }
                        p.muted { (card.tenant) " · " (relative_time(now, card.at_ms)) }
                    }
                }
            }
        }
    }
}
