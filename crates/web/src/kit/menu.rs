//! Menus: native popovers, opened by a button with `popovertarget`.

use maud::{Markup, html};

use super::icon::{icon, icon_as};

/// One line of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    /// Its words.
    pub words: String,
    /// A line below, or nothing.
    pub note: String,
    /// Its icon.
    pub icon: Option<&'static str>,
    /// Where it leads.
    pub act: MenuAct,
    /// A line above it.
    pub separated: bool,
    /// The place one is at.
    pub current: bool,
}

/// What a line of a menu does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MenuAct {
    /// Goes to an address.
    Link(String),
    /// Posts to an address with the session's form token; the answer is a page.
    Post {
        /// Where to.
        action: String,
        /// The session's form token.
        csrf: String,
    },
    /// Starts something: posts, and the answer is a toast.
    Start {
        /// Where to.
        action: String,
        /// The session's form token.
        csrf: String,
    },
}

impl MenuItem {
    /// A line that goes to an address.
    pub fn link(words: impl Into<String>, icon: &'static str, href: impl Into<String>) -> Self {
        Self::new(words, icon, MenuAct::Link(href.into()))
    }

    /// A line that does something.
    pub fn new(words: impl Into<String>, icon: &'static str, act: MenuAct) -> Self {
        Self { words: words.into(), note: String::new(), icon: Some(icon), act, separated: false, current: false }
    }
}

/// A button that opens the menu `id`, with a chevron, followed by the menu. `primary` for the main action of a view.
pub fn menu_button(id: &str, words: &str, icon_name: &str, primary: bool, items: &[MenuItem]) -> Markup {
    html! {
        button type="button" class=(if primary { "btn primary" } else { "btn" }) popovertarget=(id) {
            (icon(icon_name)) (words) (icon_as("chevron-down", "icon chev"))
        }
        div.menu id=(id) popover { (menu_list(items)) }
    }
}

/// The lines of a menu.
pub fn menu_list(items: &[MenuItem]) -> Markup {
    html! {
        ul.menu-l role="list" { @for item in items { li.sep[item.separated] { (line(item)) } } }
    }
}

fn line(item: &MenuItem) -> Markup {
    let face = html! {
        @if let Some(name) = item.icon { (icon(name)) }
        span { (item.words) @if !item.note.is_empty() { small { (item.note) } } }
    };
    match &item.act {
        MenuAct::Link(href) => html! { a href=(href) aria-current=[item.current.then_some("true")] { (face) } },
        MenuAct::Post { action, csrf } => html! {
            form method="post" action=(action) { (super::form::csrf(csrf)) button type="submit" { (face) } }
        },
        MenuAct::Start { action, csrf } => html! {
            form method="post" action=(action) hx-post=(action) hx-target="#toasts" hx-swap="beforeend" {
                (super::form::csrf(csrf)) button type="submit" { (face) }
            }
        },
    }
}
