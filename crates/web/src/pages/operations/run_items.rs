//! The items of a run, filtered by outcome and code, in pages.

use maud::{Markup, html};
use model::run::ItemOutcome;
use store::{ItemCounts, ItemFilter, ItemRow, RunRow};

use super::Viewer;
use crate::errors::{WebError, sentence};
use crate::fields::{Fields, segment};
use crate::frame::Place;
use crate::kit::badge::{Badge, badge};
use crate::kit::button::{Button, Press, button};
use crate::kit::facets::{Facet, facets};
use crate::kit::filter::{Choice, Filters, SearchField, filters};
use crate::kit::live::newer_place;
use crate::kit::notice::empty_state;
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, cell, row, state_cell, table};
use crate::kit::time::{Now, clock_time};

const ITEMS: usize = 100;
const NAMES: [&str; 3] = ["outcome", "code", "q"];
const COLUMNS: [Column; 4] = [
    Column::new("Outcome", "c-state"),
    Column::new("Item", ""),
    Column::new("Kind", ""),
    Column::new("Finished", "num"),
];
const BAD: [ItemOutcome; 4] =
    [ItemOutcome::Incomplete, ItemOutcome::Failed, ItemOutcome::Conflict, ItemOutcome::Unknown];

const GOOD: [ItemOutcome; 3] = [ItemOutcome::Pending, ItemOutcome::Succeeded, ItemOutcome::Skipped];

/// Renders the section `#items`.
pub(super) async fn items_section(place: &Place<'_>, viewer: &Viewer, run: &RunRow) -> Result<Markup, WebError> {
    let Some(scope) = place.scope else { return Ok(html! {}) };
    let asked = place.asked.only(&NAMES);
    let tenant = place.shared.db().tenant(scope);
    let filter = ItemFilter {
        outcomes: outcomes(&asked),
        code: asked.get("code").map(str::to_owned),
        text: asked.get("q").map(str::to_owned),
    };
    let after = place.asked.get("after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let counts = tenant.runs().item_counts(run.id).await?;
    let problems_first = !asked.any(&NAMES);
    let filter = if problems_first { ItemFilter { outcomes: GOOD.to_vec(), ..filter } } else { filter };
    let mut items = tenant.runs().items(run.id, &filter, after, ITEMS + 1).await?;
    let more = items.len() > ITEMS;
    items.truncate(ITEMS);
    let last = items.last().map(|item| item.sequence);
    if problems_first && after == 0 {
        let bad = ItemFilter { outcomes: BAD.to_vec(), ..ItemFilter::default() };
        let mut problems = tenant.runs().items(run.id, &bad, 0, ITEMS).await?;
        problems.append(&mut items);
        items = problems;
    }
    let path = viewer.href(run);
    let now = place.now();
    let rows: Vec<Markup> = items.iter().map(|item| item_row(&now, viewer, item)).collect();
    let anchored = |fields: Fields| format!("{}#items", fields.href(&path));
    let next = last.filter(|_| more).map(|last| anchored(asked.with("after", last.to_string())));
    let previous = (after > 0).then(|| anchored(asked.clone()));
    let pages = Pager {
        shown: items.len() as u64,
        total: None,
        noun: ("item", "items"),
        order: if problems_first { "problems first" } else { "in the order they ended" },
        zone: String::new(),
        words: Some(("First", "More")),
        previous,
        next,
    };
    Ok(html! {
        section.sec id="items" aria-labelledby="items-h" {
            div.sec-h { h2 id="items-h" { "Items" } (filters(&filter_row(&asked, &path, &counts))) }
            (newer_place("items-newer"))
            (facets("By outcome", &facet_row(&asked, &path, &counts), &html! {}))
            @if rows.is_empty() { (nothing(run, &asked, &path)) }
            @else { (table("Items of this run", &COLUMNS, true, &rows)) (pager(&pages)) }
        }
    })
}

/// `failed` in an address stands for everything that the counts call failed, because that is what they link to.
fn outcomes(asked: &Fields) -> Vec<ItemOutcome> {
    asked
        .all("outcome")
        .flat_map(|word| match word {
            "failed" => BAD.to_vec(),
            other => other.strip_prefix("only_").unwrap_or(other).parse().ok().into_iter().collect(),
        })
        .collect()
}

fn facet_row(asked: &Fields, path: &str, counts: &ItemCounts) -> Vec<Facet> {
    let anchored = |fields: Fields| format!("{}#items", fields.href(path));
    let all = Facet {
        count: counts.outcomes.iter().map(|(_, items)| items).sum(),
        words: "all".into(),
        sign: None,
        href: anchored(asked.without(&["outcome", "code"])),
        current: !asked.any(&["outcome", "code"]),
    };
    let each = counts.outcomes.iter().map(|(outcome, items)| {
        let look = Badge::of_item(*outcome);
        // Failed alone is one of the four that count as failed, so it needs a word of its own.
        let word = if *outcome == ItemOutcome::Failed { "only_failed".to_owned() } else { outcome.to_string() };
        Facet {
            count: *items,
            words: look.words().to_lowercase(),
            sign: Some((look.icon_name(), look.tone())),
            current: asked.has("outcome", &word),
            href: anchored(asked.without(&["code"]).with("outcome", word)),
        }
    });
    std::iter::once(all).chain(each).collect()
}

fn filter_row(asked: &Fields, path: &str, counts: &ItemCounts) -> Filters {
    let mut options = vec![(String::new(), "Any code".to_owned(), asked.get("code").is_none())];
    options.extend(
        counts.codes.iter().map(|(code, items)| (code.clone(), format!("{code} ({items})"), asked.has("code", code))),
    );
    let choices = (!counts.codes.is_empty()).then(|| Choice {
        name: "code".into(),
        label: "Code".into(),
        summary: asked.get("code").unwrap_or("any").to_owned(),
        single: true,
        options,
    });
    Filters {
        id: "it".into(),
        label: "Filter items".into(),
        action: path.to_owned(),
        target: "items".into(),
        search: Some(SearchField {
            name: "q".into(),
            label: "Find an item by name".into(),
            placeholder: "Item name".into(),
            value: asked.text("q").into(),
        }),
        choices: choices.into_iter().collect(),
        hidden: asked.all("outcome").map(|word| ("outcome".to_owned(), word.to_owned())).collect(),
    }
}

fn item_row(now: &Now, viewer: &Viewer, item: &ItemRow) -> Markup {
    let name = html! {
        @match object_href(viewer, &item.key) {
            Some(href) => { a.row-a href=(href) { (item.label) } }
            None => { b { (item.label) } }
        }
        @if item.message.is_some() || item.code.is_some() {
            p.why {
                @if let Some(message) = &item.message { (sentence(message)) }
                @if let Some(code) = &item.code { " " code { (code) } }
                @if let Some(detail) = &item.detail { " " (sentence(detail)) }
            }
        }
    };
    let ended = html! { @if let Some(ended) = item.ended_at { (clock_time(now, ended)) } };
    row(
        "",
        &[
            state_cell(&badge(Badge::of_item(item.outcome))),
            cell("c-main", "", &name),
            cell("", "", &html! { (item.kind) }),
            cell("num nowrap", "", &ended),
        ],
    )
}

/// An item of the inventory has the key `type/id` and leads to its object.
fn object_href(viewer: &Viewer, key: &str) -> Option<String> {
    let (type_key, external_id) = key.split_once('/')?;
    model::registry::Registry::embedded().get(type_key)?;
    Some(format!("{}/inventory/{}/{}", viewer.base, segment(type_key), segment(external_id)))
}

fn nothing(run: &RunRow, asked: &Fields, path: &str) -> Markup {
    if asked.any(&NAMES) {
        let clear = html! { (button(&Button::new("Show all items", Press::Link(format!("{path}#items"))))) };
        return empty_state("search", "No item matches", "With these filters.", Some(&clear), true);
    }
    let text = if run.completed_at.is_some() { "The reason above says why." } else { "They appear here as they end." };
    empty_state("list-details", "No items", text, None, true)
}
