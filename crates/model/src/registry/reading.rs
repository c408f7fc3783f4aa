//! How objects of a type are read: listed, read one by one, with their parts.

use serde::Deserialize;

use super::writing::{BuiltIn, Rows};

/// How the collection is listed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// `$select`; empty asks for everything.
    #[serde(default)]
    pub select: Vec<String>,
    /// `$expand`.
    #[serde(default)]
    pub expand: Vec<String>,
    /// `$filter`, as a person would type it.
    #[serde(default)]
    pub filter: Option<String>,
    /// What the filter leaves out, for people; empty without one.
    #[serde(default)]
    pub leaves_out: String,
    /// `$top`; absent leaves the page size to the service.
    #[serde(default)]
    pub top: Option<u32>,
    /// `$orderby`.
    #[serde(default)]
    pub order: Option<String>,
}

/// The function that tells what changed since it was last asked, with the selection and the page size of the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delta {
    /// Its path below the version, without parentheses.
    pub path: String,
    /// Properties that no object is without: a row that lacks one, or has null in its place, says only that the object
    /// changed, and the object is read by its id.
    pub whole: Vec<String>,
}

/// How a single object is read when rows of the list are incomplete.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hydrate {
    /// `$expand`.
    #[serde(default)]
    pub expand: Vec<String>,
    /// Properties that only the single object has; without them it is not complete.
    #[serde(default)]
    pub properties: Vec<String>,
    /// Properties that come only when each is selected alone.
    #[serde(default)]
    pub alone: Vec<String>,
}

/// A collection that belongs to the object.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The property under which it is kept, and its path below the object.
    pub property: String,
    /// Whether the list's `$expand` brings it. It is believed only when it is there, has no next link and is not
    /// shorter than [`Part::count`] says; else it is read on its own path.
    #[serde(default)]
    pub in_list: bool,
    /// `$expand` on its own path.
    #[serde(default)]
    pub expand: Vec<String>,
    /// `$top` on its own path.
    #[serde(default)]
    pub top: Option<u32>,
    /// Property of the object that says how many there are.
    #[serde(default)]
    pub count: Option<String>,
    /// A trap of the service: expanded on a single object it comes back empty, so it is never read that way.
    #[serde(default)]
    pub empty_when_expanded_on_object: bool,
    /// Derived types, without `microsoft.graph.`, that alone have it: its path goes through a cast to the object's type.
    #[serde(default)]
    pub of_types: Vec<String>,
    /// `$select` on its own path.
    #[serde(default)]
    pub select: Vec<String>,
    /// Whether it is one object or none instead of a list. Graph answers 404 where there is none.
    #[serde(default)]
    pub single: bool,
    /// How its rows are written, when that is neither with the object nor by an action that takes the whole list.
    #[serde(default)]
    pub written: Option<Rows>,
    /// How a row is told that only repeats what another object says of itself: it is never written.
    #[serde(default)]
    pub inverse: Option<BuiltIn>,
}

/// A list whose elements are told apart by what they say.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aligned {
    /// The list. A path; `**.name` is a list of that name wherever it stands.
    pub list: String,
    /// What makes an element the same one: paths inside it, all of which count. An element that has none of them is told by its content.
    pub by: Vec<String>,
    /// What a person calls it: paths inside it, outermost first. Empty: by its identity.
    #[serde(default)]
    pub called: Vec<String>,
}

/// Which signals together say that an object is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unchanged {
    /// Its row of the list.
    Row,
    /// Its row, and that Intune's audit log does not name it: whether a change of a part moves the row is unconfirmed.
    RowAndAudit,
}

impl Part {
    /// Whether the row only repeats what another object says of itself.
    pub fn is_inverse(&self, row: &serde_json::Value) -> bool {
        self.inverse
            .as_ref()
            .is_some_and(|rule| row.get(&rule.property).is_some_and(|value| value == rule.value.as_str()))
    }
}
