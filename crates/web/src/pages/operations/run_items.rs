//! The items of a run, filtered by outcome and code: the section of its page.

use maud::{Markup, html};
use model::run::ItemOutcome;
use store::{ItemCounts, RunRow};

use super::Viewer;
use super::items::{Items, NAMES, PART, first_asked, item_row};
use crate::errors::WebError;
use crate::fields::Fields;
use crate::frame::Place;
use crate::kit::badge::Badge;
use crate::kit::button::{Button, Press, button};
use crate::kit::facets::{Facet, facets};
use crate::kit::filter::{Choice, Filters, SearchField, filters};
use crate::kit::live::newer_place;
use crate::kit::notice::empty_state;
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, Long, long_table};

const COLUMNS: [Column; 4] = [
    Column::new("Outcome", "c-state"),
    Column::new("Item", ""),
    Column::new("Kind", ""),
    Column::new("Finished", "num"),
];

/// Renders the section `#items`.
pub(super) async fn items_section(place: &Place<'_>, viewer: &Viewer, run: &RunRow) -> Result<Markup, WebError> {
    let Some(scope) = place.scope else { return Ok(html! {}) };
    let asked = place.asked.only(&NAMES);
    let tenant = place.shared.db().tenant(scope);
    let counts = tenant.runs().item_counts(run.id).await?;
    let items = Items::of(&asked);
    let total = items.total(&tenant.runs(), run.id, &counts).await?;
    // Without scripts one turns pages; with them the rows between are fetched as they come into sight.
    let from = first_asked(place.asked).min(total.saturating_sub(1)) / PART * PART;
    let part = items.part(&tenant.runs(), run.id, &counts, from).await?;
    let path = viewer.href(run);
    let now = place.now();
    let rows: Vec<Markup> = part.iter().map(|item| item_row(&now, viewer, item)).collect();
    let page = |from: u64| format!("{}#items", asked.with("from", from.to_string()).href(&path));
    let behind = from + rows.len() as u64;
    let pages = Pager {
        shown: rows.len() as u64,
        total: Some(total),
        noun: ("item", "items"),
        order: items.order(),
        zone: String::new(),
        words: Some(("Back", "More")),
        label: "",
        previous: (from > 0).then(|| page(from.saturating_sub(PART))),
        next: (behind < total).then(|| page(behind)),
    };
    let long = Long { total, from, part: PART, href: asked.href(&format!("{path}/items")) };
    Ok(html! {
        section.sec id="items" aria-labelledby="items-h" {
            div.sec-h { h2 id="items-h" { "Items" } (filters(&filter_row(&asked, &path, &counts))) }
            (newer_place("items-newer"))
            (facets("By outcome", &facet_row(&asked, &path, &counts), &html! {}))
            @if rows.is_empty() { (nothing(run, &asked, &path)) }
            @else { (long_table("Items of this run", &COLUMNS, &long, &rows)) (pager(&pages)) }
        }
    })
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

fn nothing(run: &RunRow, asked: &Fields, path: &str) -> Markup {
    if asked.any(&NAMES) {
        let clear = html! { (button(&Button::new("Show all items", Press::Link(format!("{path}#items"))))) };
        return empty_state("search", "No item matches", "With these filters.", Some(&clear), true);
    }
    let text = if run.completed_at.is_some() { "The reason above says why." } else { "They appear here as they end." };
    // Nothing is there that the first rows could move: app.js shows them as they come.
    let awaits = run.completed_at.is_none();
    html! { div data-awaits[awaits] { (empty_state("list-details", "No items", text, None, true)) } }
}
