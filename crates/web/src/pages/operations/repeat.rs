//! `POST /t/{tenant}/operations/{run}/repeat`

use app::operations::{Repetition, repetition};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::ids::RunId;
use store::RunRow;

use super::Viewer;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::frame::{Place, answer, extra};
use crate::kit::button::{Button, button, why_off};
use crate::kit::number::counted;
use crate::state::Shared;

/// Starts the run again. The feature knows what can be repeated, and refuses who may not.
pub(crate) async fn act(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(run): PathId<RunId>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let started = app::operations::start_repeat(shared.db(), &scope, run, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, &format!("/operations/{run}")).await
}

/// The button of a run that has something to repeat, or why this person may not; nothing for the others.
pub(super) fn repeat_action(place: &Place<'_>, viewer: &Viewer, run: &RunRow) -> Markup {
    let Some((definition, what)) = repetition(run) else { return html! {} };
    let words = match what {
        Repetition::FailedItems(items) => format!("Retry {}", counted(items, "failed item", "failed items")),
        Repetition::Whole => "Run again".to_owned(),
    };
    let off = place.start_off(definition.capability, "why-repeat");
    let press = place.start(&format!("{}/repeat", viewer.href(run)));
    html! {
        (button(&Button::primary(words, press).with_icon("refresh").off_when(off.clone())))
        @if let Some(off) = &off { (why_off(off)) }
    }
}
