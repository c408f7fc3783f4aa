//! Leaving a type out of what is observed, and including it again.

use app::inventory::{TypeCoverage, exclude_type, include_type};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::access::Capability;

use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathText, Posted};
use crate::fields::segment;
use crate::frame::{Done, Place, done, tenant_path};
use crate::kit::button::{Button, Press, WhyOff, button};
use crate::kit::form::csrf;
use crate::kit::time::relative_time;
use crate::pages::form_error::FormError;
use crate::pages::inventory::TypePath;
use crate::state::Shared;

/// Where the one sentence stands that says why nobody may choose here.
const WHY: &str = "why-exclude";

/// `POST /t/{tenant}/coverage/{type}/exclude`
pub(crate) async fn exclude(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(path): PathText<TypePath>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    match exclude_type(shared.db(), &scope, &path.type_key, form.text("reason")).await {
        Ok(()) => Ok(done(&ctx, &format!("{}/coverage", tenant_path(&scope)), Done::TypeExcluded)),
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(super::render(&shared, &ctx, &scope, &asked, &error).await?))
        }
    }
}

/// `POST /t/{tenant}/coverage/{type}/include`
pub(crate) async fn include(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(path): PathText<TypePath>,
) -> Result<Response, WebError> {
    include_type(shared.db(), &scope, &path.type_key).await?;
    Ok(done(&ctx, &format!("{}/coverage", tenant_path(&scope)), Done::TypeIncluded))
}

/// Why this person may not choose; said once on the page.
pub(super) fn off(place: &Place<'_>) -> Option<WhyOff> {
    place.off_without(Capability::BackupsManage, WHY)
}

/// Who left the type out, when and why, with the button that includes it again.
pub(super) fn excluded(place: &Place<'_>, each: &TypeCoverage) -> Markup {
    let Some(exclusion) = &each.excluded else { return html! {} };
    html! {
        p.why { "Excluded by " (exclusion.by_name) ", " (relative_time(&place.now(), exclusion.at)) ": " (exclusion.reason) }
        form.act method="post" action=(action(place, each, "include")) {
            (csrf(&place.ctx.csrf))
            (button(&named(Button::new("Include type", Press::Submit), each).small().off_when(off(place))))
        }
    }
}

/// The form that leaves the type out; nothing for one that is left out already.
pub(super) fn exclude_form(place: &Place<'_>, each: &TypeCoverage) -> Markup {
    if each.excluded.is_some() {
        return html! {};
    }
    let press = named(Button::new("Exclude type", Press::Submit), each).off_when(off(place));
    if press.disabled.is_some() {
        return html! { div.row-acts { (button(&press)) } };
    }
    let id = format!("reason-{}", each.contract.key);
    html! {
        form.filters method="post" action=(action(place, each, "exclude")) {
            (csrf(&place.ctx.csrf))
            label.vh for=(id) { "Why " (each.contract.label_plural) " are excluded" }
            input.input id=(id) name="reason" placeholder="Why it is not to be observed" autocomplete="off" maxlength="200" required;
            (button(&press))
        }
    }
}

fn action(place: &Place<'_>, each: &TypeCoverage, verb: &str) -> String {
    format!("{}/coverage/{}/{verb}", place.base(), segment(&each.contract.key))
}

fn named(button: Button, each: &TypeCoverage) -> Button {
    Button { about: format!(" {}", each.contract.label_plural), ..button }
}
