//! `GET /t/{tenant}/schedules/{schedule}`

use app::backups::schedules::{cron_in_words, upcoming};
use app::inventory::Excluded;
use axum::extract::State;
use maud::{Markup, html};
use model::access::Capability;
use model::ids::ScheduleId;
use model::run::{Outcome, Status};
use store::{RunRow, Schedule, SlotRow, TenantScope};

use super::form::{fields_of, schedule_form};
use super::list::stays;
use super::schedules_path;
use crate::auth::Ctx;
use crate::errors::{WebError, sentence};
use crate::extract::{Asked, InTenant, PathId};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::badge::{Badge, badge};
use crate::kit::button::{Button, Press, Weight, button, why_off};
use crate::kit::facts::{columns, facts, section};
use crate::kit::form::csrf;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::table::{Column, action_cell, cell, row, state_cell, table};
use crate::kit::time::{Now, exact_time};
use crate::pages::form_error::FormError;
use crate::pages::operations::run_badge;
use crate::state::Shared;

/// Slots shown.
const SLOTS: usize = 50;
/// Times ahead shown.
const AHEAD: usize = 5;
const COLUMNS: [Column; 4] = [
    Column::new("State", "c-state"),
    Column::new("Due", "c-at"),
    Column::new("What became of it", ""),
    Column::actions(),
];

/// One schedule with its history and its form.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<ScheduleId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, id, &asked, None, &FormError::default()).await
}

pub(super) async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    id: ScheduleId,
    asked: &Fields,
    entered: Option<&Fields>,
    error: &FormError,
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Schedules);
    let tenant = shared.db().tenant(scope);
    let schedule = tenant.schedules().get(id).await?;
    let path = format!("{}/{id}", schedules_path(scope));
    let mut rows = Vec::new();
    for slot in tenant.schedules().slots(id, SLOTS).await? {
        let run = match slot.run {
            Some(run) => tenant.runs().get(run).await.ok(),
            None => None,
        };
        rows.push(slot_row(&place, &path, &slot, run.as_ref()));
    }
    let (now_fields, excluded) = (fields_of(&schedule.rule), Excluded::of(shared.db(), scope).await?);
    let form = schedule_form(&place, &path, "Save schedule", &excluded, (entered.unwrap_or(&now_fields), error));
    let body = html! {
        (section("history", "History", "", &html! {
            @if rows.is_empty() { p.muted { "No time has come yet." } } @else { (table("Times of this schedule, newest first", &COLUMNS, true, &rows)) }
        }))
        (section("change", "Change", "", &form))
    };
    let aside = about(&place.now(), &schedule, &excluded);
    let main = html! {
        (header(&Header {
            crumbs: vec![Crumb::link("Schedules", schedules_path(scope))],
            title: schedule.rule.name.clone(),
            summary: Some(badge(if schedule.rule.enabled { Badge::Active } else { Badge::Paused })),
            actions: Some(actions(&place, &path)),
        }))
        (columns(&body, "About this schedule", &aside))
    };
    place.page(&schedule.rule.name, &main).await
}

/// What became of a time: its run, also one that is no longer kept, or nothing.
pub(super) fn slot_badge(slot: &SlotRow, run: Option<&RunRow>) -> Badge {
    match (run, &slot.run) {
        (Some(run), _) => run_badge(run),
        (None, Some(_)) => Badge::Complete,
        (None, None) => Badge::Skipped,
    }
}

fn slot_row(place: &Place<'_>, path: &str, slot: &SlotRow, run: Option<&RunRow>) -> Markup {
    let state = slot_badge(slot, run);
    let what = html! {
        @if let Some(run) = run { a.row-a href=(format!("{}/operations/{}", place.base(), run.id)) { "View run" } }
        @else if let Some(why) = &slot.reason { (sentence(&why.sentence)) " " code { (why.code) } }
        @else { span.muted { "Its run is no longer kept" } }
    };
    let retryable = run.filter(|run| run.status == Status::Completed && run.outcome != Outcome::Succeeded);
    let action = html! {
        @if let Some(run) = retryable {
            @if place.start_off(Capability::BackupsCreate, "why-retry").is_none() {
                (button(&Button::new("Retry", place.start(&format!("{path}/retry/{}", run.id))).small().with_icon("refresh")))
            }
        }
    };
    row(
        "",
        &[
            state_cell(&badge(state)),
            cell("nowrap", "due", &exact_time(&place.now(), slot.slot_at)),
            cell("c-main", "", &what),
            action_cell(&action),
        ],
    )
}

fn actions(place: &Place<'_>, path: &str) -> Markup {
    let run_off = place.start_off(Capability::BackupsCreate, "why-run");
    let may_manage = place.off_without(Capability::BackupsManage, "why-remove").is_none();
    html! {
        @if may_manage {
            form.act method="post" action=(format!("{path}/remove")) {
                (csrf(&place.ctx.csrf))
                (button(&Button { weight: Weight::Ghost, ..Button::new("Remove schedule", Press::Submit) }))
            }
        }
        (button(&Button::primary("Run now", place.start(&format!("{path}/run"))).with_icon("player-play").off_when(run_off.clone())))
        @if let Some(off) = &run_off { (why_off(off)) }
    }
}

fn about(now: &Now, schedule: &Schedule, excluded: &Excluded) -> Markup {
    let rule = &schedule.rule;
    let left_out = rule.types.iter().filter(|key| excluded.has(key)).count();
    let ahead = upcoming(rule, schedule.database_now_ms, AHEAD);
    html! {
        (section("next", "Next times", &format!("in {}", now.zone_name()), &html! {
            @if ahead.is_empty() { p.muted { "Switched off." } }
            @else { ol.events role="list" { @for slot in &ahead { li { (exact_time(now, *slot)) } } } }
        }))
        (section("about", "About this schedule", "", &facts(&[
            ("When", html! { (cron_in_words(&rule.cron)) }),
            ("Rule", html! { code { (rule.cron) } }),
            ("Zone", html! { (rule.zone) }),
            ("Types", html! { (rule.types.len()) @if left_out > 0 { ", " (left_out) " of them excluded" } }),
            ("Missed times", html! { (if rule.catch_up { "The latest one runs late" } else { "Are skipped" }) }),
            ("Stays", html! { (stays(schedule)) }),
            ("Made by", html! { (schedule.created_by_name) }),
            ("Made", exact_time(now, schedule.created_at)),
        ])))
    }
}
