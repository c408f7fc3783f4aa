//! The words of a filter on runs: the same in an address, a saved view, an export and on the command line.

use std::collections::BTreeMap;

use model::AppError;
use model::ids::UserId;
use model::run::{Outcome, Status};
use store::RunFilter;

use crate::catalogue::definition;

/// What can be filtered by. Everything else in an address is about paging or toasts.
pub const NAMES: [&str; 8] = ["q", "type", "types", "status", "outcome", "who", "when", "code"];

/// When a run was started: value, words, length in milliseconds.
pub const WHEN: [(&str, &str, Option<i64>); 6] = [
    ("1h", "last hour", Some(3_600_000)),
    ("24h", "last 24 hours", Some(86_400_000)),
    ("7d", "last 7 days", Some(7 * 86_400_000)),
    ("30d", "last 30 days", Some(30 * 86_400_000)),
    ("90d", "last 90 days", Some(90 * 86_400_000)),
    ("all", "any time", None),
];
const WHEN_DEFAULT: usize = 3;

/// Outcomes with their words, the active ones first.
pub const OUTCOMES: [(Outcome, &str); 6] = [
    (Outcome::Pending, "active"),
    (Outcome::Succeeded, "succeeded"),
    (Outcome::PartiallySucceeded, "partially succeeded"),
    (Outcome::Failed, "failed"),
    (Outcome::Blocked, "blocked"),
    (Outcome::Cancelled, "cancelled"),
];

/// The value of `types` that turns the chosen types round.
pub const ALL_BUT: &str = "but";
/// The value of `who` for runs that no person has started.
pub const SYSTEM: &str = "system";
/// The value of `who` for whoever looks.
const ME: &str = "me";
/// Longest filter, in bytes of its values.
const BYTES_MAX: usize = 4_000;

/// Names and values, each value once and sorted, so that equal filters are equal texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunQuery(BTreeMap<String, Vec<String>>);

impl RunQuery {
    /// Takes what filters by its name and leaves the rest.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut words: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            let value = if name == "q" { value.trim() } else { value };
            // What holds anyway is not said, so that a filter with it is the same as one without.
            let holds_anyway = name == "when" && value == WHEN[WHEN_DEFAULT].0;
            if NAMES.contains(&name) && !value.is_empty() && !holds_anyway {
                words.entry(name.to_owned()).or_default().push(value.to_owned());
            }
        }
        words.values_mut().for_each(|values| {
            values.sort();
            values.dedup();
        });
        Self(words)
    }

    /// The same from what was stored or sent.
    pub fn from_map(words: &BTreeMap<String, Vec<String>>) -> Self {
        Self::of(pairs(words))
    }

    /// As it is stored and sent.
    pub fn as_map(&self) -> &BTreeMap<String, Vec<String>> {
        &self.0
    }

    /// Name and value, one after the other.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.0)
    }

    fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    /// The same without "me" in it, for who reads it later.
    #[must_use]
    pub fn said_by(mut self, me: Option<UserId>) -> Self {
        if let (Some(me), Some(who)) = (me, self.0.get_mut("who")) {
            who.iter_mut().filter(|who| *who == ME).for_each(|who| *who = me.to_string());
        }
        self
    }

    /// The store's filter. A word that is none is left out here, never guessed; [`Self::unknown`] names it.
    pub fn filter(&self, me: Option<UserId>, now_ms: i64) -> RunFilter {
        let types = self.all("type").to_vec();
        let (types, exclude_types) =
            if self.first("types") == Some(ALL_BUT) { (Vec::new(), types) } else { (types, Vec::new()) };
        let who = self.first("who");
        RunFilter {
            types,
            exclude_types,
            statuses: self.all("status").iter().filter_map(|word| word.parse().ok()).collect(),
            outcomes: self.all("outcome").iter().filter_map(|word| word.parse().ok()).collect(),
            initiator: who.and_then(|who| if who == ME { me } else { who.parse().ok() }),
            by_no_person: who == Some(SYSTEM),
            since_ms: self.when().2.map(|length| now_ms - length),
            item_code: self.first("code").map(str::to_owned),
            text: self.first("q").map(str::to_owned),
        }
    }

    /// When the runs were started; the last 30 days where nothing is said.
    pub fn when(&self) -> (&'static str, &'static str, Option<i64>) {
        WHEN.into_iter().find(|(value, ..)| self.first("when") == Some(value)).unwrap_or(WHEN[WHEN_DEFAULT])
    }

    /// What this version does not know, as `name=value`. A type that it does not know may still have runs.
    pub fn unknown(&self) -> Vec<String> {
        let known = |name: &str, value: &str| match name {
            "status" => value.parse::<Status>().is_ok(),
            "outcome" => value.parse::<Outcome>().is_ok(),
            "who" => value == ME || value == SYSTEM || value.parse::<UserId>().is_ok(),
            "when" => WHEN.iter().any(|(when, ..)| *when == value),
            "types" => value == ALL_BUT,
            _ => true,
        };
        let several = |name: &str| !["type", "status", "outcome"].contains(&name) && self.all(name).len() > 1;
        self.pairs()
            .filter(|(name, value)| !known(name, value) || several(name))
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    /// Refused when a part of it means nothing: a filter that is kept, or whose rows leave the page, must not be wider
    /// than what was asked for.
    pub fn checked(self) -> Result<Self, AppError> {
        let unknown = self.unknown();
        if !unknown.is_empty() {
            let why = format!("The filter says something that TenantAtlas does not know: {}", unknown.join(", "));
            return Err(AppError::invalid("filter.unknown", why).hint("Choose the filter again on the Operations page"));
        }
        let control = self.pairs().any(|(_, value)| value.chars().any(char::is_control));
        if control || self.pairs().map(|(_, value)| value.len()).sum::<usize>() > BYTES_MAX {
            let why = format!("A filter has at most {BYTES_MAX} bytes, without line breaks or control characters");
            return Err(AppError::invalid("filter.too_long", why).hint("Use a shorter text"));
        }
        Ok(self)
    }

    /// For a person: "failed, last 7 days". `name_of` knows people.
    pub fn words(&self, name_of: impl Fn(&str) -> Option<String>) -> String {
        let labels = |values: &[String], label: &dyn Fn(&str) -> String| {
            values.iter().map(|value| label(value)).collect::<Vec<_>>().join(" or ")
        };
        let type_label = |value: &str| definition(value).map_or(value, |found| found.label).to_owned();
        let outcome = |value: &str| {
            let found = OUTCOMES.iter().find(|(outcome, _)| outcome.to_string() == value);
            found.map_or(value, |(_, words)| words).to_owned()
        };
        let who = |value: &str| match value {
            ME => "by whoever looks".to_owned(),
            SYSTEM => "by no person".to_owned(),
            other => format!("by {}", name_of(other).as_deref().unwrap_or("somebody")),
        };
        let but = if self.first("types") == Some(ALL_BUT) { "all but " } else { "" };
        let parts = [
            (
                self.all("type"),
                &(|list: &[String]| format!("{but}{}", labels(list, &type_label))) as &dyn Fn(&[String]) -> String,
            ),
            (self.all("status"), &|list| labels(list, &str::to_owned)),
            (self.all("outcome"), &|list| labels(list, &outcome)),
            (self.all("who"), &|list| labels(list, &who)),
            (self.all("code"), &|list| format!("with {}", labels(list, &str::to_owned))),
            (self.all("q"), &|list| format!("“{}”", labels(list, &str::to_owned))),
        ];
        let mut said: Vec<_> = parts.iter().filter(|(list, _)| !list.is_empty()).map(|(list, say)| say(list)).collect();
        said.push(self.when().1.to_owned());
        said.join(", ")
    }
}

fn pairs(words: &BTreeMap<String, Vec<String>>) -> impl Iterator<Item = (&str, &str)> {
    words.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> RunQuery {
        RunQuery::of(pairs.iter().copied())
    }

    #[test]
    fn equal_filters_are_equal_whatever_their_order() {
        let one = query(&[("outcome", "failed"), ("type", "b"), ("type", "a"), ("before", "x"), ("q", " ")]);
        let other = query(&[("type", "a"), ("type", "b"), ("type", "a"), ("outcome", "failed")]);
        assert_eq!(one, other);
        assert_eq!(RunQuery::from_map(one.as_map()), one);
        assert_eq!(query(&[("when", "30d")]), RunQuery::default());
    }

    #[test]
    fn what_means_nothing_is_named_and_refused_where_it_would_widen() {
        let wrong = query(&[
            ("outcome", "exploded"),
            ("when", "yesterday"),
            ("who", "usr_x"),
            ("who", "me"),
            ("status", "queued"),
        ]);
        assert_eq!(wrong.unknown(), ["outcome=exploded", "when=yesterday", "who=me", "who=usr_x"]);
        assert_eq!(wrong.checked().unwrap_err().code, "filter.unknown");
        assert_eq!(query(&[("q", "a\nb")]).checked().unwrap_err().code, "filter.too_long");
        assert!(query(&[("type", "removed.type"), ("when", "all")]).checked().is_ok());
    }

    #[test]
    fn types_can_be_left_out_and_nobody_can_be_the_initiator() {
        let filter = query(&[("type", "a"), ("types", "but"), ("who", "system")]).filter(None, 0);
        assert_eq!((filter.types.len(), filter.exclude_types), (0, vec!["a".to_owned()]));
        assert!(filter.by_no_person && filter.initiator.is_none());
        assert_eq!(filter.since_ms, Some(-30 * 86_400_000));
    }

    #[test]
    fn words_are_for_people() {
        let words = |pairs: &[(&str, &str)]| query(pairs).words(|_| None);
        assert_eq!(words(&[]), "last 30 days");
        assert_eq!(
            words(&[
                ("outcome", "pending"),
                ("type", "inventory.sync"),
                ("who", "system"),
                ("when", "all"),
                ("q", "x")
            ]),
            "Sync inventory, active, by no person, “x”, any time"
        );
    }
}
