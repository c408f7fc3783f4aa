//! The parts of a run's page that change while it runs; the page and the stream render them alike.

use maud::{Markup, html};
use model::AppError;
use model::run::{Outcome, Status};
use store::{RunRow, TenantScope};

use super::Viewer;
use super::repeat::repeat_action;
use super::restore::restore_actions;
use super::row::{run_badge, run_progress, why};
use super::run_side::side;
use super::run_timeline::timeline_section;
use crate::errors::sentence;
use crate::fields::Fields;
use crate::frame::Place;
use crate::kit::badge::badge;
use crate::kit::button::{Button, Press, WhyOff, button, why_off};
use crate::kit::counts::linked_number;
use crate::kit::table::{Column, cell, row, table};
use crate::kit::time::Now;
use app::advice::advice;

const FAILURES: [Column; 3] =
    [Column::new("What happened", ""), Column::new("Items", "num"), Column::new("Do next", "")];

/// Live parts, each an element with an id of its own.
pub(crate) struct LiveParts {
    /// `#run-summary`: badge, progress, reason.
    pub(crate) summary: Markup,
    /// `#run-acts`: what can be done with it.
    pub(crate) acts: Markup,
    /// `#run-main`: failures and timeline.
    pub(crate) main: Markup,
    /// `#run-side`: facts, related, context, audit.
    pub(crate) side: Markup,
}

/// Renders them from the run as it is now. A stream outlives the request that opened it, so the time is given.
pub(crate) async fn live_parts(
    place: &Place<'_>,
    scope: &TenantScope,
    viewer: &Viewer,
    now: &Now,
    run: &RunRow,
) -> Result<LiveParts, AppError> {
    let events = place.shared.db().tenant(scope).runs().events(run.id).await?;
    let main = html! {
        div id="run-main" {
            (failures_section(viewer, run))
            (timeline_section(now, run, &events))
        }
    };
    let side = side(place.shared, scope, viewer, now, run).await?;
    Ok(LiveParts { summary: summary(now, viewer, run), acts: run_actions(place, viewer, run), main, side })
}

/// Badge, progress and reason.
fn summary(now: &Now, viewer: &Viewer, run: &RunRow) -> Markup {
    let (why, code) = why(now, run);
    html! {
        div.sum id="run-summary" {
            (badge(run_badge(run)))
            " " (run_progress(viewer, run))
            @if !why.is_empty() || !code.is_empty() { span.muted { (why) @if !code.is_empty() { " " code { (code) } } } }
        }
    }
}

/// Cancel and repeat, or why not.
fn run_actions(place: &Place<'_>, viewer: &Viewer, run: &RunRow) -> Markup {
    let press = Press::Post { action: format!("{}/cancel", viewer.href(run)), csrf: viewer.csrf.clone() };
    let off = why_not_cancel(place, viewer, run).map(|sentence| WhyOff { id: "why-cancel".into(), sentence });
    html! {
        div.run-acts id="run-acts" {
            (repeat_action(place, viewer, run))
            (restore_actions(place, viewer, run))
            (button(&Button::new("Cancel", press).off_when(off.clone())))
            @if let Some(off) = &off { (why_off(off)) }
        }
    }
}

fn why_not_cancel(place: &Place<'_>, viewer: &Viewer, run: &RunRow) -> Option<String> {
    if let Some(ended) = run.completed_at {
        return Some(format!("It ended at {}.", place.now().exact(ended)));
    }
    if run.cancel_requested_at.is_some() {
        return Some("A cancel is recorded. It stops at its next item.".to_owned());
    }
    (!viewer.may_cancel(run))
        .then(|| "Your role cancels only runs that you started, or none. Ask a manager or an owner.".to_owned())
}

fn failures_section(viewer: &Viewer, run: &RunRow) -> Markup {
    let rows: Vec<Markup> = run
        .failures
        .iter()
        .map(|failure| {
            let advice = advice(&failure.code);
            let items = Fields::default().with("code", failure.code.as_str()).href(&viewer.href(run));
            let what =
                html! { b { (advice.title) } p.why { (sentence(&failure.message)) " " code { (failure.code) } } };
            row(
                "",
                &[
                    cell("c-main", "", &what),
                    cell(
                        "num",
                        "Items",
                        &linked_number(failure.count, &format!("{items}#items"), "items with this code"),
                    ),
                    cell("", "Do next", &html! { (advice.next) }),
                ],
            )
        })
        .collect();
    let blocked = run.status == Status::Completed && matches!(run.outcome, Outcome::Failed | Outcome::Blocked);
    html! {
        @if !rows.is_empty() {
            section.sec aria-labelledby="next-h" { h2 id="next-h" { "What needs you" } (table("Failures by code, with what to do next", &FAILURES, false, &rows)) }
        } @else if let (true, Some(reason)) = (blocked, &run.reason) {
            section.sec aria-labelledby="next-h" {
                h2 id="next-h" { "What needs you" }
                p { b { (advice(&reason.code).title) } ". " (sentence(&reason.sentence)) " " code { (reason.code) } }
                p { (advice(&reason.code).next) }
            }
        }
    }
}
