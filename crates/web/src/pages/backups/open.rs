//! A set that was left open: adding policies, taking them out, closing it.

use app::backups::{PolicyKey, close_set, start_add};
use app::inventory::{ObjectQuery, matching};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::access::Capability;
use model::ids::BackupSetId;
use model::{AppError, Kind};
use store::{BackupItem, BackupSet, InventoryFilter, ObjectRow, TenantScope};

use crate::errors::{WebError, sentence};
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::frame::{Done, Place, answer, done, extra, tenant_path};
use crate::kit::button::{Button, Press, Weight, button, why_off};
use crate::kit::facts::section;
use crate::kit::form::csrf;
use crate::kit::notice::empty_state;
use crate::pages::inventory::type_label;
use crate::state::Shared;

/// Candidates shown at a time; a search narrows them.
const CANDIDATES: usize = 50;

/// `POST /t/{tenant}/backups/{set}/add`
pub(crate) async fn add_policies(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let policies = form.all("policy").filter_map(PolicyKey::parse).collect();
    let started = start_add(shared.db(), &scope, set, policies, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, &format!("/backups/{set}")).await
}

/// `POST /t/{tenant}/backups/{set}/take-out`
pub(crate) async fn take_out(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let policy = PolicyKey::parse(form.text("policy")).ok_or_else(AppError::not_found)?;
    shared.db().tenant(&scope).backups().take_out(set, &policy.type_key, &policy.id).await?;
    Ok(done(&ctx, &format!("{}/backups/{set}", tenant_path(&scope)), Done::TakenOut))
}

/// `POST /t/{tenant}/backups/{set}/close`
pub(crate) async fn close(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Response, WebError> {
    close_set(shared.db(), &scope, set).await?;
    Ok(done(&ctx, &format!("{}/backups/{set}", tenant_path(&scope)), Done::SetClosed))
}

/// The button that closes the set, or why this person may not.
pub(super) fn close_action(place: &Place<'_>, path: &str) -> Markup {
    let off = place.off_without(Capability::BackupsCreate, "why-close");
    let press = if off.is_none() { Press::Submit } else { Press::Link(path.to_owned()) };
    html! {
        form.act method="post" action=(format!("{path}/close")) {
            (csrf(&place.ctx.csrf))
            (button(&Button::primary("Close set", press).with_icon("lock").off_when(off.clone())))
        }
        @if let Some(off) = &off { (why_off(off)) }
    }
}

/// The button that takes an item out; nothing for who may not.
pub(super) fn take_out_action(place: &Place<'_>, path: &str, item: &BackupItem) -> Markup {
    if place.off_without(Capability::BackupsCreate, "why-take-out").is_some() {
        return html! {};
    }
    html! {
        form.act method="post" action=(format!("{path}/take-out")) {
            (csrf(&place.ctx.csrf))
            input type="hidden" name="policy" value=(format!("{}/{}", item.type_key, item.external_id));
            (button(&Button { weight: Weight::Ghost, small: true, about: format!(" {}", item.name), ..Button::new("Take out", Press::Submit) }))
        }
    }
}

/// What can be added: policies of the inventory, found by name.
pub(super) async fn add_section(
    place: &Place<'_>,
    scope: &TenantScope,
    set: &BackupSet,
    path: &str,
) -> Result<Markup, WebError> {
    if let Some(off) = place.start_off(Capability::BackupsCreate, "why-add") {
        let view = Button::new("Add policies", Press::Submit).off_when(Some(off.clone()));
        return Ok(section("add", "Add policies", "", &html! { (button(&view)) (why_off(&off)) }));
    }
    let wanted = place.asked.text("add");
    let (found, refusal) = match candidates(place, scope, wanted).await {
        Err(error) if error.kind == Kind::Invalid => (Vec::new(), Some(sentence(&error.message))),
        found => (found?, None),
    };
    let Press::Post { action, .. } = place.start(&format!("{path}/add")) else { return Ok(html! {}) };
    let body = html! {
        form.filters role="search" aria-label="Find policies to add" method="get" action=(format!("{path}#add")) {
            label.vh for="add-q" { "Find a policy by name or setting" }
            input.input id="add-q" type="search" name="add" value=(wanted) placeholder="Name or setting" autocomplete="off";
            (button(&Button::new("Find", Press::Submit).with_icon("search")))
        }
        @if found.is_empty() { (empty_state("search", "No policy found", refusal.as_deref().unwrap_or("Only what was observed can be added."), None, true)) }
        @else {
            form.form method="post" action=(action) {
                (csrf(&place.ctx.csrf))
                fieldset.opts {
                    legend { (if found.len() == CANDIDATES { "The first 50 by name; a search finds the others" } else { "By name" }) }
                    @for object in &found { (candidate(object)) }
                }
                div.row-acts { (button(&Button::new("Add policies", Press::Submit).with_icon("plus"))) }
            }
        }
    };
    Ok(section("add", "Add policies", &format!("to “{}”", set.name), &body))
}

/// Those that are there, by name.
async fn candidates(place: &Place<'_>, scope: &TenantScope, wanted: &str) -> Result<Vec<ObjectRow>, AppError> {
    let db = place.shared.db();
    let filter = matching(db, scope, &ObjectQuery::of([("q", wanted)]), place.ctx.now_ms).await?;
    let filter = InventoryFilter { missing: Some(false), ..filter };
    Ok(db.tenant(scope).inventory().list(&filter, None, CANDIDATES).await?)
}

fn candidate(object: &ObjectRow) -> Markup {
    let value = format!("{}/{}", object.type_key, object.external_id);
    let name = if object.name.is_empty() { "(no name)" } else { &object.name };
    html! { label { input type="checkbox" name="policy" value=(value); span { (name) " " span.muted { (type_label(&object.type_key)) } } } }
}
