//! Which view the list shows: the one in the address, or the one that this person's list opens with.
//!
//! An address that says nothing opens with the default. So no link of ours may say nothing while there is a default: a
//! filter carries the view that it came from, or `view=none`, and with a view its time, so that it is never empty.

use app::operations::{NAMES, RunQuery, opens_with, query_of};
use store::{Opening, View};

use super::super::filter::query;
use crate::fields::Fields;

/// What the list shows.
pub(in super::super) struct Shown {
    /// One's own, then the shared ones.
    pub(super) views: Vec<View>,
    /// What the person has chosen to open with.
    pub(super) opening: Opening,
    /// The open one, by its position.
    current: Option<usize>,
    /// Nothing in the address asked for it.
    pub(super) by_default: bool,
    /// The address names a view that is not there.
    pub(super) gone: bool,
    /// The address with the view's filter in it.
    pub(in super::super) asked: Fields,
}

impl Shown {
    /// Resolves an address.
    pub(in super::super) fn of(asked: &Fields, views: Vec<View>, opening: Opening) -> Self {
        let named = asked.get("view");
        let filtered = asked.any(&NAMES);
        let default = opens_with(&views, opening).map(|view| view.id);
        let wanted = match named {
            Some(name) => name.parse().ok(),
            None => default.filter(|_| !filtered),
        };
        let current = views.iter().position(|view| Some(view.id) == wanted);
        let gone = named.is_some_and(|name| name != "none") && current.is_none();
        let mut shown = asked.without(&["view"]);
        if let Some(view) = current.map(|position| &views[position]) {
            if !filtered {
                shown = query_of(view).pairs().fold(shown, |shown, (name, value)| shown.and(name, value));
            }
            let when = query(&shown).when().0;
            shown = shown.with("when", when).with("view", view.id.to_string());
        } else if default.is_some() {
            shown = shown.with("view", "none");
        }
        Self { views, opening, current, by_default: named.is_none() && current.is_some(), gone, asked: shown }
    }

    /// The open view.
    pub(super) fn current(&self) -> Option<&View> {
        self.current.map(|position| &self.views[position])
    }

    /// What is filtered by.
    pub(super) fn query(&self) -> RunQuery {
        query(&self.asked)
    }

    /// Whether the filter is no longer the view's.
    pub(super) fn is_changed(&self) -> bool {
        self.current().is_some_and(|view| query_of(view) != self.query())
    }
}
