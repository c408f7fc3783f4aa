//! Cancelling every active run that the filter shows, as one run.

use app::operations::{NAMES, cancellable, start_cancel_many};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::access::Capability;

use super::query;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, Posted};
use crate::fields::Fields;
use crate::frame::{Place, answer, extra};
use crate::kit::button::{Button, Press, button};
use crate::kit::dialog::{Confirm, confirm};
use crate::kit::number::counted;
use crate::state::Shared;

const DIALOG: &str = "cancel-many";

/// `POST /t/{tenant}/operations/cancel-many`, with the filter in the address as on the list.
pub(crate) async fn cancel_many(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let started = start_cancel_many(shared.db(), &scope, query(&asked), extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, &asked.only(&NAMES).href("/operations")).await
}

/// The bar above the list; nothing while there is nothing that this person may cancel.
pub(super) async fn cancel_bar(place: &Place<'_>, asked: &Fields, path: &str) -> Result<Markup, WebError> {
    let Some(scope) = place.scope else { return Ok(html! {}) };
    if place.start_off(Capability::OperationsCancelOwn, "").is_some() {
        return Ok(html! {});
    }
    let active = cancellable(place.shared.db(), scope, &query(asked), place.ctx.now_ms).await?;
    if active < 2 {
        return Ok(html! {});
    }
    let own = if scope.can(Capability::OperationsCancelAny) { "" } else { " of yours" };
    let operations = counted(active, "active operation", "active operations");
    let key = place.shared.web.ambient.uuid().simple().to_string();
    let dialog = Confirm {
        id: DIALOG.to_owned(),
        title: format!("Cancel {operations}{own}?"),
        text: "All that match this filter now are cancelled, one after the other. Those that wait end at once; those \
               that run stop at their next item and keep what they have done. What is started later is not touched."
            .to_owned(),
        keep: "Keep them".to_owned(),
        act: format!("Cancel {operations}"),
        action: asked.only(&NAMES).with("key", key).href(&format!("{path}/cancel-many")),
        csrf: place.ctx.csrf.clone(),
    };
    let open = Button::new(format!("Cancel all {active}"), Press::Dialog(DIALOG.to_owned())).with_icon("circle-minus");
    Ok(html! {
        div.bulk role="region" aria-label="Operations that match this filter" {
            p { b { (operations) (own) } " " span.muted { "match this filter" } }
            div.page-a { (button(&open.small())) }
        }
        (confirm(&dialog))
    })
}
