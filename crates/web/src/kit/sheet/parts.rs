//! Forms, dialogs, lists, tables: the larger parts.

use maud::{Markup, html};

use super::samples;
use crate::kit::badge::{Badge, badge};
use crate::kit::button::{Button, Press, Weight, WhyOff, button};
use crate::kit::code::{copyable, short_id};
use crate::kit::dialog::{Confirm, confirm_still};
use crate::kit::facets::{Facet, facets};
use crate::kit::facts::{Related, columns, facts, related, section};
use crate::kit::filter::{Choice, Filters, SearchField, filters};
use crate::kit::form::{Field, error_summary, field, field_group, select, tick};
use crate::kit::json::json_viewer;
use crate::kit::live::{live_mark, newer_bar, newer_place};
use crate::kit::pager::{Pager, pager};
use crate::kit::progress::{Progress, progress};
use crate::kit::settings::{SettingGroup, SettingRow, setting_groups};
use crate::kit::table::{Column, MainCell, action_cell, cell, main_cell, row, state_cell, table};
use crate::kit::tabs::{Tab, tabs};
use crate::kit::time::{exact_time, relative_time};
use crate::kit::timeline::{Event, Phase, Stretch, events, timeline};
use crate::kit::tone::Tone;
use crate::kit::versions::{Version, versions};

/// Parts that fit a column; `theme` makes their ids unique.
pub(super) fn all(theme: &str) -> Markup {
    html! {
        h3 { "Live" }
        (live_mark())
        (newer_place(&format!("{theme}-newer")))
        (newer_bar(2, "newer operation", "newer operations", "/t/contoso/operations", "ops"))
        h3 { "Form" }
        (form(theme))
        h3 { "Confirm" }
        (confirm_still(&Confirm {
            id: format!("{theme}-confirm"),
            title: "Cancel this backup?".to_owned(),
            text: "412 of 650 objects are captured. The set is kept as partial.".to_owned(),
            keep: "Keep running".to_owned(),
            act: "Cancel backup".to_owned(),
            action: "/t/contoso/operations/1/cancel".to_owned(),
            csrf: "token".to_owned(),
        }))
        h3 { "Versions" }
        (versions(&samples::now(), &[version(23, 60_000, true), version(22, 800_000, false), version(21, 60_000_000, false)]))
    }
}

/// Parts that need the whole width.
pub(super) fn wide() -> Markup {
    let now = samples::now();
    let id = "run_01kasq7w3ye8bt2m9x5h6n4vfd";
    let main = html! {
        (section("operations", "Operations", "", &operations()))
        (section("timeline", "Timeline", "6 min 2 s", &html! { (timeline(&now, &phases())) (events(&now, &[
            Event { at_ms: samples::ago(900), words: "Queued by Anna Lindqvist".to_owned() },
            Event { at_ms: samples::ago(860), words: "Claimed by atlas-w2, attempt 1".to_owned() },
        ], true)) }))
        (section("settings", "Settings", "4, as observed today at 06:20", &setting_groups(&settings())))
        (section("json", "JSON", "", &json_viewer(&sample_json(), "JSON of WIN – Firewall")))
    };
    let aside = html! {
        (section("about", "About this run", "", &facts(&[
            ("Run", copyable(id, "run id")),
            ("Short", html! { code { (short_id(id)) } }),
            ("Queued", exact_time(&now, samples::ago(900))),
        ])))
        (section("related", "Related", "", &related(&[Related {
            icon: "archive",
            words: "Backup set “Nightly”".to_owned(),
            href: "/t/contoso/backups/1".to_owned(),
            note: "complete".to_owned(),
        }])))
    };
    html! {
        (tabs("Sections of this policy", &[
            Tab { words: "Settings", count: Some(14), href: "#settings".to_owned(), current: true },
            Tab { words: "JSON", count: None, href: "#json".to_owned(), current: false },
        ]))
        (columns(&main, "About this run", &aside))
    }
}

fn form(theme: &str) -> Markup {
    let name = |part: &str| format!("{theme}-{part}");
    let zones =
        [("".to_owned(), "Choose".to_owned(), true), ("Europe/Berlin".to_owned(), "Europe/Berlin".to_owned(), false)];
    html! {
        @if theme == "light" {
            (error_summary(&[(name("n"), "Name is already used by another set".to_owned())]))
        }
        div.grid-2 {
            (field(&Field {
                name: name("n"),
                label: "Set name".to_owned(),
                value: "Nightly".to_owned(),
                error: Some("“Nightly” is taken in Contoso. Choose another name.".to_owned()),
                ..Default::default()
            }))
            (select(&name("z"), "Time zone", &zones, "Times are shown in it.", Some("Choose a time zone, such as Europe/Berlin.")))
            (field(&Field {
                name: name("p"),
                label: "Password".to_owned(),
                kind: "password",
                help: "At least 12 characters.".to_owned(),
                autocomplete: "new-password",
                required: true,
                ..Default::default()
            }))
            (field(&Field {
                name: name("g"),
                label: "Group".to_owned(),
                off: Some(WhyOff { id: name("g-why"), sentence: "Read the directory groups first.".to_owned() }),
                ..Default::default()
            }))
        }
        (field_group("How many sets stay", &["l", "d"].map(|part| {
            let label = if part == "l" { "Newest sets" } else { "One of each of the last days" };
            field(&Field { name: name(part), label: label.to_owned(), value: "7".to_owned(), ..Default::default() })
        })))
        (tick(&name("t"), "Keep me signed in on this device", true))
    }
}

fn version(number: u64, seconds: i64, current: bool) -> Version {
    Version {
        number,
        href: "/t/contoso/inventory/1/versions".to_owned(),
        by: "ada@contoso.com".to_owned(),
        what: Some(("Patch DeviceConfiguration".to_owned(), samples::ago(seconds + 120))),
        at_ms: samples::ago(seconds),
        note: "5 changes".to_owned(),
        current,
        shown: current,
    }
}

fn operations() -> Markup {
    let facet = |count, words: &str, sign, current| Facet {
        count,
        words: words.to_owned(),
        sign,
        href: "/t/contoso/operations?outcome".to_owned(),
        current,
    };
    html! {
        (filters(&Filters {
            id: "ops".to_owned(),
            label: "Filter operations".to_owned(),
            action: "/t/contoso/operations".to_owned(),
            target: "ops".to_owned(),
            search: Some(SearchField {
                name: "q".to_owned(),
                label: "Find by label, target or run id".to_owned(),
                placeholder: "Label, target or run id".to_owned(),
                value: String::new(),
            }),
            choices: vec![Choice {
                name: "type".to_owned(),
                label: "Type".to_owned(),
                summary: "any".to_owned(),
                single: false,
                options: vec![("inventory.sync".to_owned(), "Sync inventory".to_owned(), true)],
            }],
            hidden: Vec::new(),
        }))
        div id="ops" {
            (facets("By status and outcome", &[
                facet(1284, "operations", None, true),
                facet(8, "active", Some(("loader-2", Tone::Info)), false),
                facet(52, "partially succeeded", Some(("circle-half-2", Tone::Warn)), false),
                facet(21, "failed", Some(("circle-x", Tone::Bad)), false),
            ], &html! {}))
            (operations_table())
            (pager(&Pager {
                shown: 2,
                total: Some(1284),
                noun: ("operation", "operations"),
                order: "newest first",
                zone: "Europe/Berlin".to_owned(),
                next: Some("/t/contoso/operations?before=1".to_owned()),
                ..Default::default()
            }))
        }
    }
}

fn operations_table() -> Markup {
    const COLUMNS: [Column; 6] = [
        Column::new("Status", "c-state"),
        Column::new("Operation", ""),
        Column::new("Progress and items", "c-prog"),
        Column::new("Started by", "c-by"),
        Column::new("Started", "c-at"),
        Column::actions(),
    ];
    let running = Progress::Working { processed: 2184, total: Some(3412), noun: ("object", "objects") };
    table(
        "Operations, newest first",
        &COLUMNS,
        true,
        &[
            operation("run_1", Badge::Running, "Sync inventory", "", &running),
            operation(
                "run_2",
                Badge::Waiting,
                "Back up",
                "Waiting because another backup of Contoso is running.",
                &Progress::NotStarted,
            ),
        ],
    )
}

fn operation(id: &str, sign: Badge, name: &str, why: &str, at: &Progress) -> Markup {
    let cancel = Button { weight: Weight::Ghost, ..Button::new("Cancel", Press::Dialog("light-confirm".to_owned())) };
    row(
        id,
        &[
            state_cell(&badge(sign)),
            main_cell(&MainCell {
                name: name.to_owned(),
                href: "/t/contoso/operations/1".to_owned(),
                target: "12 types".to_owned(),
                why: why.to_owned(),
                ..Default::default()
            }),
            cell("c-prog", "Progress", &progress(at, name)),
            cell("", "by", &html! { "Anna Lindqvist" }),
            cell("nowrap", "", &relative_time(&samples::now(), samples::ago(134))),
            action_cell(&button(&Button { about: format!(" {name}"), ..cancel.small() })),
        ],
    )
}

fn phases() -> Vec<Phase> {
    let phase = |label: &str, kind, from, to, note: &str| Phase {
        label: label.to_owned(),
        stretches: vec![(kind, samples::ago(from), samples::ago(to))],
        note: html! { (note) },
    };
    vec![
        phase("In queue", Stretch::Waiting, 900, 860, "Another backup of Contoso was running"),
        phase("Attempt 1", Stretch::Lost, 860, 750, "17 items, then worker atlas-w2 stopped"),
        phase("Attempt 2", Stretch::Working, 740, 540, "25 items"),
    ]
}

fn settings() -> Vec<SettingGroup> {
    let setting = |name: &str, values: &[&str], depth| SettingRow {
        name: name.to_owned(),
        values: values.iter().map(|each| (*each).to_owned()).collect(),
        depth,
        mark: String::new(),
        about: String::new(),
        ids: String::new(),
    };
    vec![SettingGroup {
        title: "BitLocker".to_owned(),
        rows: vec![
            setting("Require device encryption", &["Enabled"], 0),
            setting("Allow standard user encryption", &["Enabled"], 1),
            setting("Excluded folders", &["C:\\Build", "D:\\Cache"], 2),
            setting("Configure recovery password rotation", &["Not set"], 0),
        ],
    }]
}

fn sample_json() -> serde_json::Value {
    serde_json::json!({ "displayName": "WIN – Firewall", "settings": [{ "id": "0", "value": true }], "version": 23 })
}
