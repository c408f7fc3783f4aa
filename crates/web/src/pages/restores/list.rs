//! `GET /t/{tenant}/restores`

use axum::extract::State;
use maud::{Markup, html};
use store::{Restore, RestoreState, RunRow, TenantCard};

use super::words::{short, state};
use crate::errors::WebError;
use crate::extract::{Asked, InTenant};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::button::{Button, Press, button};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::notice::empty_state;
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, MainCell, action_cell, cell, main_cell, row, state_cell, table};
use crate::kit::time::relative_time;
use crate::state::Shared;

const ROWS: usize = 25;
const COLUMNS: [Column; 6] = [
    Column::new("State", "c-state"),
    Column::new("Restore", ""),
    Column::new("Plan", ""),
    Column::new("Begun by", "c-by"),
    Column::new("Changed", "c-at"),
    Column::actions(),
];

/// Drafts and executed restores, newest first.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Restores);
    let path = format!("{}/restores", place.base());
    let before = asked.get("before").and_then(|id| id.parse().ok());
    let tenant = shared.db().tenant(&scope);
    let mut restores = tenant.restores().list(before, ROWS + 1).await?;
    let more = restores.len() > ROWS;
    restores.truncate(ROWS);
    let tenants = shared.db().tenants().list_for(ctx.user).await?;
    let mut rows = Vec::new();
    for restore in &restores {
        let run = match restore.run {
            Some(run) => Some(tenant.runs().get(run).await?),
            None => None,
        };
        rows.push(restore_row(&place, &path, restore, run.as_ref(), &tenants));
    }
    let last = restores.last().filter(|_| more);
    let pages = Pager {
        shown: rows.len() as u64,
        noun: ("restore", "restores"),
        order: "newest first",
        zone: place.now().zone_name().to_owned(),
        words: Some(("Newest", "Older")),
        previous: before.is_some().then(|| path.clone()),
        next: last.map(|last| Fields::default().with("before", last.id.to_string()).href(&path)),
        ..Pager::default()
    };
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Configuration")], title: "Restore".into(), summary: None, actions: None }))
        @if rows.is_empty() { (nothing(&place)) }
        @else { (table("Restores, newest first", &COLUMNS, true, &rows)) (pager(&pages)) }
    };
    place.page("Restore", &main).await
}

fn nothing(place: &Place<'_>) -> Markup {
    let text = "A restore begins at a backup set, at a version of an object, or with objects of another tenant. Nothing is \
                written before you have seen what, and confirmed it.";
    let open =
        button(&Button::new("Open backups", Press::Link(format!("{}/backups", place.base()))).with_icon("archive"));
    empty_state("arrow-back-up", "No restore yet", text, Some(&open), false)
}

fn restore_row(
    place: &Place<'_>,
    path: &str,
    restore: &Restore,
    run: Option<&RunRow>,
    tenants: &[TenantCard],
) -> Markup {
    let step = match (restore.state, restore.plan.is_some()) {
        (RestoreState::Draft, false) => "/scope",
        _ => "/preview",
    };
    let name = MainCell {
        name: restore.title.clone(),
        href: format!("{path}/{}{step}", restore.id),
        target: source(place, restore, tenants),
        why: restore.confirmed.as_ref().map(|confirmed| confirmed.reason.clone()).unwrap_or_default(),
        ..MainCell::default()
    };
    let plan = html! {
        @match &restore.plan {
            None => { span.muted { "None yet" } }
            Some(plan) => {
                span.mono { (short(&plan.hash)) }
                @if restore.state == RestoreState::Draft && !restore.has_current_plan() { span.muted { ", out of date" } }
            }
        }
    };
    let open = restore.run.map(|run| {
        let view = Button::new("View run", Press::Link(format!("{}/operations/{run}", place.base()))).small();
        button(&Button { about: format!(" of {}", restore.title), ..view })
    });
    row(
        &restore.id.to_string(),
        &[
            state_cell(&state(restore, run)),
            main_cell(&name),
            cell("nowrap", "plan", &plan),
            cell("", "by", &html! { (restore.creator_name) }),
            cell("nowrap", "changed", &relative_time(&place.now(), restore.changed_at)),
            action_cell(&html! { @if let Some(open) = &open { (open) } }),
        ],
    )
}

/// Where it takes its objects from, as far as this person may know.
fn source(place: &Place<'_>, restore: &Restore, tenants: &[TenantCard]) -> String {
    let own = place.scope.is_some_and(|scope| scope.tenant_id() == restore.source.tenant);
    match (restore.source.run, restore.source.set) {
        (Some(_), _) => "undo".to_owned(),
        _ if !own => {
            let card = tenants.iter().find(|card| card.tenant.id == restore.source.tenant);
            format!("from {}", card.map_or("another tenant", |card| &card.tenant.display_name))
        }
        (None, Some(_)) => "backup set".to_owned(),
        (None, None) => "versions".to_owned(),
    }
}
