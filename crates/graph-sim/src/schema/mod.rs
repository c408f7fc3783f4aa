//! What Microsoft publishes of the types that are written here: their properties, what they derive from, the members of
//! enumerations. `published.txt` is reduced from the metadata, one type a line: that of beta, with what v1.0 alone has.
//! A test compares it with the metadata.

mod check;
#[cfg(test)]
mod published;

use std::collections::HashMap;
use std::sync::LazyLock;

pub(crate) use check::{Dialect, check, check_value};

/// A published type.
#[derive(Debug)]
pub(crate) enum Published {
    Structure(Structure),
    Enumeration { flags: bool, members: Vec<&'static str> },
}

/// An entity or complex type.
#[derive(Debug)]
pub(crate) struct Structure {
    pub(crate) name: &'static str,
    base: Option<&'static str>,
    pub(crate) is_abstract: bool,
    properties: HashMap<&'static str, Property>,
    /// Navigations and the type each leads to.
    navigations: HashMap<&'static str, &'static str>,
}

/// A property of a structure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property {
    /// The type, without `Edm.`.
    pub(crate) of: &'static str,
    /// The service sets it.
    pub(crate) computed: bool,
    pub(crate) nullable: bool,
}

/// What a structure has under a name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    Property(Property),
    Navigation(&'static str),
}

static TYPES: LazyLock<HashMap<&'static str, Published>> =
    LazyLock::new(|| include_str!("published.txt").lines().filter_map(read).collect());

/// One line: `entity name < base abstract: property=Type! … navigation>Type …` or `enum name: member …`. `!` marks what
/// the service computes, `*` what is never null.
fn read(line: &'static str) -> Option<(&'static str, Published)> {
    let (head, rest) = line.split_once(':')?;
    let mut words = head.split(' ');
    let (kind, name) = (words.next()?, words.next()?);
    if matches!(kind, "enum" | "flags") {
        return Some((
            name,
            Published::Enumeration { flags: kind == "flags", members: rest.split_whitespace().collect() },
        ));
    }
    let mut structure =
        Structure { name, base: None, is_abstract: false, properties: HashMap::new(), navigations: HashMap::new() };
    while let Some(word) = words.next() {
        match word {
            "<" => structure.base = words.next(),
            _ => structure.is_abstract = true,
        }
    }
    for member in rest.split_whitespace() {
        if let Some((name, of)) = member.split_once('>') {
            structure.navigations.insert(name, of);
        } else if let Some((name, of)) = member.split_once('=') {
            let (computed, nullable) = (of.contains('!'), !of.contains('*'));
            structure.properties.insert(name, Property { of: of.trim_end_matches(['!', '*']), computed, nullable });
        }
    }
    Some((name, Published::Structure(structure)))
}

/// The type of that name; `None` where the data does not hold it.
pub(crate) fn find(name: &str) -> Option<&'static Published> {
    TYPES.get(name)
}

/// The structure of that name.
pub(crate) fn structure(name: &str) -> Option<&'static Structure> {
    match find(name)? {
        Published::Structure(structure) => Some(structure),
        Published::Enumeration { .. } => None,
    }
}

/// The type inside `Collection(…)`, where it is one.
pub(crate) fn element(of: &str) -> Option<&str> {
    of.strip_prefix("Collection(").map(|inner| inner.trim_end_matches(')'))
}

impl Structure {
    /// The structure itself and those it derives from.
    fn line(&'static self) -> impl Iterator<Item = &'static Structure> {
        std::iter::successors(Some(self), |one| one.base.and_then(structure))
    }

    /// A property or navigation of it or of those it derives from.
    pub(crate) fn member(&'static self, name: &str) -> Option<Member> {
        self.line().find_map(|one| {
            let property = one.properties.get(name).map(|property| Member::Property(*property));
            property.or_else(|| one.navigations.get(name).map(|of| Member::Navigation(of)))
        })
    }

    /// Whether it is that type or derives from it.
    pub(crate) fn is(&'static self, name: &str) -> bool {
        self.line().any(|one| one.name == name)
    }

    /// Whether the service sets a property of that name.
    pub(crate) fn computes(&'static self, name: &str) -> bool {
        matches!(self.member(name), Some(Member::Property(property)) if property.computed)
    }

    /// Whether it has a property of that name.
    pub(crate) fn has(&'static self, name: &str) -> bool {
        matches!(self.member(name), Some(Member::Property(_)))
    }
}

/// Whether a type, or one that derives from it, has a member of that name.
#[cfg(test)]
pub(crate) fn known_to(of: &str, name: &str) -> bool {
    let all = TYPES.values().filter_map(|one| match one {
        Published::Structure(structure) => Some(structure),
        Published::Enumeration { .. } => None,
    });
    all.filter(|one| one.is(of)).any(|one| one.member(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_what_it_inherits() {
        let wifi = structure("iosWiFiConfiguration").unwrap();
        assert!(wifi.is("deviceConfiguration") && wifi.has("preSharedKey") && wifi.has("displayName"));
        assert!(!wifi.is("mobileApp") && !wifi.has("omaSettings"));
        assert!(structure("deviceConfiguration").unwrap().is_abstract);
    }
}
