//! What depends on what in one tenant: from one object both ways, and over all of them (spec 033). Reads the database
//! only, one statement for each level of the tree.

mod overview;
mod tree;

pub use overview::{Overview, View, overview};
pub use tree::{Branch, DEPTH_MAX, Dependencies, Turn, dependencies};

use std::collections::HashSet;

use model::registry::Registry;
use store::{CoverageRow, LinkedObject};

/// How an object at the end of a link is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was observed and is there.
    Observed,
    /// The latest complete list of its type did not have it.
    Missing,
    /// Its type was read to the end, and it was not there.
    Dangling,
    /// Its type has not been read to the end.
    Unobserved,
    /// The list of its type leaves some out on purpose.
    LeftOut,
    /// Groups are read on their own.
    UnknownGroup,
    /// Nothing of its kind is part of the inventory.
    Outside,
}

impl Standing {
    /// One word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Missing => "missing",
            Self::Dangling => "dangling",
            Self::Unobserved => "not_observed",
            Self::LeftOut => "left_out",
            Self::UnknownGroup => "unknown_group",
            Self::Outside => "outside",
        }
    }

    /// A word for people; nothing for what was observed.
    pub fn title(self) -> &'static str {
        match self {
            Self::Observed => "",
            Self::Missing => "Missing",
            Self::Dangling => "Not there",
            Self::Unobserved | Self::LeftOut => "Not observed",
            Self::UnknownGroup => "Unknown group",
            Self::Outside => "Not part of the inventory",
        }
    }

    /// Why it is marked; nothing for what was observed.
    pub fn why(self) -> &'static str {
        match self {
            Self::Observed => "",
            Self::Missing => "the latest complete list did not have it",
            Self::Dangling => "its type was read to the end without it",
            Self::Unobserved => "not observed: its type has not been read to the end",
            Self::LeftOut => "not observed: built-in ones are not listed",
            Self::UnknownGroup => "the directory does not know it, or its groups have not been read",
            Self::Outside => "not part of the inventory",
        }
    }

    /// Whether a person should look at it: the link probably leads nowhere.
    pub fn is_broken(self) -> bool {
        matches!(self, Self::Missing | Self::Dangling | Self::UnknownGroup)
    }
}

/// What tells apart why an object is not known.
pub(super) struct Judge(HashSet<String>);

impl Judge {
    pub(super) fn of(coverage: Vec<CoverageRow>) -> Self {
        Self(coverage.into_iter().filter(|row| row.list_complete).map(|row| row.type_key).collect())
    }

    pub(super) fn standing(&self, object: &LinkedObject) -> Standing {
        let kind = object.reference.kind.as_str();
        let contract = Registry::embedded().get(kind);
        match (&object.name, contract) {
            _ if object.missing_since.is_some() => Standing::Missing,
            (Some(_), _) => Standing::Observed,
            (None, None) => Standing::Outside,
            (None, Some(_)) if kind == "groups" => Standing::UnknownGroup,
            // The tag that every tenant has comes with some lists and not with others.
            (None, Some(contract)) if contract.list.filter.is_some() || is_default_tag(object) => Standing::LeftOut,
            (None, Some(_)) if self.0.contains(kind) => Standing::Dangling,
            (None, Some(_)) => Standing::Unobserved,
        }
    }
}

fn is_default_tag(object: &LinkedObject) -> bool {
    object.reference.kind == "scopeTags" && object.reference.external_id == "0"
}
