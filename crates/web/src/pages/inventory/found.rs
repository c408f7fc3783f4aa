//! What a search adds to the list: why each row was found, what cannot be found yet, and what cannot be searched for.

use std::collections::HashMap;

use app::inventory::{Match, ObjectQuery, item_key, matches};
use maud::{Markup, html};
use model::AppError;
use model::search::SearchText;
use store::ObjectRow;

use crate::errors::{WebError, sentence};
use crate::frame::Place;
use crate::kit::button::{Button, Press, button};
use crate::kit::notice::{Notice, notice};
use crate::kit::number::counted;
use crate::kit::tone::Tone;

/// What the rows of one page were found by.
#[derive(Default)]
pub(super) struct Reasons(HashMap<String, Match>);

impl Reasons {
    /// Nothing without a search.
    pub(super) async fn of(
        place: &Place<'_>,
        search: Option<&SearchText>,
        rows: &[ObjectRow],
    ) -> Result<Self, WebError> {
        let (Some(search), Some(scope)) = (search, place.scope) else { return Ok(Self::default()) };
        Ok(Self(matches(place.shared.db(), scope, search, rows).await?))
    }

    /// The setting of a row, when it was not found by what it is called.
    pub(super) fn why(&self, object: &ObjectRow) -> Option<Markup> {
        let found = self.0.get(&item_key(&object.type_key, &object.external_id))?;
        Some(html! {
            "Matches " b { (found.place) } @if !found.value.is_empty() { ": " (found.value) }
        })
    }
}

/// What is being searched for, or why it cannot be.
pub(super) fn searched(query: &ObjectQuery) -> (Option<SearchText>, Option<AppError>) {
    match query.search() {
        Ok(search) => (search, None),
        Err(error) => (None, Some(error)),
    }
}

/// Objects that are found by their name only, for now.
pub(super) async fn not_yet(place: &Place<'_>, search: Option<&SearchText>) -> Result<Markup, WebError> {
    let (Some(_), Some(scope)) = (search, place.scope) else { return Ok(html! {}) };
    let waiting = place.shared.db().tenant(scope).inventory().without_text().await?;
    Ok(html! {
        @if waiting > 0 {
            p.help { "Settings of " (counted(waiting, "object", "objects")) " cannot be searched yet: a worker is preparing them. They are found by name." }
        }
    })
}

/// In place of the rows.
pub(super) fn refused(error: &AppError, without: String) -> Markup {
    let clear = button(&Button::new("Clear the search", Press::Link(without)).with_icon("filter-off"));
    let hint = error.hint.as_deref().map(sentence).unwrap_or_default();
    notice(&Notice {
        tone: Tone::Warn,
        icon: "search",
        title: "This cannot be searched for".into(),
        text: format!("{} {hint}", sentence(&error.message)),
        code: error.code.to_owned(),
        actions: Some(clear),
    })
}
