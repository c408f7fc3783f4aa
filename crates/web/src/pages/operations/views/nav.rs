//! The row of views above the filters, and what there is to say about the open one.

use app::operations::query_of;
use maud::{Markup, html};
use model::access::Capability;
use store::{Opening, View};

use super::Shown;
use crate::fields::Fields;
use crate::frame::Place;
use crate::kit::button::{Button, Press, button};
use crate::kit::form::csrf;
use crate::kit::icon::{icon, icon_as};

/// The row; replaced together with the list when the filter changes.
pub(in super::super) fn views_nav(place: &Place<'_>, path: &str, shown: &Shown) -> Markup {
    let all = format!("{path}?view=none");
    let open = shown.current().map_or("All operations", |view| view.content.name.as_str());
    html! {
        nav.views id="ops-views" aria-label="Saved views" {
            button.btn.fold-b type="button" popovertarget="views" {
                (icon("bookmark")) span { "View" span.btn-v { ": " (open) } } (icon_as("chevron-down", "icon chev"))
            }
            ul id="views" role="list" popover {
                li { a href=(all) aria-current=[shown.current().is_none().then_some("true")] { "All operations" } }
                @for view in &shown.views { li { (pill(path, shown, view)) } }
                li { (button(&Button { small: true, weight: crate::kit::button::Weight::Ghost, ..save(path, shown) })) }
            }
            (said(place, path, shown))
        }
    }
}

fn pill(path: &str, shown: &Shown, view: &View) -> Markup {
    let current = shown.current().is_some_and(|open| open.id == view.id);
    let opens = match shown.opening {
        Opening::View(id) => id == view.id,
        Opening::AsTheTenant => view.everybodys_default,
        Opening::Everything => false,
    };
    html! {
        a href=(format!("{path}?view={}", view.id)) aria-current=[current.then_some("true")] {
            @if view.shared { (icon("users")) span.vh { "Shared: " } }
            (view.content.name)
            @if opens { b { "default" } }
        }
    }
}

/// To the page where a view is saved, with the filter as it is.
fn save(path: &str, shown: &Shown) -> Button {
    let filter = shown.query().pairs().fold(Fields::default(), |fields, (name, value)| fields.and(name, value));
    Button::new("Save and manage views", Press::Link(filter.href(&format!("{path}/views")))).with_icon("plus")
}

/// One line: that this is the default, that it was changed, that it is gone.
fn said(place: &Place<'_>, path: &str, shown: &Shown) -> Markup {
    let unknown = shown.query().unknown();
    html! {
        @if shown.gone { p.help { "The view in this address is not there any more. These are all operations." } }
        @if !unknown.is_empty() {
            p.help { "This version does not know a part of the filter and leaves it out: " code { (unknown.join(", ")) } }
        }
        @if let Some(view) = shown.current() {
            @if shown.is_changed() { (changed(place, path, shown, view)) }
            @else if shown.by_default {
                p.help {
                    "Opened with " @if shown.opening == Opening::AsTheTenant { "the tenant's" } @else { "your" } " default view. "
                    a href=(format!("{path}?view=none")) { "Show all operations" }
                }
            }
        }
    }
}

fn changed(place: &Place<'_>, path: &str, shown: &Shown, view: &View) -> Markup {
    let mine = !view.shared || place.scope.is_some_and(|scope| scope.can(Capability::OperationsCancelAny));
    html! {
        div.views-c {
            p.help { "Not as “" (view.content.name) "” was saved. " a href=(format!("{path}?view={}", view.id)) { "Back to it" } }
            @if mine {
                form method="post" action=(format!("{path}/views/{}", view.id)) {
                    (csrf(&place.ctx.csrf))
                    (hidden(shown))
                    (button(&Button::new(format!("Update “{}”", view.content.name), Press::Submit).small()))
                }
            }
        }
    }
}

/// The filter as fields of a form; `filter` says that it is meant, for a filter may be empty.
fn hidden(shown: &Shown) -> Markup {
    html! {
        input type="hidden" name="filter" value="yes";
        @for (name, value) in shown.query().pairs() { input type="hidden" name=(name) value=(value); }
    }
}

/// The filter of a view, in words.
pub(super) fn view_words(view: &View, name_of: impl Fn(&str) -> Option<String>) -> String {
    query_of(view).words(name_of)
}
