//! The top bar: search, theme, keyboard, notifications, and the person.

use maud::{Markup, html};

use super::badge::Badge;
use super::icon::{icon, icon_as};
use super::menu::{MenuAct, MenuItem, menu_list};
use super::nav::Nav;
use super::number::number;

/// The top bar.
#[derive(Debug, Clone)]
pub struct TopBar {
    /// Where a search goes, with `q`; none where there is nothing to search yet.
    pub search: Option<Search>,
    /// How many operations are active in the tenant, and the panel that shows some; none outside a tenant.
    pub active: Option<(u64, Markup)>,
    /// Unread notifications.
    pub unread: u64,
    /// The panel behind the bell, [`super::toast::cards`].
    pub notifications: Markup,
    /// Where "Mark all as read" posts to.
    pub mark_read: String,
    /// "View your operations": where it is, when there is a page for it.
    pub own_operations: Option<String>,
    /// "Anna Lindqvist".
    pub person: String,
    /// "anna@meridian-it.example · Owner in Contoso".
    pub person_note: String,
    /// Lines of the person's menu before "Sign out".
    pub person_menu: Vec<MenuItem>,
    /// Where signing out posts to.
    pub sign_out: String,
    /// The session's form token.
    pub csrf: String,
}

/// The search field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Where it goes, with `q`.
    pub action: String,
    /// "Search policies and settings".
    pub label: String,
    /// What is being searched for now.
    pub value: String,
}

/// Renders the top bar. The keyboard list names the places of the navigation.
pub fn top_bar(view: &TopBar, nav: &Nav) -> Markup {
    html! {
        header.top {
            button.btn.ghost.icon-only.nav-open type="button" popovertarget="side" aria-label="Open navigation" {
                (icon("menu-2"))
            }
            @if let Some(field) = &view.search { (search(field)) }
            div.top-r {
                (theme_toggle())
                button.btn.ghost.icon-only.hide-s type="button" popovertarget="keys" aria-label="Keyboard shortcuts" {
                    (icon("keyboard"))
                }
                @if let Some((total, _)) = &view.active { (active_button(*total)) }
                (bell(view.unread))
                button.btn.ghost.user type="button" popovertarget="user" {
                    span.avatar aria-hidden="true" { (initials(&view.person)) }
                    span.vh { (view.person) }
                }
            }
            @if let Some((_, cards)) = &view.active { (active_panel(cards)) }
            (notification_panel(view))
            (person_menu(view))
            (keyboard_list(nav))
        }
    }
}

/// The bell with its count. Its id is `bell-button`, the target of live updates.
pub fn bell(unread: u64) -> Markup {
    let label = match unread {
        0 => "Notifications".to_owned(),
        count => format!("Notifications, {count} unread"),
    };
    html! {
        button.btn.ghost.icon-only.bell id="bell-button" type="button" popovertarget="bell" aria-label=(label) {
            (icon("bell"))
            @if unread > 0 { span.bell-n aria-hidden="true" { @if unread > 99 { "99+" } @else { (unread) } } }
        }
    }
}

/// An operation in the panel.
#[derive(Debug, Clone)]
pub struct ActiveRun {
    /// Gives icon and tone.
    pub badge: Badge,
    /// "Sync inventory".
    pub label: String,
    /// "13 types".
    pub target: String,
    /// Its page.
    pub href: String,
    /// [`super::progress::progress`].
    pub progress: Markup,
}

/// The button with the number of active operations. Its id is `active-button`, the target of live updates.
pub fn active_button(total: u64) -> Markup {
    let label = match total {
        0 => "Operations in progress, none".to_owned(),
        count => format!("Operations in progress, {count}"),
    };
    html! {
        button.btn.ghost.icon-only.bell id="active-button" type="button" popovertarget="active" aria-label=(label) {
            (icon("activity"))
            @if total > 0 { span.bell-n.calm aria-hidden="true" { @if total > 99 { "99+" } @else { (total) } } }
        }
    }
}

/// The content of the panel. `total` may be more than the lines; `all` leads to exactly those that are active.
pub fn active_cards(lines: &[ActiveRun], total: u64, all: &str) -> Markup {
    let more = total.saturating_sub(lines.len() as u64);
    html! {
        @if lines.is_empty() { p.menu-f.muted { "Nothing is queued or running in this tenant." } }
        @else {
            ul.notes role="list" {
                @for run in lines {
                    li {
                        span.note-i data-tone=(run.badge.tone()) { (run.badge.sign()) }
                        div {
                            a href=(run.href) { (run.label) }
                            p { (run.target) " · " (run.badge.words()) }
                            (run.progress)
                        }
                    }
                }
            }
            p.menu-f { a href=(all) { @if more > 0 { "+" (number(more)) " more" } @else { "View all in progress" } } }
        }
    }
}

fn active_panel(cards: &Markup) -> Markup {
    html! {
        div.menu.wide id="active" popover {
            div.menu-t { h2 { "Operations in progress" } }
            div id="active-cards" { (cards) }
        }
    }
}

/// Switches between light and dark.
pub fn theme_toggle() -> Markup {
    html! {
        button.btn.ghost.icon-only type="button" data-theme-toggle aria-label="Switch between light and dark" {
            (icon_as("sun", "icon only-dark")) (icon_as("moon", "icon only-light"))
        }
    }
}

fn search(view: &Search) -> Markup {
    html! {
        form.search role="search" method="get" action=(view.action) {
            (icon("search"))
            label.vh for="q" { (view.label) }
            input id="q" type="search" name="q" value=(view.value) placeholder=(view.label) autocomplete="off"
                  aria-keyshortcuts="/";
            kbd aria-hidden="true" { "/" }
        }
    }
}

fn notification_panel(view: &TopBar) -> Markup {
    html! {
        div.menu.wide id="bell" popover {
            div.menu-t {
                h2 { "Notifications" }
                @if view.unread > 0 {
                    form method="post" action=(view.mark_read) {
                        (super::form::csrf(&view.csrf)) button.as-link type="submit" { "Mark all as read" }
                    }
                }
            }
            div id="bell-cards" { (view.notifications) }
            @if let Some(href) = &view.own_operations { p.menu-f { a href=(href) { "View your operations" } } }
        }
    }
}

fn person_menu(view: &TopBar) -> Markup {
    let act = MenuAct::Post { action: view.sign_out.clone(), csrf: view.csrf.clone() };
    let mut items = view.person_menu.clone();
    items.push(MenuItem { separated: !items.is_empty(), ..MenuItem::new("Sign out", "logout", act) });
    html! {
        div.menu id="user" popover {
            p.menu-h { (view.person) small { (view.person_note) } }
            (menu_list(&items))
        }
    }
}

fn keyboard_list(nav: &Nav) -> Markup {
    let places = nav.groups.iter().flat_map(|group| &group.entries).filter_map(|entry| Some((entry.key?, entry.words)));
    html! {
        div.menu.wide.keys id="keys" popover {
            h2.menu-t { "Keyboard shortcuts" }
            dl.kbd-l {
                (key(&["/"], "Search"))
                @for (letter, words) in places { (key(&["g", letter.encode_utf8(&mut [0; 4])], words)) }
                (key(&["g", "p"], "All tenants"))
                (key(&["g", "t"], "Switch tenant"))
                (key(&["j", "k"], "Next, previous row"))
                (key(&["Enter"], "Open row"))
                (key(&["x"], "Select row"))
                (key(&["f"], "First filter"))
                (key(&["p"], "Pause live updates"))
                (key(&["?"], "This list"))
                (key(&["Esc"], "Leave the search, close what is open"))
            }
        }
    }
}

fn key(keys: &[&str], words: &str) -> Markup {
    html! { div { dt { @for each in keys { kbd { (each) } " " } } dd { (words) } } }
}

/// First letters of the first and last word.
fn initials(person: &str) -> String {
    let mut words = person.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Anna Maria Lindqvist"), "AL");
        assert_eq!(initials("émile"), "É");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn the_bell_says_its_count_to_everybody() {
        let text = bell(2).into_string();
        assert!(text.contains("aria-label=\"Notifications, 2 unread\"") && text.contains(">2</span>"), "{text}");
        assert!(!bell(0).into_string().contains("bell-n"));
    }
}
