//! What a page says when something is missing, old, incomplete or wrong.

use maud::{Markup, html};

use super::icon::icon;
use super::tone::Tone;

/// A box that says what happened, with the code and what to do.
#[derive(Debug, Clone)]
pub struct Notice {
    /// `Bad` for an error, `Warn` for incomplete, `Mute` for old or waiting, `Human` for an approval elsewhere.
    pub tone: Tone,
    /// Its icon.
    pub icon: &'static str,
    /// What happened.
    pub title: String,
    /// A sentence or two.
    pub text: String,
    /// The stable code, or nothing.
    pub code: String,
    /// Buttons: what to do next.
    pub actions: Option<Markup>,
}

/// Renders a notice.
pub fn notice(view: &Notice) -> Markup {
    html! {
        div.fault data-tone=(view.tone) role=[(view.tone == Tone::Bad).then_some("alert")] {
            (icon(view.icon))
            div {
                b { (view.title) }
                p { (view.text) @if !view.code.is_empty() { " " code { (view.code) } } }
                @if let Some(actions) = &view.actions { div.row-acts { (actions) } }
            }
        }
    }
}

/// A place that has nothing to show: what belongs here, and how to begin. `slim` for an empty search.
pub fn empty_state(icon_name: &str, title: &str, text: &str, actions: Option<&Markup>, slim: bool) -> Markup {
    html! {
        div class=(if slim { "empty slim" } else { "empty" }) {
            (icon(icon_name))
            p.e-h { (title) }
            p { (text) }
            @if let Some(actions) = actions { div.row-acts { (actions) } }
        }
    }
}

/// Grey lines in place of rows, shown by app.css only after 300 ms. Hidden from assistive technology.
pub fn skeleton() -> Markup {
    html! {
        table.table.skel aria-hidden="true" {
            tbody { @for width in ["sk w1", "sk w2", "sk w3"] {
                tr { td { i.sk.s {} } td { i class=(width) {} } td { i.sk.s {} } }
            } }
        }
    }
}

/// How old and how complete what one sees is: a dot and words, a link to the run that read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// "Observed 3 h ago, complete", "Never observed".
    pub words: String,
    /// `Ok` when complete and recent, `Warn` when incomplete or old, `Mute` when never.
    pub tone: Tone,
    /// The run that read it.
    pub href: Option<String>,
}

/// Renders the freshness line.
pub fn freshness(view: &Freshness) -> Markup {
    let inside = html! { span.dot data-tone=(view.tone) {} (view.words) };
    match &view.href {
        Some(href) => html! { a.observed href=(href) { (inside) } },
        None => html! { p.observed { (inside) } },
    }
}
