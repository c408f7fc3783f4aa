//! The words of a filter on the inventory: the same in an address, in a run's inputs and on the command line.

use model::AppError;
use model::registry::Registry;
use model::registry::content::Reference;
use model::search::SearchText;
use serde::{Deserialize, Serialize};
use store::InventoryFilter;

/// What can be filtered by.
pub const OBJECT_NAMES: [&str; 7] = ["q", "type", "platform", "state", "changed", "group", "uses"];

/// When the content changed: value, words, length in milliseconds.
pub const CHANGED: [(&str, &str, Option<i64>); 4] = [
    ("", "any time", None),
    ("24h", "last 24 hours", Some(86_400_000)),
    ("7d", "last 7 days", Some(7 * 86_400_000)),
    ("30d", "last 30 days", Some(30 * 86_400_000)),
];

const MISSING: &str = "missing";
const INCOMPLETE: &str = "incomplete";
/// Longest filter, in bytes of its values.
const BYTES_MAX: usize = 4_000;

/// Which objects. Lists are sorted, so that equal filters are equal inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty")]
    types: Vec<String>,
    #[serde(rename = "platform", skip_serializing_if = "Vec::is_empty")]
    platforms: Vec<String>,
    #[serde(rename = "state", skip_serializing_if = "Vec::is_empty")]
    states: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// `kind/id` of an object that they name.
    #[serde(skip_serializing_if = "Option::is_none")]
    uses: Option<String>,
}

impl ObjectQuery {
    /// Takes what filters by its name and leaves the rest. Of a name that has one value, the first one counts.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match name {
                "q" => drop(query.q.get_or_insert_with(|| value.to_owned())),
                "type" => query.types.push(value.to_owned()),
                "platform" => query.platforms.push(value.to_owned()),
                "state" => query.states.push(value.to_owned()),
                "changed" => drop(query.changed.get_or_insert_with(|| value.to_owned())),
                "group" => drop(query.group.get_or_insert_with(|| value.to_owned())),
                "uses" => drop(query.uses.get_or_insert_with(|| value.to_owned())),
                _ => {}
            }
        }
        for list in [&mut query.types, &mut query.platforms, &mut query.states] {
            list.sort();
            list.dedup();
        }
        query
    }

    /// What is searched for, if anything is.
    pub fn search(&self) -> Result<Option<SearchText>, AppError> {
        self.q.as_deref().map_or(Ok(None), SearchText::parse)
    }

    /// The store's filter without what is searched for. A word that is none is left out here, never guessed;
    /// [`Self::checked`] refuses it.
    pub(super) fn filter(&self, now_ms: i64) -> InventoryFilter {
        let has = |state: &str| self.states.iter().any(|each| each == state).then_some(true);
        InventoryFilter {
            named: None,
            types: self.types.clone(),
            platforms: self.platforms.clone(),
            categories: Vec::new(),
            found: None,
            changed_since: self.changed().2.map(|length| now_ms - length),
            missing: has(MISSING),
            incomplete: has(INCOMPLETE),
            assigned_to: self.group.clone(),
            naming: self.uses.as_deref().and_then(named),
        }
    }

    fn changed(&self) -> (&'static str, &'static str, Option<i64>) {
        CHANGED.into_iter().find(|(value, ..)| self.changed.as_deref() == Some(*value)).unwrap_or(CHANGED[0])
    }

    /// Refused when a part of it means nothing: what acts on many must not act on more than was asked for.
    pub fn checked(self) -> Result<Self, AppError> {
        let unknown_state = self.states.iter().find(|state| ![MISSING, INCOMPLETE].contains(&state.as_str()));
        let unknown_type = self.types.iter().find(|key| Registry::embedded().get(key).is_none());
        let unknown_object = self.uses.as_ref().filter(|uses| named(uses).is_none());
        let unknown_time = self.changed.as_ref().filter(|_| self.changed().0.is_empty());
        for (name, value) in
            [("state", unknown_state), ("type", unknown_type), ("changed", unknown_time), ("uses", unknown_object)]
        {
            if let Some(value) = value {
                let why = format!("The filter says something that TenantAtlas does not know: {name}={value}");
                return Err(
                    AppError::invalid("filter.unknown", why).hint("Choose the filter again on the Inventory page")
                );
            }
        }
        let values = || self.values();
        if values().any(|value| value.chars().any(char::is_control))
            || values().map(str::len).sum::<usize>() > BYTES_MAX
        {
            let why = format!("A filter has at most {BYTES_MAX} bytes, without line breaks or control characters");
            return Err(AppError::invalid("filter.too_long", why).hint("Use a shorter text"));
        }
        self.search()?;
        Ok(self)
    }

    fn values(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.types, &self.platforms, &self.states].into_iter().flatten();
        lists.chain([&self.q, &self.changed, &self.group, &self.uses].into_iter().flatten()).map(String::as_str)
    }

    /// For a person: "Scope tags, missing, “pilot”"; nothing when everything fits.
    pub fn words(&self) -> String {
        let types = self.types.iter().map(|key| Registry::embedded().label(key).to_owned()).collect::<Vec<_>>();
        let lists = [types.join(" or "), self.platforms.join(" or "), self.states.join(" and ")];
        let changed = self.changed().2.map(|_| format!("changed in the {}", self.changed().1));
        let group = self.group.as_ref().map(|group| format!("assigned to {group}"));
        let uses = self.uses.as_ref().map(|uses| format!("using {uses}"));
        let text = self.q.as_ref().map(|text| format!("“{text}”"));
        let parts = lists.into_iter().chain(changed).chain(group).chain(uses).chain(text);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// `kind/id`: a type, or `external:` and a word.
fn named(text: &str) -> Option<Reference> {
    let (kind, external_id) = text.split_once('/')?;
    let known = Registry::embedded().get(kind).is_some() || kind.starts_with("external:");
    (known && !external_id.is_empty()).then(|| Reference { kind: kind.to_owned(), external_id: external_id.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::ObjectQuery;

    #[test]
    fn equal_filters_are_equal_inputs_and_come_back_from_them() {
        let one = ObjectQuery::of([("type", "b"), ("type", "a"), ("after", "x"), ("q", " ")]);
        let other = ObjectQuery::of([("type", "a"), ("type", "b"), ("type", "a")]);
        let inputs = serde_json::to_value(&one).unwrap();
        assert_eq!((&inputs, &one), (&serde_json::to_value(&other).unwrap(), &other));
        assert_eq!(serde_json::from_value::<ObjectQuery>(inputs).unwrap(), one);
    }

    #[test]
    fn what_means_nothing_is_refused_where_it_would_widen() {
        let code = |name: &str, value: &str| ObjectQuery::of([(name, value)]).checked().map_err(|error| error.code);
        for (name, value) in [("state", "lost"), ("type", "nonsense"), ("changed", "yesterday")] {
            assert_eq!(code(name, value), Err("filter.unknown"), "{name}={value}");
        }
        for value in ["scopeTags", "nonsense/0", "scopeTags/"] {
            assert_eq!(code("uses", value), Err("filter.unknown"), "{value}");
        }
        assert_eq!(code("q", &"x".repeat(5_000)), Err("filter.too_long"));
        assert_eq!(code("q", "***"), Err("search.no_word"));
        assert!(ObjectQuery::of([("state", "missing"), ("type", "scopeTags"), ("changed", "7d")]).checked().is_ok());
    }

    #[test]
    fn words_are_for_people() {
        let query = ObjectQuery::of([("type", "scopeTags"), ("state", "missing"), ("changed", "7d"), ("q", "pilot")]);
        assert_eq!(query.words(), "Scope tag, missing, changed in the last 7 days, “pilot”");
        assert_eq!(ObjectQuery::default().words(), "");
    }
}
