//! `GET /account`

use axum::extract::State;
use maud::{Markup, html};

use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, SignedIn};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::button::{Button, Press, button};
use crate::kit::facts::{facts, section};
use crate::kit::form::{Field, csrf, field, tick};
use crate::kit::header::{Header, header};
use crate::pages::form_error::FormError;
use crate::state::Shared;

const OLD: &[&str] = &["password.wrong"];
const NEW: &[&str] = &["password.too_short", "password.too_long", "password.guessable", "password.repeat"];
const ZONE: &[&str] = &["account.zone"];

/// `GET /account`
pub(crate) async fn page(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &asked, &FormError::default()).await
}

pub(super) async fn render(shared: &Shared, ctx: &Ctx, asked: &Fields, error: &FormError) -> Result<Markup, WebError> {
    let place = Place::outside(shared, ctx, asked, Section::Account);
    let about = facts(&[
        ("Name", html! { (ctx.name) }),
        ("E-mail address", html! { (ctx.email) }),
        ("Administrator", html! { @if ctx.platform_admin { "Yes, of this installation" } @else { "No" } }),
        ("Version", html! { (shared.web.version) }),
    ]);
    let main = html! {
        (header(&Header { crumbs: Vec::new(), title: "Your account".into(), summary: None, actions: None }))
        (error.summary(&[("old", OLD), ("new", NEW), ("zone", ZONE)]))
        (section("about", "About you", "", &about))
        (section("reading", "Reading", "wherever you sign in", &preferences(ctx, error)))
        (section("password", "Password", "changing it signs you out everywhere", &password(ctx, error)))
        (section("sessions", "Sessions", "", &sessions(ctx)))
    };
    place.page("Your account", &main).await
}

fn preferences(ctx: &Ctx, error: &FormError) -> Markup {
    let zone = Field {
        name: "zone".into(),
        label: "Time zone".into(),
        value: ctx.now().zone_name().to_owned(),
        help: "An IANA name such as Europe/Berlin. All times are shown in it.".into(),
        autocomplete: "off",
        ..Field::default()
    };
    html! {
        form.form method="post" action="/account/preferences" {
            (csrf(&ctx.csrf))
            (field(&error.at(ZONE, zone)))
            (tick("keys", "Single-key shortcuts, such as / for search", !ctx.keys_off))
            p.help { "Light or dark is chosen in the top bar." }
            div.row-acts { (button(&Button::new("Save preferences", Press::Submit))) }
        }
    }
}

fn password(ctx: &Ctx, error: &FormError) -> Markup {
    let secret = |name: &str, label: &str, autocomplete: &'static str, help: &str| Field {
        name: name.into(),
        label: label.into(),
        kind: "password",
        help: help.into(),
        autocomplete,
        required: true,
        ..Field::default()
    };
    html! {
        form.form method="post" action="/account/password" {
            (csrf(&ctx.csrf))
            (field(&error.at(OLD, secret("old", "Current password", "current-password", ""))))
            (field(&error.at(NEW, secret("new", "New password", "new-password", "At least 12 characters."))))
            (field(&secret("repeat", "New password again", "new-password", "")))
            div.row-acts { (button(&Button::new("Change password", Press::Submit))) }
        }
    }
}

fn sessions(ctx: &Ctx) -> Markup {
    html! {
        p { "A session ends after 8 hours without use, and after 7 days at the latest." }
        form method="post" action="/sign-out/everywhere" {
            (csrf(&ctx.csrf))
            div.row-acts { (button(&Button::new("Sign out everywhere", Press::Submit).with_icon("logout"))) }
        }
    }
}
