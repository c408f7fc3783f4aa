//! One row for each type: how well it was seen, and everything that can be done with it behind a fold.

use app::inventory::{Sight, TypeCoverage};
use maud::{Markup, html};
use model::registry::resolver::Answer;

use super::exclusions::{exclude_form, excluded};
use crate::fields::Fields;
use crate::frame::Place;
use crate::kit::badge::{Badge, badge, tag};
use crate::kit::facts::facts;
use crate::kit::icon::icon;
use crate::kit::number::{counted, number};
use crate::kit::table::{Column, cell, row, state_cell, table};
use crate::kit::time::relative_time;
use crate::kit::tone::Tone;

const COLUMNS: [Column; 7] = [
    Column::new("State", "c-state"),
    Column::new("Type", ""),
    Column::new("Objects", "num"),
    Column::new("Observed", "c-at"),
    Column::new("Backup", ""),
    Column::new("Restore", ""),
    Column::new("Assign", ""),
];

/// The types of one area.
pub(super) fn type_table(place: &Place<'_>, category: &str, types: &[&TypeCoverage]) -> Markup {
    let rows: Vec<Markup> = types.iter().map(|each| type_row(place, each)).collect();
    table(&format!("Types of {category}"), &COLUMNS, true, &rows)
}

fn type_row(place: &Place<'_>, each: &TypeCoverage) -> Markup {
    let observed = match &each.seen {
        Some(seen) => relative_time(&place.now(), seen.at),
        None => html! { span.muted { "never" } },
    };
    row(
        &each.contract.key,
        &[
            state_cell(&badge(sign(each.sight()))),
            cell("c-main", "", &main(place, each)),
            cell("num", "objects", &objects(each)),
            cell("nowrap", "observed", &observed),
            cell("nowrap", "backup", &answer(&each.can.backup)),
            cell("nowrap", "restore", &answer(&each.can.restore)),
            cell("nowrap", "assign", &answer(&each.can.assign)),
        ],
    )
}

fn sign(sight: Sight) -> Badge {
    match sight {
        Sight::NotRead => Badge::NotRead,
        Sight::Incomplete => Badge::Incomplete,
        Sight::NeverObserved => Badge::NeverObserved,
        Sight::Complete => Badge::Complete,
        Sight::Excluded => Badge::Excluded,
    }
}

fn objects(each: &TypeCoverage) -> Markup {
    html! { @if let Some(seen) = &each.seen { (number(seen.seen)) } @else { span.muted { "–" } } }
}

fn main(place: &Place<'_>, each: &TypeCoverage) -> Markup {
    let base = &place.base();
    let list = Fields::default().with("type", &each.contract.key).href(&format!("{base}/inventory"));
    html! {
        a.row-a href=(list) { (each.contract.label_plural) } " " span.row-t { (each.contract.key) }
        (excluded(place, each))
        (why_not_complete(base, each))
        (unnamed(base, each))
        details.more {
            summary { (icon("chevron-right")) "What can be done" span.vh { " with " (each.contract.label_plural) } }
            (details(each))
            (exclude_form(place, each))
        }
    }
}

/// Why the last observation is not complete, with what it needs.
fn why_not_complete(base: &str, each: &TypeCoverage) -> Markup {
    let Some(seen) = &each.seen else { return html! {} };
    let run = format!("{base}/operations/{}", seen.run);
    let code = seen.code.as_deref().unwrap_or_default();
    html! {
        @match each.sight() {
            Sight::NotRead => p.why {
                (app::advice::advice(code).title) ". "
                @if code == "graph.permission_denied" { "It needs " (each.contract.permissions.read.join(" and ")) ". " }
                code { (code) } " " a.nowrap href=(run) { "Open the run" }
            },
            Sight::Incomplete => p.why {
                (counted(seen.incomplete, "object", "objects")) " could not be read as a whole. "
                a.nowrap href=(run) { "Open the run" }
            },
            Sight::NeverObserved | Sight::Complete | Sight::Excluded => {},
        }
    }
}

/// Settings that are shown by their ids, and why.
fn unnamed(base: &str, each: &TypeCoverage) -> Markup {
    let Some(seen) = each.seen.as_ref().filter(|seen| seen.unnamed > 0 && each.excluded.is_none()) else {
        return html! {};
    };
    let code = seen.unnamed_code.as_deref().unwrap_or_default();
    html! {
        p.why {
            (counted(seen.unnamed, "setting is", "settings are")) " shown by id. "
            @if code == "graph.not_found" { "The tenant's service has no definition of them. " }
            @else { (app::advice::advice(code).title) ". " a.nowrap href=(format!("{base}/operations/{}", seen.run)) { "Open the run" } " " }
            code { (code) }
        }
    }
}

fn details(each: &TypeCoverage) -> Markup {
    let contract = each.contract;
    let mut rows: Vec<(&str, Markup)> =
        each.can.answers().map(|(asked, found)| (words(asked), html! { (answer(found)) (why(found)) })).into();
    rows.push(("Risk of a write", html! { (contract.risk.to_string()) }));
    rows.push(("Reads with", permissions(&contract.permissions.read)));
    rows.push(("Writes with", permissions(&contract.permissions.write)));
    rows.push(("Path", html! { code { "/" (contract.version.as_str()) "/" (contract.path) } }));
    facts(&rows)
}

fn permissions(names: &[String]) -> Markup {
    html! { @if names.is_empty() { "no permission" } @else { @for name in names { code { (name) } " " } } }
}

fn words(asked: &'static str) -> &'static str {
    match asked {
        "list" => "Listed",
        "complete" => "Read as a whole",
        "backup" => "Backed up",
        "compare" => "Compared",
        "create" => "Made",
        "update" => "Changed",
        "delete" => "Removed",
        "restore" => "Restored",
        _ => "Assigned",
    }
}

fn answer(answer: &Answer) -> Markup {
    match answer {
        Answer::Yes => tag("Yes", "check", Tone::Ok),
        Answer::Partly(_) => tag("Partly", "circle-half-2", Tone::Warn),
        Answer::No(_) => tag("No", "minus", Tone::Mute),
    }
}

fn why(answer: &Answer) -> Markup {
    html! { @if let Some(why) = answer.why() { " " span.muted { (why) } } }
}
