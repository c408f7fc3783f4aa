//! `GET /t/{tenant}/operations`

use app::operations::{NAMES, OUTCOMES};
use axum::extract::State;
use maud::{Markup, html};
use model::access::Capability;
use model::ids::RunId;
use model::run::Outcome;
use store::{Pause, RunCounts, RunPage, RunPageRequest};

use super::bulk::cancel_bar;
use super::export::export_menu;
use super::filter::{Choices, all_but_line, filter_row, kept, run_filter, when_words};
use super::views::{Shown, views_nav};
use super::{Viewer, run_row, type_words};
use crate::errors::{WebError, sentence};
use crate::extract::{Asked, InTenant};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::badge::{Badge, RunSigns};
use crate::kit::button::{Button, button};
use crate::kit::button::{Press, why_off};
use crate::kit::facets::{Facet, facets};
use crate::kit::filter::{Beside, filters_with};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::live::{live_mark, live_region, newer_place};
use crate::kit::menu::{MenuAct, MenuItem, menu_button};
use crate::kit::notice::{Notice, empty_state, notice};
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, table};
use crate::kit::tone::Tone;
use crate::state::Shared;

/// Rows on a page.
const ROWS: usize = 25;

const COLUMNS: [Column; 7] = [
    Column::new("Status", "c-state"),
    Column::new("Operation", ""),
    Column::new("Progress and items", "c-prog"),
    Column::new("Started by", "c-by"),
    Column::new("Started", "c-at"),
    Column::new("Duration", "num c-dur"),
    Column::actions(),
];

/// The list, newest first.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Operations);
    let path = format!("{}/operations", place.base());
    // Read first: what changes while the page is made is told again by the stream, never missed.
    let position = shared.db().changes_position().await?;
    let tenant = shared.db().tenant(&scope);
    let runs = tenant.runs();
    let shown = Shown::of(&asked, tenant.views().list().await?, tenant.views().opening().await?);
    let asked = &shown.asked;
    let filter = run_filter(asked, ctx.user, ctx.now_ms);
    let request = RunPageRequest { before: cursor(asked, "before"), after: cursor(asked, "after"), limit: ROWS };
    let list = runs.list(&filter, &request).await?;
    let mut every = filter.clone();
    every.outcomes = Vec::new();
    let counts = runs.counts(&every).await?;
    let viewer = Viewer::new(&ctx, &scope);
    let now = place.now();
    let rows: Vec<Markup> = list.rows.iter().map(|run| run_row(&now, &viewer, run)).collect();
    let kept = kept(asked);
    let pages = pages(&list, &kept, &path, &counts, &filter.outcomes, now.zone_name());
    let body = html! {
        div id="ops" {
            (facets("By outcome", &facet_row(&kept, &path, &counts), &live_mark()))
            (cancel_bar(&place, asked, &path).await?)
            (newer_place("ops-newer"))
            @if rows.is_empty() { (nothing(&kept, &path, asked)) }
            @else { (table("Operations, newest first", &COLUMNS, true, &rows)) (pager(&pages)) }
        }
    };
    let stream = stream_address(&kept, &path, position, &list, asked);
    let choices = Choices { initiators: runs.initiators().await?, codes: runs.item_codes().await? };
    let beside = Beside {
        also: "#ops-views,#ops-export",
        links: tenant_links(&place, &kept).await?,
        line: Some(("type", all_but_line(asked))),
    };
    let rows = pages.total.unwrap_or_default();
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Monitoring")], title: "Operations".into(), summary: None, actions: Some(actions(&place, &kept, &path, rows)) }))
        (pause_notices(&place, &tenant.pauses().await?))
        (views_nav(&place, &path, &shown))
        (filters_with(&filter_row(asked, &path, ctx.user, &choices), &beside))
        (live_region("ops-live", &stream, &body))
    };
    place.live_page("Operations", &main).await
}

fn cursor(asked: &Fields, name: &str) -> Option<RunId> {
    asked.get(name).and_then(|text| text.parse().ok())
}

/// The stream knows the filter and the newest run shown, so that it can count what is newer.
fn stream_address(kept: &Fields, path: &str, position: i64, list: &RunPage, asked: &Fields) -> String {
    let mut fields = kept.with("since", position.to_string());
    let first_page = !asked.any(&["before", "after"]);
    if let (true, Some(newest)) = (first_page, list.rows.first()) {
        fields = fields.with("newest", newest.id.to_string());
    }
    fields.href(&format!("{path}/stream"))
}

fn facet_row(kept: &Fields, path: &str, counts: &RunCounts) -> Vec<Facet> {
    let all = Facet {
        count: counts.total(),
        words: "operations".into(),
        sign: None,
        href: kept.without(&["outcome"]).href(path),
        current: kept.get("outcome").is_none(),
    };
    let each = OUTCOMES.iter().map(|(outcome, words)| {
        let status = if *words == "active" { model::run::Status::Running } else { model::run::Status::Completed };
        let look = Badge::of_run(status, *outcome, RunSigns::default());
        Facet {
            count: counts.outcome(*outcome),
            words: (*words).into(),
            sign: Some((look.icon_name(), look.tone())),
            href: kept.with("outcome", outcome.to_string()).href(path),
            current: kept.all("outcome").eq([outcome.to_string().as_str()]),
        }
    });
    std::iter::once(all).chain(each).collect()
}

fn pages(list: &RunPage, kept: &Fields, path: &str, counts: &RunCounts, outcomes: &[Outcome], zone: &str) -> Pager {
    let total = match outcomes {
        [] => counts.total(),
        outcomes => outcomes.iter().map(|outcome| counts.outcome(*outcome)).sum(),
    };
    Pager {
        shown: list.rows.len() as u64,
        total: Some(total),
        noun: ("operation", "operations"),
        order: "newest first",
        zone: zone.to_owned(),
        words: None,
        label: "",
        previous: list.newer.map(|run| kept.with("after", run.to_string()).href(path)),
        next: list.older.map(|run| kept.with("before", run.to_string()).href(path)),
    }
}

fn nothing(kept: &Fields, path: &str, asked: &Fields) -> Markup {
    if !kept.any(&NAMES) {
        let text = format!("Nothing was started in the {}. Sync the inventory to begin.", when_words(asked));
        return empty_state("activity", "No operation yet", &text, None, false);
    }
    let clear = html! { (button(&Button::new("Clear filters", Press::Link(format!("{path}?view=none"))).with_icon("filter-off"))) };
    empty_state(
        "search",
        "No operation matches",
        &format!("With these filters, started: {}.", when_words(asked)),
        Some(&clear),
        true,
    )
}

/// The same filter in the person's other tenants. Links, not a field: another tenant is another page.
async fn tenant_links(place: &Place<'_>, kept: &Fields) -> Result<Markup, WebError> {
    let cards = place.shared.db().tenants().list_for(place.ctx.user).await?;
    let here = place.scope.map(store::TenantScope::tenant_id);
    let name = cards.iter().find(|card| Some(card.tenant.id) == here).map(|card| card.tenant.display_name.as_str());
    let (Some(name), true) = (name, cards.len() > 1) else { return Ok(html! {}) };
    // Views and people's ids are of one tenant; the rest means the same everywhere.
    let there = kept.without(&["view"]).with("view", "none");
    let items: Vec<_> = cards
        .iter()
        .map(|card| MenuItem {
            current: Some(card.tenant.id) == here,
            ..MenuItem::link(
                &card.tenant.display_name,
                "building",
                there.href(&format!("/t/{}/operations", card.tenant.id)),
            )
        })
        .collect();
    Ok(menu_button("ops-tenant", &format!("Tenant: {name}"), "building", false, &items))
}

fn actions(place: &Place<'_>, kept: &Fields, path: &str, rows: u64) -> Markup {
    html! {
        (export_menu(place, kept, path, rows))
        (button(&Button::new("Pauses", Press::Link(format!("{}/queue", place.base()))).with_icon("player-pause")))
        (start_menu(place))
    }
}

/// What keeps runs back, above the list, so that nobody wonders.
fn pause_notices(place: &Place<'_>, pauses: &[Pause]) -> Markup {
    let all = format!("{}/queue", place.base());
    html! {
        @for pause in pauses {
            @let what = pause.run_type.as_deref().map_or_else(|| "Operations".to_owned(), type_words);
            @let since = place.now().exact(pause.paused_at);
            (notice(&Notice {
                tone: Tone::Mute,
                icon: "player-pause",
                title: format!("Paused: {what}"),
                text: format!("By {} since {since}: {}", pause.paused_by_name, sentence(&pause.reason)),
                code: String::new(),
                actions: Some(button(&Button::new("View pauses", Press::Link(all.clone())).small())),
            }))
        }
    }
}

fn start_menu(place: &Place<'_>) -> Markup {
    let base = place.base();
    if let Some(off) = place.start_off(Capability::InventorySync, "why-start") {
        let view = Button::primary("Start", Press::Submit).with_icon("player-play").off_when(Some(off.clone()));
        return html! { (button(&view)) (why_off(&off)) };
    }
    let item = |words: &str, icon: &'static str, path: String| match place.start(&path) {
        Press::Post { action, csrf } => MenuItem::new(words, icon, MenuAct::Start { action, csrf }),
        _ => MenuItem::link(words, icon, path),
    };
    let items = [
        item("Sync inventory", "refresh", format!("{base}/inventory/sync")),
        item("Check for changes", "history", format!("{base}/inventory/probe")),
        item("Read directory groups", "users", format!("{base}/groups/sync")),
        item("Check connection", "plug-connected", format!("{base}/connection/check")),
        MenuItem::link("Back up", "archive", format!("{base}/backups#new")),
    ];
    menu_button("start", "Start", "player-play", true, &items)
}
