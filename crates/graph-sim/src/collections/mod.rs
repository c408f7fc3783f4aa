//! Which collections exist, and how each of them behaves.

pub(crate) mod singletons;
mod table;

use std::collections::HashMap;
use std::sync::LazyLock;

/// How one collection behaves.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    /// Path below the version.
    pub(crate) path: &'static str,
    /// Page size when `$top` is absent.
    pub(crate) page: usize,
    /// The largest page `$top` can ask for.
    pub(crate) max_top: usize,
    /// Properties that are read apart or by `$expand`.
    pub(crate) navigations: &'static [Navigation],
    /// Properties that a list does not return, even when selected.
    pub(crate) list_omits: &'static [&'static str],
    /// Properties that come only when selected.
    pub(crate) only_selected: &'static [&'static str],
    /// Navigations that come back empty when expanded on a single object.
    pub(crate) empty_on_object: &'static [&'static str],
    /// Navigations that a list refuses to expand.
    pub(crate) refused_on_list: &'static [&'static str],
    /// Navigations that nothing expands.
    pub(crate) never_expanded: &'static [&'static str],
    /// Name of the list in the body of `assign`; `None` has no such action.
    pub(crate) assign: Option<&'static str>,
    /// Collections whose objects this one lists; it has none of its own.
    pub(crate) union: &'static [&'static str],
}

/// A part of an object that has its own path.
#[derive(Debug)]
pub(crate) struct Navigation {
    pub(crate) name: &'static str,
    /// Page size when `$top` is absent.
    pub(crate) page: usize,
    /// One object instead of a list.
    pub(crate) single: bool,
    /// Parts of the part.
    pub(crate) parts: &'static [Navigation],
}

impl Navigation {
    const fn list(name: &'static str) -> Self {
        Self { name, page: 1000, single: false, parts: &[] }
    }

    const fn single(name: &'static str) -> Self {
        Self { single: true, ..Self::list(name) }
    }
}

/// The longest expanded list before a next link stands in for the rest.
pub(crate) const EXPANDED_MAX: usize = 1000;

static KINDS: LazyLock<HashMap<String, Kind>> = LazyLock::new(|| {
    let known = include_str!("known.txt").lines().map(Kind::plain);
    // The table comes last: what it says replaces the plain behaviour.
    known.chain(table::KINDS.iter().cloned()).map(|kind| (kind.path.to_lowercase(), kind)).collect()
});

static TYPES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("types.txt").lines();
    lines
        .filter_map(|line| line.split_once(": "))
        .flat_map(|(path, names)| names.split(' ').map(move |name| (name.to_lowercase(), path)))
        .collect()
});

/// The kind with this path.
pub(crate) fn kind(path: &str) -> Option<&'static Kind> {
    KINDS.get(&path.to_lowercase())
}

/// The collection a path leads into, and how many of its segments name it.
pub(crate) fn find(segments: &[String]) -> Option<(&'static Kind, usize)> {
    (1..=segments.len().min(4)).rev().find_map(|count| {
        let found = KINDS.get(&segments[..count].join("/").to_lowercase())?;
        Some((found, count))
    })
}

/// The collection that holds objects of a type such as `#microsoft.graph.iosCompliancePolicy`.
pub(crate) fn of_type(odata_type: &str) -> Option<&'static str> {
    let name = odata_type.trim_start_matches('#').trim_start_matches("microsoft.graph.");
    TYPES.get(&name.to_lowercase()).copied()
}

/// The type a collection declares; objects of a derived type say so themselves.
pub(crate) fn declared_type(path: &str) -> Option<&'static str> {
    table::DECLARED.iter().find(|(known, _)| *known == path).map(|(_, name)| *name)
}

/// The name of an object.
#[cfg(test)]
pub(crate) fn name_of(object: &serde_json::Value) -> Option<&str> {
    object["displayName"].as_str().or_else(|| object["name"].as_str())
}
