//! `/` and `/tenants`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, LOCATION};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::run::Outcome;
use store::{TenantCard, TenantState};

use crate::errors::WebError;
use crate::extract::{Asked, SignedIn};
use crate::frame::{Place, Section, capital, first_page};
use crate::kit::badge::{Badge, RunSigns, badge};
use crate::kit::button::{Button, Press, WhyOff, button, why_off};
use crate::kit::counts::linked_number;
use crate::kit::header::{Header, header};
use crate::kit::notice::empty_state;
use crate::kit::table::{Column, MainCell, cell, main_cell, row, state_cell, table};
use crate::kit::time::{Now, relative_time};
use crate::state::Shared;

const COLUMNS: [Column; 6] = [
    Column::new("State", "c-state"),
    Column::new("Tenant", ""),
    Column::new("Your role", ""),
    Column::new("Last sync", "c-at"),
    Column::new("Ended", ""),
    Column::new("Running", "num"),
];

/// `GET /`: the only tenant, or all of them.
pub(crate) async fn home(State(shared): State<Shared>, SignedIn(ctx): SignedIn) -> Result<Response, WebError> {
    let tenants = shared.db().tenants().list_for(ctx.user).await?;
    let address = match tenants.as_slice() {
        [only] => first_page(only),
        _ => "/tenants".to_owned(),
    };
    let location = HeaderValue::from_str(&address).unwrap_or(HeaderValue::from_static("/tenants"));
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}

/// `GET /tenants`
pub(crate) async fn page(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::outside(&shared, &ctx, &asked, Section::Tenants);
    let tenants = shared.db().tenants().list_for(ctx.user).await?;
    let now = ctx.now();
    let off = (!ctx.platform_admin).then(|| WhyOff {
        id: "why-add".into(),
        sentence: "Only an administrator of this installation adds tenants.".into(),
    });
    let add = Button::primary("Add tenant", Press::Link("/tenants/new".into())).with_icon("plus").off_when(off.clone());
    let actions = html! { (button(&add)) @if let Some(off) = &off { (why_off(off)) } };
    let rows: Vec<Markup> = tenants.iter().map(|card| tenant_row(&now, card)).collect();
    let main = html! {
        (header(&Header { crumbs: Vec::new(), title: "Tenants".into(), summary: None, actions: Some(actions) }))
        @if rows.is_empty() {
            (empty_state("buildings", "No tenant yet", "You see the tenants that you are a member of. An owner can make you one.", None, false))
        } @else {
            (table("Your tenants, by name", &COLUMNS, true, &rows))
        }
    };
    place.page("Tenants", &main).await
}

fn tenant_row(now: &Now, card: &TenantCard) -> Markup {
    let base = format!("/t/{}", card.tenant.id);
    let name = MainCell {
        name: card.tenant.display_name.clone(),
        href: first_page(card),
        target: card.tenant.primary_domain.clone(),
        ..MainCell::default()
    };
    let synced = html! {
        @if let Some(sync) = &card.last_sync { a href=(format!("{base}/operations/{}", sync.run)) { (relative_time(now, sync.completed_at)) } }
        @else { span.muted { "Never" } }
    };
    let complete = html! { @if let Some(sync) = &card.last_sync { (badge(completeness(sync.outcome))) } };
    let active =
        linked_number(card.active_runs, &format!("{base}/operations?outcome=pending&when=all"), "active operations");
    row(
        &card.tenant.id.to_string(),
        &[
            state_cell(&badge(state(card.tenant.state))),
            main_cell(&name),
            cell("", "role", &html! { (capital(&card.role.to_string())) }),
            cell("nowrap", "synced", &synced),
            cell("", "", &complete),
            cell("num", "running", &active),
        ],
    )
}

fn state(state: TenantState) -> Badge {
    match state {
        TenantState::Pending => Badge::TenantPending,
        TenantState::Active => Badge::Active,
        TenantState::Suspended => Badge::Suspended,
        TenantState::Archived => Badge::Archived,
    }
}

/// A sync that succeeded read everything; one that partially did is named so.
fn completeness(outcome: Outcome) -> Badge {
    match outcome {
        Outcome::Succeeded => Badge::Complete,
        other => Badge::of_run(model::run::Status::Completed, other, RunSigns::default()),
    }
}
