//! Selecting policies in the list, and capturing them as one run.

use app::backups::PolicyKey;
use app::inventory::{OBJECT_NAMES, ObjectQuery, item_key};
use app::snapshots::{Chosen, start_capture_many};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::AppError;
use model::access::Capability;
use store::ObjectRow;

use crate::errors::WebError;
use crate::extract::{Asked, InTenant, Posted};
use crate::fields::Fields;
use crate::frame::{Place, answer, extra};
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::form::csrf;
use crate::kit::icon::icon;
use crate::kit::number::counted;
use crate::kit::table::{Column, cell};
use crate::state::Shared;

/// The form that the boxes of the rows belong to.
const FORM: &str = "bulk";
/// The column of the boxes.
pub(super) const COLUMN: Column = Column { words: "Select", class: "c-sel", hidden: true };

/// `POST /t/{tenant}/inventory/capture-many`
pub(crate) async fn capture_many(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let chosen = match form.text("which") {
        "matching" => Chosen::Matching(ObjectQuery::of(form.pairs())),
        _ => Chosen::Policies(form.all("policy").map(selected).collect::<Result<_, _>>()?),
    };
    let started = start_capture_many(shared.db(), &scope, chosen, extra(&asked, &form)?).await?;
    let page = form.only(&OBJECT_NAMES).href("/inventory");
    answer(&shared, &ctx, &scope, started, &page).await
}

/// A box whose value is no policy is a policy that does not exist.
fn selected(text: &str) -> Result<PolicyKey, AppError> {
    PolicyKey::parse(text).ok_or_else(AppError::not_found)
}

/// Whether this person gets boxes.
pub(super) fn may_select(place: &Place<'_>) -> bool {
    place.start_off(Capability::BackupsCreate, "").is_none()
}

/// The box of a row.
pub(super) fn select_cell(object: &ObjectRow) -> Markup {
    let value = item_key(&object.type_key, &object.external_id);
    let name = if object.name.is_empty() { "(no name)" } else { &object.name };
    cell(
        "c-sel",
        "",
        &html! {
            label.tap { span.vh { "Select " (name) } input type="checkbox" name="policy" value=(value) form=(FORM); }
        },
    )
}

/// What can be done with the selected ones, and with all that match.
pub(super) fn bar(place: &Place<'_>, kept: &Fields, shown: usize, matching: u64) -> Markup {
    if let Some(off) = place.start_off(Capability::BackupsCreate, "why-capture") {
        let view = Button::new("Capture policies", Press::Submit).small().off_when(Some(off.clone()));
        return html! { div.bulk { p { (why_off(&off)) } div.page-a { (button(&view)) } } };
    }
    let Press::Post { action, csrf: token } = place.start(&format!("{}/inventory/capture-many", place.base())) else {
        return html! {};
    };
    let choose = format!("{}/restores/choose", place.base());
    html! {
        form.bulk id=(FORM) aria-label="Selected policies" method="post" action=(action)
             hx-post=(action) hx-target="#toasts" hx-swap="beforeend" data-selects {
            (csrf(&token))
            @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
            p role="status" { b data-selected { "Select policies to capture them" } }
            div.page-a {
                button.btn.ghost.sm type="button" data-select-page hidden { "Select " (counted(shown as u64, "policy", "policies")) " on this page" }
                button.btn.sm type="submit" name="which" value="selected" { (icon("archive")) span { "Capture selected" } }
                button.btn.sm type="submit" formaction=(choose) hx-post=(choose) hx-target="#toasts" hx-swap="beforeend" { (icon("arrow-back-up")) span { "Restore selected…" } }
                button.btn.sm type="submit" name="which" value="matching" { span { "Capture all " (counted(matching, "match", "matches")) } }
            }
        }
    }
}
