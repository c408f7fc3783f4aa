//! `GET /t/{tenant}/operations/{run}`

use axum::extract::State;
use maud::{Markup, html};
use model::ids::RunId;
use model::run::Status;
use store::RunRow;

use super::Viewer;
use super::run::live_parts;
use super::run_items::items_section;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId};
use crate::frame::{Place, Section};
use crate::kit::code::short_id;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::live::{live_mark, live_region};
use crate::state::Shared;

/// One run, live while it is active.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RunId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Operations);
    let position = shared.db().changes_position().await?;
    let run = shared.db().tenant(&scope).runs().get(id).await?;
    let viewer = Viewer::new(&ctx, &scope);
    let parts = live_parts(&place, &scope, &viewer, &place.now(), &run).await?;
    let items = items_section(&place, &viewer, &run).await?;
    let body = html! {
        div.cols {
            div.cols-main { (parts.main) (items) }
            aside.cols-side aria-label="About this run" { (parts.side) }
        }
    };
    let crumbs = vec![
        Crumb::link("Operations", format!("{}/operations", place.base())),
        Crumb::text(short_id(&run.id.to_string())),
    ];
    let live = run.status != Status::Completed;
    let summary = html! { (parts.summary) @if live { (live_mark()) } };
    let main = html! {
        (header(&Header { crumbs, title: title(&run), summary: Some(summary), actions: Some(parts.acts) }))
        @if live { (live_region("run-live", &format!("{}/stream?since={position}", viewer.href(&run)), &body)) }
        @else { (body) }
    };
    let name = format!("{} {}", run.label, short_id(&run.id.to_string()));
    if live { place.live_page(&name, &main).await } else { place.page(&name, &main).await }
}

/// "Back up “Before the change”, 16 types", "Sync inventory, 16 types".
fn title(run: &RunRow) -> String {
    let between = if run.target.starts_with('“') { " " } else { ", " };
    format!("{}{between}{}", run.label, run.target)
}
