//! `GET /t/{tenant}/inventory`

use app::inventory::{Excluded, OBJECT_NAMES as NAMES, ObjectQuery, matching};
use axum::extract::State;
use maud::{Markup, html};
use model::access::Capability;
use model::search::SearchText;
use store::{CoverageRow, Exclusion, Facets, InventoryFilter, MissingPart, ObjectRow};

use super::bulk;
use super::export::export_menu;
use super::filter::{cursor, filter_row, platform_label, type_label};
use super::found::{Reasons, not_yet, refused, searched};
use super::references::{object_path, used_note};
use crate::errors::WebError;
use crate::extract::{Asked, InTenant};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::badge::{Badge, badge};
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::facets::{Facet, facets};
use crate::kit::filter::filters;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::notice::{Notice, empty_state, notice};
use crate::kit::number::{counted, number};
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, MainCell, cell, main_cell, row, state_cell, table};
use crate::kit::time::{Now, relative_time};
use crate::kit::tone::Tone;
use crate::state::Shared;

const ROWS: usize = 50;
const COLUMNS: [Column; 7] = [
    bulk::COLUMN,
    Column::new("State", "c-state"),
    Column::new("Name", ""),
    Column::new("Platform", ""),
    Column::new("Assignments", "num"),
    Column::new("Changed", "c-at"),
    Column::new("Last seen", "c-at"),
];

/// The inventory by name.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Inventory);
    let path = format!("{}/inventory", place.base());
    let kept = asked.only(&NAMES);
    let (search, refusal) = searched(&ObjectQuery::of(kept.pairs()));
    let asked = if refusal.is_some() { asked.without(&["q"]) } else { asked.clone() };
    let filter = matching(shared.db(), &scope, &ObjectQuery::of(asked.pairs()), ctx.now_ms).await?;
    let inventory_of = shared.db().tenant(&scope);
    let inventory = inventory_of.inventory();
    let mut stateless = filter.clone();
    stateless.missing = None;
    stateless.incomplete = None;
    let facet_counts = inventory.facets(&stateless).await?;
    let excluded = Excluded::of(shared.db(), &scope).await?;
    let mut coverage = inventory.coverage().await?;
    coverage.retain(|row| !excluded.has(&row.type_key));
    let body = match &refusal {
        Some(error) => refused(error, kept.without(&["q"]).href(&path)),
        None => {
            let all = inventory.count(&stateless).await?;
            let results = results(&place, &asked, &filter, search.as_ref(), &excluded).await?;
            html! { (facets("By state", &facet_row(&kept, &path, all, &facet_counts), &html! {})) (results) }
        }
    };
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Configuration")], title: "Inventory".into(), summary: Some(freshness(&place.now(), &coverage)), actions: Some(actions(&place, &kept)) }))
        (incomplete_types(&coverage))
        (filters(&filter_row(&kept, &path, &facet_counts)))
        @if let Some(group) = asked.get("group") { p.help { "Assigned to the group " code { (group) } ". " a href=(kept.without(&["group"]).href(&path)) { "Show all" } } }
        (used_note(&place, &path, &kept).await?)
        div id="inventory" { (body) }
    };
    place.page("Inventory", &main).await
}

/// The rows that fit, page by page.
async fn results(
    place: &Place<'_>,
    asked: &Fields,
    filter: &InventoryFilter,
    search: Option<&SearchText>,
    excluded: &Excluded,
) -> Result<Markup, WebError> {
    let Some(scope) = place.scope else { return Ok(html! {}) };
    let (path, kept, now) = (format!("{}/inventory", place.base()), asked.only(&NAMES), place.now());
    let inventory_of = place.shared.db().tenant(scope);
    let inventory = inventory_of.inventory();
    let mut rows = inventory.list(filter, cursor(asked).as_ref(), ROWS + 1).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let shown = inventory.count(filter).await?;
    let reasons = Reasons::of(place, search, &rows).await?;
    let selects = bulk::may_select(place);
    let columns = if selects { &COLUMNS[..] } else { &COLUMNS[1..] };
    let line = |each: &ObjectRow| {
        object_row(&now, &place.base(), each, (reasons.why(each), excluded.get(&each.type_key)), selects)
    };
    let lines: Vec<_> = rows.iter().map(line).collect();
    Ok(html! {
        (not_yet(place, search).await?)
        @if rows.is_empty() { (nothing(place, &kept, &path)) }
        @else {
            (bulk::bar(place, &kept, rows.len(), shown))
            (table("Configuration objects, by name", columns, true, &lines))
            (pager(&pages(&rows, more, shown, &kept, &path, asked, &now)))
        }
    })
}

fn freshness(now: &Now, coverage: &[CoverageRow]) -> Markup {
    let oldest = coverage.iter().map(|row| row.at).min();
    let whole = coverage.iter().filter(|row| row.list_complete && row.incomplete == 0).count();
    html! {
        @match oldest {
            None => { span.muted { "Never observed" } }
            Some(at) => {
                span { "Observed " (relative_time(now, at)) } " "
                span.muted { (counted(whole as u64, "type", "types")) " of " (number(coverage.len() as u64)) " complete" }
            }
        }
    }
}

/// What the last pass could not read, named.
fn incomplete_types(coverage: &[CoverageRow]) -> Markup {
    let broken: Vec<_> = coverage.iter().filter(|row| !row.list_complete || row.incomplete > 0).collect();
    let Some(first) = broken.first() else { return html! {} };
    let names: Vec<String> = broken
        .iter()
        .map(|row| {
            let label = type_label(&row.type_key);
            if row.list_complete {
                format!("{label} ({})", counted(row.incomplete, "object", "objects"))
            } else {
                format!("{label} (list not read)")
            }
        })
        .collect();
    notice(&Notice {
        tone: Tone::Warn,
        icon: "progress",
        title: "Not everything was read".to_owned(),
        text: format!(
            "Incomplete: {}. Last complete versions stay, and nothing is called missing because of it.",
            names.join(", ")
        ),
        code: first.code.clone().unwrap_or_default(),
        actions: None,
    })
}

fn actions(place: &Place<'_>, kept: &Fields) -> Markup {
    let base = place.base();
    let sync_off = place.start_off(Capability::InventorySync, "why-sync");
    let groups_off = place.start_off(Capability::DirectorySync, "why-sync");
    let dependencies = Button::new("Dependencies", Press::Link(format!("{base}/inventory/dependencies")));
    html! {
        (button(&dependencies.with_icon("arrows-diff")))
        (export_menu(place, kept))
        (button(&Button::new("Read directory groups", place.start(&format!("{base}/groups/sync"))).with_icon("users").off_when(groups_off)))
        (button(&Button::new("Check for changes", place.start(&format!("{base}/inventory/probe"))).with_icon("history").off_when(sync_off.clone())))
        (button(&Button::primary("Sync inventory", place.start(&format!("{base}/inventory/sync"))).with_icon("refresh").off_when(sync_off.clone())))
        @if let Some(off) = &sync_off { (why_off(off)) }
    }
}

fn facet_row(kept: &Fields, path: &str, all: u64, counts: &Facets) -> Vec<Facet> {
    let state = |value: &str, words: &str, count: u64, look: Badge| Facet {
        count,
        words: words.into(),
        sign: Some((look.icon_name(), look.tone())),
        href: kept.with("state", value).href(path),
        current: kept.has("state", value),
    };
    vec![
        Facet {
            count: all,
            words: "objects".into(),
            sign: None,
            href: kept.without(&["state"]).href(path),
            current: kept.get("state").is_none(),
        },
        state("incomplete", "incomplete", counts.incomplete, Badge::Incomplete),
        state("missing", "missing", counts.missing, Badge::Missing),
    ]
}

/// What was not read, in words. A part is named by its property in Graph, the object itself by `object`.
pub(super) fn part_words(part: &MissingPart) -> String {
    if part.part == "object" { "what its list leaves out".to_owned() } else { part.part.clone() }
}

fn object_row(
    now: &Now,
    base: &str,
    object: &ObjectRow,
    (found, excluded): (Option<Markup>, Option<&Exclusion>),
    selects: bool,
) -> Markup {
    let why = if let Some(exclusion) = excluded {
        format!("Its type is excluded since {}: {}", now.relative(exclusion.at), exclusion.reason)
    } else if let Some(missing) = &object.missing {
        let sure = if missing.high_confidence { "" } else { " The pass was partial, so this is not certain." };
        format!("Not seen since {}.{sure}", now.relative(missing.since))
    } else {
        object
            .missing_parts
            .first()
            .map(|part| format!("Not read: {}. {}", part_words(part), crate::errors::sentence(&part.message)))
            .unwrap_or_default()
    };
    let name = MainCell {
        name: if object.name.is_empty() { "(no name)".to_owned() } else { object.name.clone() },
        href: object_path(base, &object.type_key, &object.external_id),
        target: type_label(&object.type_key),
        why,
        code: object
            .missing_parts
            .first()
            .filter(|_| excluded.is_none())
            .map(|part| part.code.clone())
            .unwrap_or_default(),
        found,
        ..MainCell::default()
    };
    let changed =
        html! { @if let Some(at) = object.changed_at { (relative_time(now, at)) } @else { span.muted { "–" } } };
    let assigned = html! { @match object.assignments_count { None => { span.muted { "–" } } Some(0) => { span.zero { "0" } } Some(count) => { (number(count)) } } };
    let cells = [
        bulk::select_cell(object),
        state_cell(&badge(object_badge(object, excluded.is_some()))),
        main_cell(&name),
        cell("nowrap", "", &html! { (platform_label(&object.platform)) }),
        cell("num", "assignments", &assigned),
        cell("nowrap", "changed", &changed),
        cell("nowrap", "seen", &relative_time(now, object.last_seen_at)),
    ];
    row("", if selects { &cells } else { &cells[1..] })
}

/// Of an excluded type nothing new is known. What is wrong comes next; an object that is whole is just present.
pub(super) fn object_badge(object: &ObjectRow, excluded: bool) -> Badge {
    if excluded {
        Badge::Excluded
    } else if object.missing.is_some() {
        Badge::Missing
    } else if !object.complete {
        Badge::Incomplete
    } else {
        Badge::Present
    }
}

fn pages(rows: &[ObjectRow], more: bool, total: u64, kept: &Fields, path: &str, asked: &Fields, now: &Now) -> Pager {
    let next = more.then(|| rows.last()).flatten().map(|last| {
        let at = last.cursor();
        kept.with("after", at.name_key).with("after_type", at.type_key).with("after_id", at.external_id).href(path)
    });
    Pager {
        shown: rows.len() as u64,
        total: Some(total),
        noun: ("object", "objects"),
        order: "by name",
        zone: now.zone_name().to_owned(),
        words: Some(("First", "Next")),
        label: "",
        previous: asked.get("after").map(|_| kept.href(path)),
        next,
    }
}

fn nothing(place: &Place<'_>, kept: &Fields, path: &str) -> Markup {
    if kept.any(&NAMES) {
        let clear =
            html! { (button(&Button::new("Clear filters", Press::Link(path.to_owned())).with_icon("filter-off"))) };
        return empty_state("search", "No object matches", "With these filters.", Some(&clear), true);
    }
    let off = place.start_off(Capability::InventorySync, "why-first");
    let text = "A sync reads every configuration type once and keeps each content as a version. It changes nothing in the tenant.";
    empty_state("list-details", "Nothing observed yet", text, off.as_ref().map(why_off).as_ref(), false)
}
