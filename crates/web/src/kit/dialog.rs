//! Dialogs: native, modal, only for what cannot be undone.

use maud::{Markup, html};

use super::button::{Button, Press, Weight, button};

/// A question before something that cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// Unique on the page; a button with [`Press::Dialog`] of the same id opens it.
    pub id: String,
    /// "Cancel this backup?"
    pub title: String,
    /// What stays and what goes.
    pub text: String,
    /// The button that leaves things as they are: "Keep running".
    pub keep: String,
    /// The button that does it: "Cancel backup".
    pub act: String,
    /// Where it posts to.
    pub action: String,
    /// The session's form token.
    pub csrf: String,
}

/// Renders a closed dialog.
pub fn confirm(view: &Confirm) -> Markup {
    let title = format!("{}-title", view.id);
    html! {
        dialog.dialog id=(view.id) aria-labelledby=(title) { (inside(view, &title)) }
    }
}

/// The same, open and in place; for the component sheet.
pub fn confirm_still(view: &Confirm) -> Markup {
    let title = format!("{}-title", view.id);
    html! { div.dialog.still id=(view.id) role="group" aria-labelledby=(title) { (inside(view, &title)) } }
}

fn inside(view: &Confirm, title: &str) -> Markup {
    let press = Press::Post { action: view.action.clone(), csrf: view.csrf.clone() };
    html! {
        p.dialog-h id=(title) { (view.title) }
        p { (view.text) }
        div.row-acts {
            button.btn type="button" command="close" commandfor=(view.id) { (view.keep) }
            (button(&Button { weight: Weight::Danger, ..Button::new(view.act.as_str(), press) }))
        }
    }
}
