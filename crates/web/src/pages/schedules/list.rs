//! `GET /t/{tenant}/schedules`

use app::backups::schedules::cron_in_words;
use app::inventory::Excluded;
use axum::extract::State;
use maud::{Markup, html};
use store::{Schedule, TenantScope};

use super::form::{schedule_form, suggested};
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

const COLUMNS: [Column; 4] = [
    Column::new("State", "c-state"),
    Column::new("Schedule", ""),
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
    let rows: Vec<Markup> = schedules.iter().map(|schedule| schedule_row(&now, &path, schedule)).collect();
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

fn schedule_row(now: &Now, path: &str, schedule: &Schedule) -> Markup {
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
