//! A person's own sign-in at Microsoft: who they are there, and the search of groups that it allows.

use app::connections::{FoundGroups, SignedInAs, ask_sign_in};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::access::Capability;

use super::callback::{away, redirect_uri, why_not};
use crate::errors::WebError;
use crate::extract::InTenant;
use crate::frame::Place;
use crate::kit::button::{Button, Press, WhyOff, button, why_off};
use crate::kit::facts::{facts, section};
use crate::kit::form::{Field, csrf, field};
use crate::kit::time::exact_time;
use crate::pages::form_error::FormError;
use crate::state::Shared;

const CAPABILITY: Capability = Capability::RbacOnboard;
/// Codes that are about what was typed.
const TEXT: &[&str] = &["groups.text"];

/// `POST /t/{tenant}/connection/sign-in`
pub(crate) async fn ask(State(shared): State<Shared>, InTenant(_, scope): InTenant) -> Result<Response, WebError> {
    let redirect_uri = redirect_uri(&shared)?;
    away(&ask_sign_in(shared.db(), &shared.web.delegation, &scope, &redirect_uri).await?)
}

/// A search that was just made.
#[derive(Default)]
pub(super) struct Search<'a> {
    pub(super) text: &'a str,
    pub(super) found: Option<FoundGroups>,
    pub(super) error: FormError,
}

/// The sections of the page: who the person is at Microsoft, the search, and what it found.
pub(super) fn view(place: &Place<'_>, shared: &Shared, connected: bool, search: &Search<'_>) -> Markup {
    let signed_in = place.scope.and_then(|scope| shared.web.delegation.signed_in(shared.db(), scope));
    let is_signed_in = signed_in.is_some();
    let about = html! {
        p.sub-p { "Some things are asked of Microsoft in your own name, when you ask for them: searching a group is one. Your \
             token stays in this server's memory, until it ends or you sign out here." }
        (state(place, signed_in.as_ref()))
        (sign_in(place, shared, connected, is_signed_in))
    };
    html! {
        (section("delegated", "Your sign-in at Microsoft", "", &about))
        (section("groups", "Search a group", "live at Microsoft", &form(place, is_signed_in, search)))
        @if let Some(found) = &search.found { (section("found", "Groups found", "", &results(found))) }
    }
}

fn state(place: &Place<'_>, signed_in: Option<&SignedInAs>) -> Markup {
    let Some(as_whom) = signed_in else {
        return facts(&[("Signed in as", html! { span.muted { "Not signed in" } })]);
    };
    facts(&[
        ("Signed in as", html! { (as_whom.name) }),
        ("Granted", html! { @for permission in &as_whom.permissions { code { (permission) } " " } }),
        ("Ends", exact_time(&place.now(), as_whom.expires_at)),
    ])
}

fn sign_in(place: &Place<'_>, shared: &Shared, connected: bool, again: bool) -> Markup {
    let off = place.off_without(CAPABILITY, "why-sign-in").or_else(|| why_not(shared, connected, "why-sign-in"));
    let words = if again { "Sign in at Microsoft again" } else { "Sign in at Microsoft" };
    let press = Button::new(words, Press::Submit).off_when(off.clone());
    html! {
        @if let Some(off) = &off { div.row-acts { (button(&press)) } (why_off(off)) }
        @else {
            form method="post" action=(format!("{}/connection/sign-in", place.base())) {
                (csrf(&place.ctx.csrf))
                div.row-acts { (button(&press)) }
            }
        }
    }
}

fn form(place: &Place<'_>, signed_in: bool, search: &Search<'_>) -> Markup {
    let not_signed_in = || WhyOff {
        id: "why-search".into(),
        sentence: "Sign in at Microsoft first: a group is searched in your own name.".into(),
    };
    let off = place.off_without(CAPABILITY, "why-search").or_else(|| (!signed_in).then(not_signed_in));
    let text = Field {
        name: "text".into(),
        label: "Group name".into(),
        help: "How the name begins.".into(),
        value: search.text.to_owned(),
        autocomplete: "off",
        required: true,
        off: off.clone(),
        ..Field::default()
    };
    let press = Button::new("Search group", Press::Submit).with_icon("search").off_when(off.clone());
    html! {
        form.form method="post" action=(format!("{}/connection/groups#groups", place.base())) {
            (search.error.summary(&[("text", TEXT)]))
            (csrf(&place.ctx.csrf))
            (field(&search.error.at(TEXT, text)))
            div.row-acts { (button(&press)) }
        }
    }
}

fn results(found: &FoundGroups) -> Markup {
    html! {
        @if found.groups.is_empty() { p role="status" { "No group's name begins like this." } }
        @else {
            p role="status" {
                @if found.more { "The first " (found.groups.len()) "; there are more. Type more of the name." }
                @else if found.groups.len() == 1 { "1 group, read from Microsoft just now." }
                @else { (found.groups.len()) " groups, read from Microsoft just now." }
            }
            dl.facts {
                @for group in &found.groups {
                    div {
                        dt { (group.display_name) }
                        dd { span.mono { (group.id) } @if !group.description.is_empty() { " " (group.description) } }
                    }
                }
            }
        }
    }
}
