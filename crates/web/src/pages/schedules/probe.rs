//! Change probes on the page of schedules: how often, when they looked last, and one now.

use app::inventory::probe::choose_probe;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::AppError;
use model::access::Capability;
use model::change::ChangeLog;
use store::{ProbeChoice, ReadLog, TenantScope};

use super::{list, schedules_path};
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, Posted};
use crate::fields::Fields;
use crate::frame::{Done, Place, done};
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::facts::{facts, section};
use crate::kit::form::{csrf, select};
use crate::kit::time::exact_time;
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// Minutes that can be chosen here; the API and the command line take any.
const EVERY: [u32; 5] = [5, 10, 15, 30, 60];
/// What a person most likely wants.
const SUGGESTED: u32 = 5;

/// `POST /t/{tenant}/schedules/probe`
pub(crate) async fn choose(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let chosen = async { choose_probe(shared.db(), &scope, entered(&form)?).await };
    match chosen.await {
        Ok(()) => Ok(done(&ctx, &schedules_path(&scope), Done::ProbeSaved)),
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(list::render(&shared, &ctx, &scope, &asked, None, &error).await?))
        }
    }
}

fn entered(form: &Fields) -> Result<Option<u32>, AppError> {
    let text = form.text("every").trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        AppError::invalid("probe.every", format!("\"{text}\" is not a number of minutes"))
            .hint("Choose one of the times of the list")
    })
}

/// The section with the choice.
pub(super) async fn probe_section(place: &Place<'_>, scope: &TenantScope) -> Result<Markup, WebError> {
    let tenant = place.shared.db().tenant(scope);
    let (choice, logs) = (tenant.probes().choice().await?, tenant.probes().logs().await?);
    let connected = tenant.connection_summary().await?.is_some();
    let body = html! {
        p { "A change probe asks the audit logs of Intune and of the directory what changed since the last look, and reads just those objects: a change is here within minutes, with who made it. It does not replace a sync." }
        (state(place, choice.as_ref(), &logs, connected))
        (form(place, scope, choice.as_ref()))
    };
    Ok(section("probe", "Change probe", "", &body))
}

fn state(place: &Place<'_>, choice: Option<&ProbeChoice>, logs: &[ReadLog], connected: bool) -> Markup {
    let now = place.now();
    let every = choice.and_then(|choice| choice.every_minutes);
    let often = match every {
        Some(1) => html! { "Every minute" },
        Some(minutes) => {
            html! { "Every " (minutes) " minutes" @if !connected { ", once the tenant has a connection" } }
        }
        None => html! { span.muted { "Switched off" } },
    };
    let mut rows = vec![("How often", often)];
    rows.extend(choice.and_then(|choice| choice.next_at).map(|at| ("Next", exact_time(&now, at))));
    for log in ChangeLog::ALL {
        let read = logs.iter().find(|read| read.log == log);
        let words = match log {
            ChangeLog::Intune => "Intune log read",
            ChangeLog::Directory => "Directory log read",
        };
        rows.push((words, html! {
            @if let Some(read) = read { (exact_time(&now, read.read_at)) " " a.row-a href=(format!("{}/operations/{}", place.base(), read.run)) { "View run" } }
            @else { span.muted { "Not yet" } }
        }));
    }
    rows.extend(
        choice.map(|choice| ("Chosen by", html! { (choice.chosen_by_name) ", " (exact_time(&now, choice.chosen_at)) })),
    );
    facts(&rows)
}

fn form(place: &Place<'_>, scope: &TenantScope, choice: Option<&ProbeChoice>) -> Markup {
    let check_off = place.start_off(Capability::InventorySync, "why-probe");
    let check = Button::new("Check for changes now", place.start(&format!("{}/inventory/probe", place.base())));
    let check = html! {
        (button(&check.with_icon("refresh").off_when(check_off.clone())))
        @if let Some(off) = &check_off { (why_off(off)) }
    };
    if let Some(off) = place.off_without(Capability::BackupsManage, "why-choose") {
        let save = Button::new("Save choice", Press::Submit).off_when(Some(off.clone()));
        return html! { div.row-acts { (button(&save)) (why_off(&off)) (check) } };
    }
    html! {
        form.form method="post" action=(format!("{}/probe", schedules_path(scope))) {
            (csrf(&place.ctx.csrf))
            (select("every", "How often to look", &options(choice), "A look that finds nothing takes two requests and a sign-in. The directory’s log needs the permission AuditLog.Read.All.", None))
            div.row-acts { (button(&Button::new("Save choice", Press::Submit))) }
        }
        div.row-acts { (check) }
    }
}

/// Off, the usual times, and what was chosen elsewhere.
fn options(choice: Option<&ProbeChoice>) -> Vec<(String, String, bool)> {
    let chosen = choice.map_or(Some(SUGGESTED), |choice| choice.every_minutes);
    let mut minutes: Vec<u32> = EVERY.into_iter().chain(chosen).collect();
    minutes.sort_unstable();
    minutes.dedup();
    let mut options = vec![(String::new(), "Off".to_owned(), chosen.is_none())];
    options.extend(
        minutes.into_iter().map(|each| (each.to_string(), format!("Every {each} minutes"), chosen == Some(each))),
    );
    options
}
