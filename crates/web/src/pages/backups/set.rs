//! `GET /t/{tenant}/backups/{set}`

use app::backups::Verification;
use app::exchange::SetOrigin;
use axum::extract::State;
use maud::{Markup, html};
use model::ids::BackupSetId;
use model::run::ItemOutcome;
use store::{BackupItem, BackupSet, BackupStatus, TenantScope};

use super::import;
use super::list::state;
use super::open::{add_section, close_action, take_out_action};
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId};
use crate::fields::{Fields, segment};
use crate::frame::{Place, Section};
use crate::kit::badge::{Badge, badge};
use crate::kit::button::{Button, Press, button};
use crate::kit::code::copyable;
use crate::kit::facts::{columns, facts, section};
use crate::kit::filter::{Filters, SearchField, filters};
use crate::kit::form::csrf;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::notice::{Notice, empty_state, notice};
use crate::kit::number::{counted, number, size};
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, MainCell, action_cell, cell, main_cell, row, state_cell, table};
use crate::kit::time::exact_time;
use crate::kit::tone::Tone;
use crate::pages::inventory::{export_menu, type_label};
use crate::state::Shared;
use app::advice::advice;

const ROWS: usize = 100;
const COLUMNS: [Column; 4] =
    [Column::new("State", "c-state"), Column::new("Object", ""), Column::new("Size", "num"), Column::actions()];

/// One set: its items, what is missing in it, and its manifest.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, set, &asked, None).await
}

pub(super) async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    id: BackupSetId,
    asked: &Fields,
    verified: Option<&Verification>,
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Backups);
    let set = shared.db().tenant(scope).backups().get(id).await?;
    let path = format!("{}/backups/{id}", place.base());
    let origin = import::origin(shared, scope, &set).await?;
    let main_part = html! {
        @if let Some(found) = verified { (result(found)) }
        (incomplete_notice(&set))
        (items_section(&place, scope, &set, &path).await?)
        @if set.open { (add_section(&place, scope, &set, &path).await?) }
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
    }
}

fn actions(place: &Place<'_>, set: &BackupSet, path: &str) -> Markup {
    html! {
        @if set.open { (close_action(place, path)) }
        @if set.status != BackupStatus::Writing {
            (export_menu(place, &Fields::default().with("set", set.id.to_string())))
            (button(&Button::new("Download manifest", Press::Link(format!("{path}/manifest"))).with_icon("download")))
            form.act method="post" action=(format!("{path}/verify")) {
                (csrf(&place.ctx.csrf))
                (button(&Button::primary("Verify set", Press::Submit).with_icon("shield-check")))
            }
        }
    }
}

/// Complete or not, said plainly, with what was found.
fn result(found: &Verification) -> Markup {
    let view = if found.is_intact() {
        Notice {
            tone: Tone::Ok,
            icon: "circle-check",
            title: format!("Intact: {} read back and equal to the manifest", counted(found.items, "object", "objects")),
            text: if found.missing == 0 {
                "Nothing is missing in it.".to_owned()
            } else {
                format!("{} could not be captured when it was made.", counted(found.missing, "object", "objects"))
            },
            code: String::new(),
            actions: None,
        }
    } else {
        let list = html! { ul { @for problem in found.problems.iter().take(20) { li { (problem) } } } };
        Notice {
            tone: Tone::Bad,
            icon: "circle-x",
            title: format!("Not intact: {}", counted(found.problems.len() as u64, "problem", "problems")),
            text: "Do not rely on this set. Make another and look at the storage of the database.".to_owned(),
            code: "backup.not_intact".to_owned(),
            actions: Some(list),
        }
    };
    notice(&view)
}

fn incomplete_notice(set: &BackupSet) -> Markup {
    if set.incomplete == 0 {
        return html! {};
    }
    notice(&Notice {
        tone: Tone::Warn,
        icon: "circle-half-2",
        title: format!("{} could not be captured", counted(set.incomplete, "object", "objects")),
        text: "Each is listed below with its code. An older version never stands in for it.".to_owned(),
        code: String::new(),
        actions: None,
    })
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
    let rows: Vec<Markup> = items.iter().map(|item| item_row(place, set, path, item)).collect();
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
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let items = place.shared.db().tenant(scope).backups().items(set.id, None, after, 1_000).await?;
        let Some(last) = items.last() else { return Ok(found) };
        after = last.sequence;
        found.extend(
            items
                .iter()
                .filter(|item| item.outcome != ItemOutcome::Succeeded)
                .map(|item| item_row(place, set, path, item)),
        );
        if found.len() >= ROWS || found.len() as u64 >= set.incomplete {
            return Ok(found);
        }
    }
}

fn item_row(place: &Place<'_>, set: &BackupSet, path: &str, item: &BackupItem) -> Markup {
    let code = item.code.clone().unwrap_or_default();
    let name = MainCell {
        name: if item.name.is_empty() { "(no name)".to_owned() } else { item.name.clone() },
        href: format!("{}/inventory/{}/{}", place.base(), segment(&item.type_key), segment(&item.external_id)),
        target: type_label(&item.type_key),
        why: if code.is_empty() { String::new() } else { format!("{}.", advice(&code).title) },
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
    row("", &[state_cell(&badge(look)), main_cell(&name), cell("num nowrap", "size", &bytes), action_cell(&take_out)])
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
