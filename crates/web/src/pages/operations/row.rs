//! One run as a row: the same markup on the page and in a live update.

use maud::{Markup, html};
use model::access::Capability;
use model::ids::UserId;
use model::run::Status;
use store::{RunRow, TenantScope};

use crate::auth::Ctx;
use crate::errors::sentence;
use crate::frame::tenant_path;
use crate::kit::badge::{Badge, RunSigns, badge};
use crate::kit::button::{Button, Press, Weight, button};
use crate::kit::counts::ItemCounts;
use crate::kit::duration::duration;
use crate::kit::progress::{Progress, progress};
use crate::kit::table::{MainCell, action_cell, cell, main_cell, row, state_cell};
use crate::kit::time::{Now, relative_time};

/// Who looks, and what they may do.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    pub(crate) user: UserId,
    pub(crate) base: String,
    pub(crate) csrf: String,
    cancel_own: bool,
    cancel_any: bool,
}

impl Viewer {
    /// From the request and the scope that was just made for it.
    pub(crate) fn new(ctx: &Ctx, scope: &TenantScope) -> Self {
        Self {
            user: ctx.user,
            base: tenant_path(scope),
            csrf: ctx.csrf.clone(),
            cancel_own: scope.can(Capability::OperationsCancelOwn),
            cancel_any: scope.can(Capability::OperationsCancelAny),
        }
    }

    /// Whether this viewer may cancel this run.
    pub(crate) fn may_cancel(&self, run: &RunRow) -> bool {
        self.cancel_any || (self.cancel_own && run.initiator == Some(self.user))
    }

    /// The run's page.
    pub(crate) fn href(&self, run: &RunRow) -> String {
        format!("{}/operations/{}", self.base, run.id)
    }
}

/// A run type in words; one that this version does not know keeps its name.
pub(crate) fn type_words(run_type: &str) -> String {
    app::catalogue::definition(run_type).map_or_else(|| run_type.to_owned(), |each| each.label.to_owned())
}

/// What tells the run apart beyond its status.
pub(crate) fn signs(run: &RunRow) -> RunSigns {
    let lost = run.reason.as_ref().is_some_and(|reason| reason.code == "worker_lost");
    let waits = run.reason.is_some() && !lost && !run.paused;
    RunSigns {
        waiting: waits,
        between_attempts: run.attempt > 0 && lost,
        paused: run.paused,
        waiting_for_approval: false,
        cancelling: run.cancel_requested_at.is_some(),
        not_responding: run.not_responding_since().is_some(),
    }
}

/// The badge of a run.
pub(crate) fn run_badge(run: &RunRow) -> Badge {
    Badge::of_run(run.status, run.outcome, signs(run))
}

/// Progress: a bar only while it runs and both numbers are known.
pub(crate) fn run_progress(viewer: &Viewer, run: &RunRow) -> Markup {
    let counts = run.counts;
    let view = match run.status {
        Status::Queued if counts.processed == 0 => Progress::NotStarted,
        Status::Queued => Progress::Halted { processed: counts.processed, total: counts.total },
        Status::Running => {
            Progress::Working { processed: counts.processed, total: counts.total, noun: ("item done", "items done") }
        }
        Status::Completed => Progress::Done(ItemCounts {
            succeeded: counts.succeeded,
            failed: counts.failed,
            skipped: counts.skipped,
            href: viewer.href(run),
        }),
    };
    progress(&view, &format!("{}, {}", run.label, run.target))
}

/// The sentence and code below the name: why it waits, or why it ended so.
pub(crate) fn why(now: &Now, run: &RunRow) -> (String, String) {
    if let Some(since) = run.not_responding_since() {
        return (
            format!("No sign of life from its worker since {}. Another worker takes over.", now.clock(since)),
            String::new(),
        );
    }
    if run.status == Status::Running {
        return (String::new(), String::new());
    }
    let Some(reason) = &run.reason else { return (String::new(), String::new()) };
    let until = (run.status == Status::Queued && run.available_at > run.database_now_ms + 1_000)
        .then(|| format!(" Next try in {}.", duration(run.available_at - run.database_now_ms)));
    (format!("{}{}", sentence(&reason.sentence), until.unwrap_or_default()), reason.code.clone())
}

/// How long it has run, or ran; nothing before its first attempt.
pub(crate) fn run_duration(run: &RunRow) -> Option<String> {
    let started = run.started_at?;
    Some(duration(run.completed_at.unwrap_or(run.database_now_ms) - started))
}

/// Who started it, as the viewer says it.
pub(crate) fn initiator(viewer: &Viewer, run: &RunRow) -> String {
    if run.initiator == Some(viewer.user) { "You".to_owned() } else { run.initiator_name.clone() }
}

/// Renders the row; its id is the run's.
pub(crate) fn run_row(now: &Now, viewer: &Viewer, run: &RunRow) -> Markup {
    let (why, code) = why(now, run);
    let name = MainCell {
        name: run.label.clone(),
        href: viewer.href(run),
        target: run.target.clone(),
        writes: run.writes,
        why,
        code,
        link: None,
        found: None,
    };
    let by_label = if run.initiator == Some(viewer.user) { "" } else { "by" };
    let took = match run_duration(run) {
        Some(words) => html! { (words) },
        None => html! { span.muted { "–" } span.vh { "not started" } },
    };
    let started = relative_time(now, run.created_at);
    row(
        &run.id.to_string(),
        &[
            state_cell(&badge(run_badge(run))),
            main_cell(&name),
            cell("c-prog", "Progress", &run_progress(viewer, run)),
            cell("", by_label, &html! { (initiator(viewer, run)) }),
            cell("nowrap", if run.started_at.is_none() { "queued" } else { "" }, &started),
            cell("num nowrap", if run.completed_at.is_some() { "took" } else { "for" }, &took),
            action_cell(&cancel(viewer, run)),
        ],
    )
}

fn cancel(viewer: &Viewer, run: &RunRow) -> Markup {
    if run.status == Status::Completed || run.cancel_requested_at.is_some() || !viewer.may_cancel(run) {
        return html! {};
    }
    let press = Press::Post { action: format!("{}/cancel", viewer.href(run)), csrf: viewer.csrf.clone() };
    let view = Button {
        about: format!(" {}, {}", run.label, run.target),
        weight: Weight::Ghost,
        small: true,
        ..Button::new("Cancel", press)
    };
    button(&view)
}
