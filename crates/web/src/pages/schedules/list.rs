//! `GET /t/{tenant}/schedules`

use app::backups::schedules::cron_in_words;
use app::inventory::Excluded;
use axum::extract::State;
use maud::{Markup, html};
use store::{Schedule, TenantScope};

use super::form::{schedule_form, suggested};
use super::one::slot_badge;
use super::probe::probe_section;
use super::schedules_path;
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::badge::{Badge, badge};
use crate::kit::facts::section;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::notice::empty_state;
use crate::kit::table::{Column, MainCell, cell, main_cell, row, state_cell, table};
use crate::kit::time::{Now, exact_time};
use crate::pages::form_error::FormError;
use crate::state::Shared;

const COLUMNS: [Column; 5] = [
    Column::new("State", "c-state"),
    Column::new("Schedule", ""),
    Column::new("Last time", ""),
    Column::new("Next backup", "c-at"),
    Column::new("Stays", ""),
];

/// The schedules, and the form for another.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, &asked, None, &FormError::default()).await
}

pub(super) async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
    entered: Option<&Fields>,
    error: &FormError,
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Schedules);
    let path = schedules_path(scope);
    let schedules = shared.db().tenant(scope).schedules().list().await?;
    let now = place.now();
    let mut rows = Vec::new();
    for schedule in &schedules {
        let last = last_time(&place, scope, schedule).await?;
        rows.push(schedule_row(&now, &path, schedule, &last));
    }
    let (suggested, excluded) = (suggested(&place), Excluded::of(shared.db(), scope).await?);
    let form = schedule_form(&place, &path, "Create schedule", &excluded, (entered.unwrap_or(&suggested), error));
    let probe = probe_section(&place, scope).await?;
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Configuration")], title: "Schedules".into(), summary: None, actions: None }))
        @if rows.is_empty() {
            (empty_state("calendar-time", "No schedule yet", "A schedule backs this tenant up at its times and keeps the sets that its rules name.", None, false))
        } @else { (table("Backup schedules, by name", &COLUMNS, true, &rows)) }
        (section("new", "New schedule", "", &form))
        (probe)
    };
    place.page("Schedules", &main).await
}

/// When it was due last, and what became of it.
async fn last_time(place: &Place<'_>, scope: &TenantScope, schedule: &Schedule) -> Result<Markup, WebError> {
    let tenant = place.shared.db().tenant(scope);
    let slots = tenant.schedules().slots(schedule.id, 1).await?;
    let Some(slot) = slots.first() else { return Ok(html! { span.muted { "None yet" } }) };
    let run = match slot.run {
        Some(run) => tenant.runs().get(run).await.ok(),
        None => None,
    };
    Ok(html! { (badge(slot_badge(slot, run.as_ref()))) " " (exact_time(&place.now(), slot.slot_at)) })
}

fn schedule_row(now: &Now, path: &str, schedule: &Schedule, last: &Markup) -> Markup {
    let rule = &schedule.rule;
    let name = MainCell {
        name: rule.name.clone(),
        href: format!("{path}/{}", schedule.id),
        target: format!("{}, {}", cron_in_words(&rule.cron), rule.zone),
        ..MainCell::default()
    };
    let next = html! {
        @if let Some(slot) = schedule.next_slot_at { (exact_time(now, slot)) } @else { span.muted { "Switched off" } }
    };
    row(
        &schedule.id.to_string(),
        &[
            state_cell(&badge(if rule.enabled { Badge::Active } else { Badge::Paused })),
            main_cell(&name),
            cell("nowrap", "last", last),
            cell("nowrap", "next", &next),
            cell("", "stays", &html! { (stays(schedule)) }),
        ],
    )
}

/// What stays, in words.
pub(super) fn stays(schedule: &Schedule) -> String {
    let keep = &schedule.rule.keep;
    let parts: Vec<String> =
        [(keep.last, "newest"), (keep.days, "daily"), (keep.weeks, "weekly"), (keep.months, "monthly")]
            .into_iter()
            .filter_map(|(most, words)| Some(format!("{} {words}", most?)))
            .collect();
    if parts.is_empty() { "Everything".to_owned() } else { parts.join(", ") }
}
