//! What can be done with a restore that is over: taken back, or its failed items restored again.

use maud::{Markup, html};
use model::access::Capability;
use model::run::Status;
use store::RunRow;

use super::Viewer;
use crate::frame::Place;
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::form::csrf;
use crate::kit::number::counted;

/// The buttons of a restore's run, or why this person may not; nothing for the others.
pub(super) fn restore_actions(place: &Place<'_>, viewer: &Viewer, run: &RunRow) -> Markup {
    if run.run_type != app::restores::execute_run::DEFINITION.run_type || run.status != Status::Completed {
        return html! {};
    }
    let off = place.start_off(Capability::RestorePreview, "why-restore");
    let begin = |name: &str, words: String, icon| {
        html! {
            form.act method="post" action=(format!("{}/restores", viewer.base)) {
                (csrf(&viewer.csrf))
                input type="hidden" name=(name) value=(run.id);
                (button(&Button::new(words, Press::Submit).with_icon(icon).off_when(off.clone())))
            }
        }
    };
    let failed = run.counts.failed;
    html! {
        @if failed > 0 { (begin("again", format!("Restore {} again", counted(failed, "failed item", "failed items")), "refresh")) }
        @if run.counts.succeeded + failed > 0 { (begin("undo", "Undo this restore".to_owned(), "arrow-back-up")) }
        @if let Some(off) = &off { (why_off(off)) }
    }
}
