//! Coverage: what of a tenant TenantAtlas sees, what it can do with it, and why not more.

mod exclusions;
mod rows;

use app::inventory::{Sight, TypeCoverage, coverage};
use axum::extract::State;
use maud::{Markup, html};
use model::access::Capability;
use store::TenantScope;

pub(crate) use self::exclusions::{exclude, include};
use self::rows::type_table;
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::button::{Button, button, why_off};
use crate::kit::facts::section;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::number::{counted, number};
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// `GET /t/{tenant}/coverage`
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, &asked, &FormError::default()).await
}

async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Coverage);
    let types = coverage(shared.db(), scope).await?;
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Configuration")], title: "Coverage".into(), summary: Some(summary(&types)), actions: Some(actions(&place)) }))
        p.help { "What each sync sees, what a backup holds, and what can be written back. A sync leaves unread what did not change; read everything again when in doubt. A type that is not wanted here can be excluded, under what can be done with it." }
        (error.summary(&[]))
        @if let Some(off) = exclusions::off(&place) { (why_off(&off)) }
        @for (category, types) in by_category(&types) {
            (section(&anchor(category), category, "", &type_table(&place, category, &types)))
        }
    };
    place.page("Coverage", &main).await
}

fn actions(place: &Place<'_>) -> Markup {
    let off = place.start_off(Capability::InventorySync, "why-sync");
    let path = format!("{}/inventory/sync", place.base());
    let again = place.start_with(&path, Fields::default().with("whole", "1"));
    let groups_off = place.start_off(Capability::DirectorySync, "why-sync");
    let path = format!("{}/groups/sync", place.base());
    let groups = place.start_with(&path, Fields::default().with("whole", "1"));
    html! {
        (button(&Button::new("Read all groups again", groups).with_icon("users").off_when(groups_off)))
        (button(&Button::new("Read everything again", again).with_icon("refresh").off_when(off.clone())))
        @if let Some(off) = &off { (why_off(off)) }
    }
}

fn summary(types: &[TypeCoverage]) -> Markup {
    let with = |sight: Sight| types.iter().filter(|each| each.sight() == sight).count() as u64;
    let others = [
        (Sight::NotRead, "not read"),
        (Sight::Incomplete, "incomplete"),
        (Sight::NeverObserved, "never observed"),
        (Sight::Excluded, "excluded"),
    ];
    let observed = types.len() as u64 - with(Sight::Excluded);
    html! {
        span { (number(with(Sight::Complete))) " of " (counted(observed, "type", "types")) " complete" }
        @for (sight, words) in others {
            @if with(sight) > 0 { " " span.muted { (number(with(sight))) " " (words) } }
        }
    }
}

/// The areas in the order in which the registry first names them.
fn by_category(types: &[TypeCoverage]) -> Vec<(&str, Vec<&TypeCoverage>)> {
    let mut areas: Vec<(&str, Vec<&TypeCoverage>)> = Vec::new();
    for each in types {
        match areas.iter_mut().find(|(category, _)| *category == each.contract.category) {
            Some((_, found)) => found.push(each),
            None => areas.push((&each.contract.category, vec![each])),
        }
    }
    areas
}

fn anchor(category: &str) -> String {
    category.to_lowercase().replace(' ', "-")
}
