//! `GET /t/{tenant}/backups/{set}`

use app::backups::{Verdict, Verification, judge_items};
use app::exchange::SetOrigin;
use axum::extract::State;
use maud::{Markup, html};
use model::ids::BackupSetId;
use model::run::ItemOutcome;
use store::{BackupItem, BackupSet, BackupStatus, TenantScope};

use super::import;
use super::list::state;
use super::notices::{incomplete_notice, result};
use super::open::{add_section, close_action, take_out_action};
use super::remove::remove_section;
use super::restorability::{answer, first_why, summary_section};
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::badge::{Badge, badge};
use crate::kit::button::{Button, Press, button};
use crate::kit::code::copyable;
use crate::kit::facts::{columns, facts, section};
use crate::kit::filter::{Filters, SearchField, filters};
use crate::kit::form::csrf;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::notice::empty_state;
use crate::kit::number::{counted, number, size};
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, MainCell, action_cell, cell, main_cell, row, state_cell, table};
use crate::kit::time::exact_time;
use crate::pages::form_error::FormError;
use crate::pages::inventory::{export_menu, type_label};
use crate::state::Shared;
use app::advice::advice;

const ROWS: usize = 100;
const COLUMNS: [Column; 5] = [
    Column::new("State", "c-state"),
    Column::new("Object", ""),
    Column::new("Restore today", ""),
    Column::new("Size", "num"),
    Column::actions(),
];

/// One set: its items, what is missing in it, and its manifest.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, set, &asked, (None, &FormError::default())).await
}

pub(super) async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    id: BackupSetId,
    asked: &Fields,
    (verified, error): (Option<&Verification>, &FormError),
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Backups);
    let set = shared.db().tenant(scope).backups().get(id).await?;
    let path = format!("{}/backups/{id}", place.base());
    let origin = import::origin(shared, scope, &set).await?;
    let main_part = html! {
        @if let Some(found) = verified { (result(found)) }
        (incomplete_notice(&set))
        (summary_section(&place, scope, &set, &path).await?)
        (items_section(&place, scope, &set, &path).await?)
        @if set.open { (add_section(&place, scope, &set, &path).await?) }
        (remove_section(&place, &set, &path, error).await?)
    };
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::link("Backups", format!("{}/backups", place.base()))], title: set.name.clone(), summary: Some(summary(&set)), actions: Some(actions(&place, &set, &path)) }))
        (columns(&main_part, "About this backup set", &about(&place, &set, origin.as_ref())))
    };
    place.page(&set.name, &main).await
}

fn summary(set: &BackupSet) -> Markup {
    html! {
        (badge(state(set))) " " span { (counted(set.items, "item", "items")) }
        @if set.incomplete > 0 { " " span.muted { (number(set.incomplete)) " not captured" } }
        @if set.archived.is_some() { " " (badge(Badge::Archived)) }
    }
}

fn actions(place: &Place<'_>, set: &BackupSet, path: &str) -> Markup {
    html! {
        @if set.open { (close_action(place, path)) }
        @if set.status != BackupStatus::Writing {
            (restore_action(place, set))
            (export_menu(place, &Fields::default().with("set", set.id.to_string())))
            (button(&Button::new("Download manifest", Press::Link(format!("{path}/manifest"))).with_icon("download")))
            form.act method="post" action=(format!("{path}/verify")) {
                (csrf(&place.ctx.csrf))
                (button(&Button::primary("Verify set", Press::Submit).with_icon("shield-check")))
            }
        }
    }
}

/// Where a restore of it begins.
fn restore_action(place: &Place<'_>, set: &BackupSet) -> Markup {
    let href = Fields::default().with("set", set.id.to_string()).href(&format!("{}/restores/new", place.base()));
    button(&Button::new("Restore…", Press::Link(href)).with_icon("arrow-back-up"))
}

async fn items_section(
    place: &Place<'_>,
    scope: &TenantScope,
    set: &BackupSet,
    path: &str,
) -> Result<Markup, WebError> {
    let asked = place.asked.only(&["q"]);
    let after = place.asked.get("after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut items = place.shared.db().tenant(scope).backups().items(set.id, asked.get("q"), after, ROWS + 1).await?;
    let more = items.len() > ROWS;
    items.truncate(ROWS);
    let verdicts = judge_items(place.shared.db(), scope, set.id, &items).await?;
    let rows: Vec<Markup> =
        items.iter().zip(&verdicts).map(|(item, verdict)| item_row(place, set, path, (item, verdict))).collect();
    let next =
        more.then(|| items.last()).flatten().map(|last| asked.with("after", last.sequence.to_string()).href(path));
    let pages = Pager {
        shown: rows.len() as u64,
        noun: ("item", "items"),
        order: "in the order of the manifest",
        words: Some(("First", "More")),
        previous: (after > 0).then(|| asked.href(path)),
        next,
        ..Pager::default()
    };
    let search = Filters {
        id: "set".into(),
        label: "Filter items".into(),
        action: path.to_owned(),
        target: "items".into(),
        search: Some(SearchField {
            name: "q".into(),
            label: "Find an item by name".into(),
            placeholder: "Item name".into(),
            value: asked.text("q").into(),
        }),
        choices: Vec::new(),
        hidden: Vec::new(),
    };
    let missing = missing_rows(place, scope, set, path).await?;
    Ok(html! {
        @if !missing.is_empty() { (section("missing", "Not captured", "", &table("Objects that are not in the set", &COLUMNS, false, &missing))) }
        section.sec id="items" aria-labelledby="items-h" {
            div.sec-h { h2 id="items-h" { "Items" } (filters(&search)) }
            @if rows.is_empty() { (empty_state("archive", "No item", "Nothing here, or nothing of that name.", None, true)) }
            @else { (table("Items of this set", &COLUMNS, true, &rows)) (pager(&pages)) }
        }
    })
}

/// Items that were not captured, first of all; a set with more says so by its count.
async fn missing_rows(
    place: &Place<'_>,
    scope: &TenantScope,
    set: &BackupSet,
    path: &str,
) -> Result<Vec<Markup>, WebError> {
    if set.incomplete == 0 {
        return Ok(Vec::new());
    }
    let (mut found, mut after): (Vec<BackupItem>, i64) = (Vec::new(), 0);
    loop {
        let items = place.shared.db().tenant(scope).backups().items(set.id, None, after, 1_000).await?;
        let Some(last) = items.last() else { break };
        after = last.sequence;
        found.extend(items.into_iter().filter(|item| item.outcome != ItemOutcome::Succeeded));
        if found.len() >= ROWS || found.len() as u64 >= set.incomplete {
            break;
        }
    }
    let verdicts = judge_items(place.shared.db(), scope, set.id, &found).await?;
    Ok(found.iter().zip(&verdicts).map(|(item, verdict)| item_row(place, set, path, (item, verdict))).collect())
}

fn item_row(place: &Place<'_>, set: &BackupSet, path: &str, (item, verdict): (&BackupItem, &Verdict)) -> Markup {
    let code = item.code.clone().unwrap_or_default();
    let foundation = if item.foundation { ", foundation" } else { "" };
    let name = MainCell {
        name: if item.name.is_empty() { "(no name)".to_owned() } else { item.name.clone() },
        href: format!("{path}/items/{}", item.sequence),
        target: format!("{}{foundation}", type_label(&item.type_key)),
        why: if code.is_empty() { first_why(verdict) } else { format!("{}.", advice(&code).title) },
        code,
        ..MainCell::default()
    };
    let look = if item.outcome == ItemOutcome::Succeeded { Badge::Complete } else { Badge::of_item(item.outcome) };
    let bytes = html! { @match item.bytes { Some(bytes) => { (size(bytes)) } None => { span.muted { "–" } } } };
    let take_out = if set.open {
        take_out_action(place, path, item)
    } else {
        html! {}
    };
    row(
        "",
        &[
            state_cell(&badge(look)),
            main_cell(&name),
            cell("nowrap", "restore today", &answer(verdict)),
            cell("num nowrap", "size", &bytes),
            action_cell(&take_out),
        ],
    )
}

fn about(place: &Place<'_>, set: &BackupSet, origin: Option<&SetOrigin>) -> Markup {
    let now = place.now();
    let from = origin.map(|origin| ("Origin", html! { (import::words(origin)) }));
    let mut about = vec![
        ("Backup set", copyable(&set.id.to_string(), "id of this backup set")),
        ("Made by", html! { (set.creator_name) }),
        ("Started", exact_time(&now, set.created_at)),
        (
            "Sealed",
            html! { @match set.sealed_at { Some(at) => { (exact_time(&now, at)) } None => { span.muted { "Not yet" } } } },
        ),
        (
            "Manifest",
            html! { @match &set.manifest_hash { Some(hash) => { (copyable(hash, "hash of the manifest")) } None => { span.muted { "Not yet" } } } },
        ),
        ("Run", html! { a href=(format!("{}/operations/{}", place.base(), set.run)) { "View run" } }),
        ("Zone", html! { (now.zone_name()) }),
    ];
    if let Some(from) = from {
        about.insert(1, from);
    }
    section("about", "About this set", "", &facts(&about))
}
