//! Admin consent: the redirect address to register, and the button.

use app::connections::ask_consent;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::access::Capability;

use super::callback::{away, redirect_uri, why_not};
use crate::errors::WebError;
use crate::extract::InTenant;
use crate::frame::Place;
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::facts::{facts, section};
use crate::kit::form::csrf;
use crate::state::Shared;

/// `POST /t/{tenant}/connection/consent`
pub(crate) async fn ask(State(shared): State<Shared>, InTenant(_, scope): InTenant) -> Result<Response, WebError> {
    let redirect_uri = redirect_uri(&shared)?;
    away(&ask_consent(shared.db(), &shared.web.clouds, &scope, &redirect_uri).await?)
}

/// The section of the page.
pub(super) fn view(place: &Place<'_>, shared: &Shared, connected: bool) -> Markup {
    let shown = match redirect_uri(shared) {
        Ok(address) => html! { span.mono { (address) } },
        Err(_) => html! { span.muted { "Not known" } },
    };
    let check = app::connections::check_run::DEFINITION.capability;
    let off = place
        .off_without(Capability::ConnectionManage, "why-consent")
        .or_else(|| place.start_off(check, "why-consent"))
        .or_else(|| why_not(shared, connected, "why-consent"));
    let press = Button::new("Give admin consent", Press::Submit).with_icon("shield-check").off_when(off.clone());
    section(
        "consent",
        "Admin consent",
        "",
        &html! {
            p.sub-p { "An administrator of the tenant's directory lets the application in, at Microsoft. First add this redirect \
                 address to the app registration in Entra, as platform Web. A check starts when you come back and proves \
                 what was granted." }
            (facts(&[("Redirect address", shown)]))
            @if let Some(off) = &off { div.row-acts { (button(&press)) } (why_off(off)) }
            @else {
                form method="post" action=(format!("{}/connection/consent", place.base())) {
                    (csrf(&place.ctx.csrf))
                    div.row-acts { (button(&press)) }
                }
            }
        },
    )
}
