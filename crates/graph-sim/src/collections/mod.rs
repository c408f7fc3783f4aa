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
    /// Properties that a list returns empty.
    pub(crate) list_blanks: &'static [&'static str],
    /// Properties that come only when selected.
    pub(crate) only_selected: &'static [&'static str],
    /// Properties that come empty unless nothing else is selected.
    pub(crate) only_alone: &'static [&'static str],
    /// Navigations that come back empty when expanded on a single object.
    pub(crate) empty_on_object: &'static [&'static str],
    /// Navigations that a list refuses to expand.
    pub(crate) refused_on_list: &'static [&'static str],
    /// Navigations that nothing expands.
    pub(crate) never_expanded: &'static [&'static str],
    /// Name of the list in the body of `assign`; `None` has no such action.
    pub(crate) assign: Option<&'static str>,
    /// Whether the service ignores `$filter` here.
    pub(crate) ignores_filter: bool,
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
    /// The collection whose objects it leads to; what is stored are their ids.
    pub(crate) of: Option<&'static str>,
    /// The property of those objects that names the owner, where the owner does not store them.
    pub(crate) back: Option<&'static str>,
    /// Derived types that have it, where the declared type does not: it is read through a cast.
    pub(crate) derived: &'static [&'static str],
}

impl Navigation {
    pub(crate) const fn list(name: &'static str) -> Self {
        Self { name, page: 1000, single: false, parts: &[], of: None, back: None, derived: &[] }
    }

    const fn single(name: &'static str) -> Self {
        Self { single: true, ..Self::list(name) }
    }

    /// Objects of another collection.
    const fn of(self, path: &'static str) -> Self {
        Self { of: Some(path), ..self }
    }
}

/// The longest expanded list before a next link stands in for the rest.
pub(crate) const EXPANDED_MAX: usize = 1000;

static KINDS: LazyLock<HashMap<String, Kind>> = LazyLock::new(|| {
    let known = include_str!("known.txt").lines().map(Kind::plain);
    // The table comes last: what it says replaces the plain behaviour.
    known.chain(table::kinds().cloned()).map(|kind| (kind.path.to_lowercase(), kind)).collect()
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
    table::declared().find(|(known, _)| *known == path).map(|(_, name)| *name)
}

/// All declared types.
#[cfg(test)]
pub(crate) fn declared_types() -> impl Iterator<Item = &'static str> {
    table::declared().map(|(_, name)| *name)
}

/// Names of the navigations under which objects store their parts themselves.
#[cfg(test)]
pub(crate) fn stored_parts() -> std::collections::BTreeSet<&'static str> {
    fn add(navigations: &'static [Navigation], found: &mut std::collections::BTreeSet<&'static str>) {
        for navigation in navigations.iter().filter(|one| one.of.is_none()) {
            found.insert(navigation.name);
            add(navigation.parts, found);
        }
    }
    let mut found = std::collections::BTreeSet::new();
    // What belongs to groups and the like is never written here.
    KINDS.values().filter(|kind| kind.path.starts_with("device")).for_each(|kind| add(kind.navigations, &mut found));
    found
}

/// The name of an object.
#[cfg(test)]
pub(crate) fn name_of(object: &serde_json::Value) -> Option<&str> {
    object["displayName"].as_str().or_else(|| object["name"].as_str())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::{Map, Value};

    use super::*;

    /// Collections that working tools read although Microsoft's metadata does not list them.
    const NOT_IN_METADATA: &[&str] = &[
        "deviceManagement/inventoryPolicies",
        "deviceManagement/managedDeviceEncryptionStates",
        "groupSettings",
        "identityGovernance/termsOfUse/agreements",
    ];

    #[test]
    fn every_collection_and_part_is_one_of_microsofts() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let shared = std::env::var_os("TENANTATLAS_SHARED").map_or_else(|| root.join("shared"), PathBuf::from);
        let Ok(text) = std::fs::read_to_string(shared.join("graph-metadata/beta.json")) else {
            println!("SKIPPED: there is no metadata at ../shared/graph-metadata; set TENANTATLAS_SHARED");
            return;
        };
        let metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
        let paths: Vec<&String> = metadata["paths"].as_object().unwrap().keys().collect();
        let known = |path: &str| paths.iter().any(|known| known.trim_start_matches('/') == path);
        for kind in KINDS.values().filter(|kind| !NOT_IN_METADATA.contains(&kind.path)) {
            assert!(known(kind.path), "{} is not in the metadata", kind.path);
        }
        let types = metadata["types"].as_object().unwrap();
        assert_has_the_parts_of_derived_types(
            types,
            "deviceConfiguration",
            kind("deviceManagement/deviceConfigurations").unwrap(),
        );
        let navigations_of = |name: &str| {
            let (mut current, mut found) = (Some(name), Vec::new());
            while let Some(name) = current {
                found.extend(types[name]["nav"].as_object().into_iter().flatten().map(|(nav, _)| nav.as_str()));
                current = types[name]["base"].as_str();
            }
            found
        };
        for (path, name) in table::declared() {
            for navigation in kind(path).unwrap().navigations.iter().filter(|one| one.name != "assignments") {
                let owners =
                    if navigation.derived.is_empty() { std::slice::from_ref(name) } else { navigation.derived };
                for owner in owners {
                    assert!(navigations_of(owner).contains(&navigation.name), "{owner} has no {}", navigation.name);
                }
            }
        }
    }

    /// What devices report, not configuration.
    const REPORTED: &str = "managedDeviceCertificateStates";

    fn assert_has_the_parts_of_derived_types(types: &Map<String, Value>, declared: &str, kind: &Kind) {
        let chain = |name| std::iter::successors(Some(name), |one: &&str| types[*one]["base"].as_str());
        let concrete = types.keys().map(String::as_str).filter(|name| types[*name]["abstract"] != true);
        let derived: Vec<&str> = concrete.filter(|name| chain(name).skip(1).any(|one| one == declared)).collect();
        assert!(derived.len() > 50, "{derived:?}");
        for name in derived {
            let owners = chain(name).take_while(|one| *one != declared);
            let parts =
                owners.flat_map(|one| types[one]["nav"].as_object().into_iter().flatten().map(|(part, _)| part));
            for part in parts.filter(|part| *part != REPORTED) {
                let found = kind.navigations.iter().find(|one| one.name == part);
                assert!(found.is_some_and(|found| found.derived.contains(&name)), "{part} of {name} is not there");
            }
        }
    }

    #[test]
    fn a_derived_type_leads_to_the_collection_of_its_base() {
        assert_eq!(of_type("#microsoft.graph.iosCompliancePolicy"), Some("deviceManagement/deviceCompliancePolicies"));
        assert_eq!(of_type("#microsoft.graph.win32LobApp"), Some("deviceAppManagement/mobileApps"));
        assert_eq!(of_type("#microsoft.graph.user"), None);
    }
}
