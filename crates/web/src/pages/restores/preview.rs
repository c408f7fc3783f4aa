//! The fourth step: the preview, and the plan that it made.

use app::restores::{Progress, ShownPlan, gates, progress, shown, start_preview};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::access::Capability;
use model::ids::RestoreId;
use model::run::{Outcome, Status};
use store::{RestoreState, RunRow};

use super::impact::aside;
use super::items::items;
use super::wizard::{Step, Wizard};
use super::words::short;
use crate::errors::{WebError, sentence};
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::frame::{answer, extra};
use crate::kit::badge::badge;
use crate::kit::button::{Button, Press, Weight, button, why_off};
use crate::kit::facts::columns;
use crate::kit::notice::{Notice, empty_state, notice};
use crate::kit::time::exact_time;
use crate::kit::tone::Tone;
use crate::pages::operations::run_badge;
use crate::state::Shared;

/// `GET /t/{tenant}/restores/{restore}/preview`
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    // Runs first: a preview that is over by then has its plan in the restore that is read after it.
    let runs = progress(shared.db(), &scope, &shared.db().tenant(&scope).restores().get(id).await?).await?;
    let wizard = Wizard::load(&shared, &ctx, &scope, id, &asked).await?;
    let plan = match wizard.restore.plan {
        Some(_) => Some(shown(shared.db(), &scope, id).await?),
        None => None,
    };
    let gates = gates(shared.db(), &scope, &wizard.restore).await?;
    let path = format!("{}/preview", wizard.path());
    let beside = match &plan {
        Some(plan) => Some(aside(&wizard, plan, &gates).await?),
        None => None,
    };
    let main = html! {
        (state_of(&wizard, &runs))
        @match &plan {
            Some(plan) => { (plan_section(&wizard, plan, &path).await?) }
            None => { (nothing(&wizard, &runs)) }
        }
    };
    let body = html! {
        // While a preview is at work the page asks for itself until the plan is there; the row of steps names it, too.
        div id="preview-now" hx-get=[working(&runs).then_some(&path)] hx-trigger=[working(&runs).then_some("every 2s")]
            hx-select="#preview-now" hx-select-oob="#steps" hx-swap="outerHTML" {
            @match &beside { Some(beside) => { (columns(&main, "Impact and checks", beside)) } None => { (main) } }
        }
    };
    wizard.page(Step::Preview, &actions(&wizard, plan.is_some()), &body).await
}

/// `POST /t/{tenant}/restores/{restore}/preview`
pub(crate) async fn start(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let started = start_preview(shared.db(), &scope, id, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, &format!("/restores/{id}/preview")).await
}

/// `GET /t/{tenant}/restores/{restore}/plan`: the bytes that were hashed.
pub(crate) async fn download(
    State(shared): State<Shared>,
    InTenant(_, scope): InTenant,
    PathId(id): PathId<RestoreId>,
) -> Result<Response, WebError> {
    let bytes = shared.db().tenant(&scope).restores().plan(id).await?;
    let name = format!("attachment; filename=\"{id}-plan.json\"");
    Ok(([(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

fn working(runs: &Progress) -> bool {
    runs.preview.as_ref().is_some_and(|run| run.status != Status::Completed)
}

/// A plain form and no toast: the page itself shows what becomes of it.
fn start_button(wizard: &Wizard<'_>, words: &str, weight: Weight) -> Markup {
    if wizard.restore.state != RestoreState::Draft {
        return html! {};
    }
    let off = wizard.place.start_off(Capability::RestorePreview, "why-preview");
    let press = wizard.place.start(&format!("{}/preview", wizard.path()));
    let Press::Post { action, csrf } = press else { return html! {} };
    let view = Button { weight, ..Button::new(words, Press::Submit) }.with_icon("refresh").off_when(off.clone());
    if let Some(off) = &off {
        return html! { (button(&view)) (why_off(off)) };
    }
    html! {
        form.act method="post" action=(action) { (crate::kit::form::csrf(&csrf)) (button(&view)) }
    }
}

fn actions(wizard: &Wizard<'_>, planned: bool) -> Markup {
    if !planned {
        return html! {};
    }
    let path = wizard.path();
    html! {
        (button(&Button::new("Download plan", Press::Link(format!("{path}/plan"))).with_icon("download")))
        (button(&Button::new("Printable page", Press::Link(format!("{path}/print"))).with_icon("file-text")))
        (start_button(wizard, "Preview again", Weight::Secondary))
    }
}

/// What the newest preview is doing, or why it made no plan.
fn state_of(wizard: &Wizard<'_>, runs: &Progress) -> Markup {
    let Some(run) = &runs.preview else { return html! {} };
    let href = format!("{}/operations/{}", wizard.place.base(), run.id);
    let view = button(&Button::new("View run", Press::Link(href)).with_icon("activity"));
    if run.status != Status::Completed {
        return html! {
            div.fault data-tone=(Tone::Mute) role="status" {
                (badge(run_badge(run)))
                div { b { "The preview is at work" } p { "It reads the objects as they are now, and writes nothing." } div.row-acts { (view) } }
            }
        };
    }
    let newer = wizard.restore.plan.as_ref().is_none_or(|plan| plan.run != run.id);
    let failed = !matches!(run.outcome, Outcome::Succeeded | Outcome::PartiallySucceeded) || run.reason.is_some();
    html! { @if newer && failed && wizard.restore.state == RestoreState::Draft { (no_plan(run, view)) } }
}

fn no_plan(run: &RunRow, view: Markup) -> Markup {
    let reason = run.reason.as_ref();
    notice(&Notice {
        tone: Tone::Bad,
        icon: "circle-x",
        title: "The last preview made no plan".to_owned(),
        text: reason.map_or_else(|| "Its run says more.".to_owned(), |reason| sentence(&reason.sentence)),
        code: reason.map(|reason| reason.code.clone()).unwrap_or_default(),
        actions: Some(view),
    })
}

fn nothing(wizard: &Wizard<'_>, runs: &Progress) -> Markup {
    if working(runs) || wizard.restore.state != RestoreState::Draft {
        return html! {};
    }
    let text = format!(
        "A preview reads the chosen objects in {} and says for each exactly what would be sent. It writes nothing.",
        wizard.tenant
    );
    let start = start_button(wizard, "Start preview", Weight::Primary);
    empty_state("eye", "No preview yet", &text, Some(&start), false)
}

async fn plan_section(wizard: &Wizard<'_>, plan: &ShownPlan, path: &str) -> Result<Markup, WebError> {
    let now = wizard.place.now();
    let next = Button::primary("Continue to confirm", Press::Link(format!("{}/confirm", wizard.path())));
    let items = items(wizard, plan, path).await?;
    Ok(html! {
        (stale(wizard))
        @for block in &plan.plan.blocks {
            (notice(&Notice { tone: Tone::Bad, icon: "lock", title: "This plan cannot be executed".into(), text: sentence(&block.message), code: block.code.clone(), actions: None }))
        }
        section.sec id="plan" aria-labelledby="plan-h" {
            h2 id="plan-h" {
                "Plan " (short(&plan.hash)) " "
                span.h-note { "compared with " (wizard.tenant) " as observed at " (exact_time(&now, plan.plan.observed_at_ms)) "." @if wizard.restore.run.is_none() { " Nothing has been written." } }
            }
            (items)
        }
        @if wizard.restore.state == RestoreState::Draft { div.row-acts { (button(&next.with_icon("arrow-right"))) } }
    })
}

/// A plan of what was chosen before says so, and how to get one of what is chosen now.
pub(super) fn stale(wizard: &Wizard<'_>) -> Markup {
    if wizard.restore.state != RestoreState::Draft || wizard.restore.has_current_plan() {
        return html! {};
    }
    notice(&Notice {
        tone: Tone::Warn,
        icon: "history",
        title: "This plan is out of date".to_owned(),
        text: "Scope or answers were changed after it was made. Preview again to see what would be written now."
            .to_owned(),
        code: "restore.no_current_plan".to_owned(),
        actions: None,
    })
}
