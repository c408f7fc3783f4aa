//! Which items of a run a person asks for, in which order, and a part of them.

use axum::extract::State;
use maud::{Markup, html};
use model::ids::RunId;
use model::run::ItemOutcome;
use store::{ItemCounts, ItemFilter, ItemRow, Runs, StoreError};

use super::Viewer;
use crate::errors::{WebError, sentence};
use crate::extract::{Asked, InTenant, PathId};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::badge::{Badge, badge};
use crate::kit::table::{cell, part, row, state_cell};
use crate::kit::time::{Now, clock_time};
use crate::pages::inventory::object_path;
use crate::state::Shared;

/// What filters; everything else in an address is about the place in the list.
pub(super) const NAMES: [&str; 3] = ["outcome", "code", "q"];
/// Rows that are read at once.
pub(super) const PART: u64 = 100;

const BAD: [ItemOutcome; 4] =
    [ItemOutcome::Incomplete, ItemOutcome::Failed, ItemOutcome::Conflict, ItemOutcome::Unknown];
const GOOD: [ItemOutcome; 3] = [ItemOutcome::Pending, ItemOutcome::Succeeded, ItemOutcome::Skipped];

/// `GET /t/{tenant}/operations/{run}/items`: the rows from `from` on, for a table that is longer than the page has rows.
pub(crate) async fn rows(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RunId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Operations);
    let tenant = shared.db().tenant(&scope);
    let run = tenant.runs().get(id).await?;
    let viewer = Viewer::new(&ctx, &scope);
    let counts = tenant.runs().item_counts(run.id).await?;
    let items = Items::of(&asked).part(&tenant.runs(), run.id, &counts, first_asked(&asked)).await?;
    let now = place.now();
    let rows: Vec<Markup> = items.iter().map(|item| item_row(&now, &viewer, item)).collect();
    Ok(part(&rows))
}

/// How many items are before those that are asked for.
pub(super) fn first_asked(asked: &Fields) -> u64 {
    asked.get("from").and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Items that fit a filter. Without one those that count as failed come first.
pub(super) struct Items {
    filter: ItemFilter,
    problems_first: bool,
}

impl Items {
    pub(super) fn of(asked: &Fields) -> Self {
        let filter = ItemFilter {
            outcomes: outcomes(asked),
            code: asked.get("code").map(str::to_owned),
            text: asked.get("q").map(str::to_owned),
        };
        Self { filter, problems_first: !asked.any(&NAMES) }
    }

    pub(super) fn order(&self) -> &'static str {
        if self.problems_first { "problems first" } else { "in the order they ended" }
    }

    /// How many there are.
    pub(super) async fn total(&self, runs: &Runs<'_>, run: RunId, counts: &ItemCounts) -> Result<u64, StoreError> {
        if self.problems_first {
            return Ok(counts.outcomes.iter().map(|(_, items)| items).sum());
        }
        runs.item_count(run, &self.filter).await
    }

    /// Up to [`PART`] of them, from this one on.
    pub(super) async fn part(
        &self,
        runs: &Runs<'_>,
        run: RunId,
        counts: &ItemCounts,
        from: u64,
    ) -> Result<Vec<ItemRow>, StoreError> {
        if !self.problems_first {
            return runs.items_at(run, &self.filter, from, PART as usize).await;
        }
        let of = |outcomes: &[ItemOutcome]| ItemFilter { outcomes: outcomes.to_vec(), ..ItemFilter::default() };
        let bad = counts.outcomes.iter().filter(|(outcome, _)| BAD.contains(outcome)).map(|(_, items)| items).sum();
        let mut items = match from < bad {
            true => runs.items_at(run, &of(&BAD), from, PART as usize).await?,
            false => Vec::new(),
        };
        let room = PART as usize - items.len();
        if room > 0 {
            items.extend(runs.items_at(run, &of(&GOOD), from.saturating_sub(bad), room).await?);
        }
        Ok(items)
    }
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

/// Renders one.
pub(super) fn item_row(now: &Now, viewer: &Viewer, item: &ItemRow) -> Markup {
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
    Some(object_path(&viewer.base, type_key, external_id))
}
