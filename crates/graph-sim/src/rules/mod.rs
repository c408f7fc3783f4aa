//! What each collection lets a client write, beyond what the published types say. A collection without a rule is for
//! reading.
//!
//! Sources: facts on restoring (what tools strip, which action changes what), and the status codes that IntuneCD, which
//! stops at any other, expects of the service.

mod apps;
mod configuration;
mod enrolment;
mod entra;
mod singletons;
mod tenant_administration;

use serde_json::{Map, Value};

pub(crate) use singletons::{Single, single};

/// How objects of a collection are written.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// Path below the version.
    pub(crate) path: &'static str,
    /// Status of a create; `None` where it is refused.
    pub(crate) created: Option<u16>,
    /// Properties without which a create is refused.
    pub(crate) required: &'static [&'static str],
    /// Properties that a create refuses, beside those that the metadata calls computed.
    pub(crate) not_created: &'static [&'static str],
    /// What a create, and a change that does not refuse it, passes over: IntuneCD sends it.
    pub(crate) passed_over: &'static [&'static str],
    /// Types that come from elsewhere and are never created, without `microsoft.graph.`.
    pub(crate) synced: &'static [&'static str],
    /// Status of `PATCH`; `None` where it is refused.
    pub(crate) patched: Option<u16>,
    /// Properties that a `PATCH` refuses, beside parts and what is computed.
    pub(crate) not_patched: &'static [&'static str],
    /// Whether `PUT` replaces an object with its parts.
    pub(crate) replaced: bool,
    /// Status of `DELETE`; `None` where it is refused.
    pub(crate) removed: Option<u16>,
    /// Status of the assign action.
    pub(crate) assigned: u16,
    /// Parts that a create takes with the object.
    pub(crate) with_parts: &'static [&'static str],
    /// Parts whose elements are added, changed and removed one by one; a part of a part after a slash.
    pub(crate) parts: &'static [&'static str],
    /// What the service sets in a new object, as JSON.
    pub(crate) starts: &'static [(&'static str, &'static str)],
    /// Actions on an object, beside the one that assigns.
    pub(crate) actions: &'static [Action],
    /// How a default object is told: it is neither removed nor assigned.
    pub(crate) built_in: BuiltIn,
    /// The kind of approval policy that protects it.
    pub(crate) approval: &'static str,
}

/// An action on an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    pub(crate) does: Does,
    pub(crate) status: u16,
}

/// What an action does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Does {
    /// Puts the list of this parameter in the place of this part or property.
    Replace { parameter: &'static str, part: &'static str },
    /// Moves an enrolment configuration to another place.
    SetPriority,
    /// Changes settings of an intent: they can be set to null, never taken away.
    UpdateSettings,
    /// Adds, changes and takes away values of an administrative template.
    UpdateDefinitionValues,
    /// Adds, changes and takes away items of a policy set, and replaces its assignments.
    UpdatePolicySet,
    /// Takes an imported ADMX file away.
    Remove,
    /// Makes another object with the same content; it may be given these.
    Copy { parameters: &'static [&'static str] },
    /// Moves a policy of the catalog to another place among those of its family.
    Reorder,
    /// Makes an intent from a template.
    CreateInstance,
}

/// How the objects are told that every tenant has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BuiltIn {
    None,
    /// This property is true.
    True(&'static str),
    /// This property has this text.
    Is(&'static str, &'static str),
    /// The priority is 0.
    First,
}

impl BuiltIn {
    /// Whether it tells that the object is one of them.
    pub(crate) fn tells(self, object: &Value) -> bool {
        match self {
            BuiltIn::None => false,
            BuiltIn::True(name) => object[name] == true,
            BuiltIn::Is(name, text) => object[name] == text,
            BuiltIn::First => object["priority"] == 0,
        }
    }
}

impl Rule {
    /// The usual collection of Intune.
    const fn intune(path: &'static str) -> Self {
        Self {
            path,
            created: Some(201),
            required: &["displayName"],
            not_created: &[],
            passed_over: &[],
            synced: &[],
            patched: Some(200),
            not_patched: &[],
            replaced: false,
            removed: Some(200),
            assigned: 200,
            with_parts: &[],
            parts: &[],
            starts: &[],
            actions: &[],
            built_in: BuiltIn::None,
            approval: "tenantConfiguration",
        }
    }

    /// The usual collection of the directory.
    const fn entra(path: &'static str) -> Self {
        Self { patched: Some(204), removed: Some(204), approval: "", ..Self::intune(path) }
    }

    /// Objects that a token, a partner or the service makes.
    const fn read_only(path: &'static str) -> Self {
        Self { created: None, patched: None, removed: None, ..Self::intune(path) }
    }

    /// The first property of the body that must not be in it.
    pub(crate) fn refused(names: &[&'static str], body: &Map<String, Value>) -> Option<&'static str> {
        let given = |name: &&&str| body.get(**name).is_some_and(|value| !value.is_null() && value != "");
        names.iter().find(given).copied()
    }
}

/// The rule of a collection.
pub(crate) fn of(path: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.path == path)
}

fn all() -> impl Iterator<Item = &'static Rule> {
    [configuration::RULES, apps::RULES, enrolment::RULES, tenant_administration::RULES, entra::RULES]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{collections, schema};

    #[test]
    fn a_rule_is_of_a_collection_and_names_published_properties() {
        for rule in all() {
            assert!(rule.starts.iter().all(|(_, text)| serde_json::from_str::<Value>(text).is_ok()), "{}", rule.path);
            let kind = collections::kind(rule.path).unwrap_or_else(|| panic!("{} is no collection", rule.path));
            assert!(rule.created.is_none() || kind.union.is_empty(), "{} is made of others", rule.path);
            let Some(declared) = collections::declared_type(rule.path).and_then(schema::structure) else {
                continue;
            };
            let required = rule.required.iter().filter(|_| rule.created.is_some());
            let named = required.chain(rule.not_created).chain(rule.not_patched).chain(rule.passed_over);
            let unknown: Vec<_> = named.filter(|name| !schema::known_to(declared.name, name)).collect();
            assert!(unknown.is_empty(), "{}: {} has no {unknown:?}", rule.path, declared.name);
        }
    }
}
