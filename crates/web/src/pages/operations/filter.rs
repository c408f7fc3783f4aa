//! The filters of the operations list, as they stand in its address.

use model::ids::UserId;
use model::run::Outcome;
use store::RunFilter;

use crate::fields::Fields;
use crate::kit::filter::{Choice, Filters, SearchField};

/// Names that filter; everything else in an address is about paging or toasts.
pub(super) const NAMES: [&str; 7] = ["q", "type", "status", "outcome", "who", "when", "code"];

/// Value, words, length in milliseconds.
const WHEN: [(&str, &str, Option<i64>); 6] = [
    ("1h", "last hour", Some(3_600_000)),
    ("24h", "last 24 hours", Some(86_400_000)),
    ("7d", "last 7 days", Some(7 * 86_400_000)),
    ("30d", "last 30 days", Some(30 * 86_400_000)),
    ("90d", "last 90 days", Some(90 * 86_400_000)),
    ("all", "any time", None),
];
const WHEN_DEFAULT: usize = 3;

/// Outcomes with their words, the active ones first.
pub(super) const OUTCOMES: [(Outcome, &str); 6] = [
    (Outcome::Pending, "active"),
    (Outcome::Succeeded, "succeeded"),
    (Outcome::PartiallySucceeded, "partially succeeded"),
    (Outcome::Failed, "failed"),
    (Outcome::Blocked, "blocked"),
    (Outcome::Cancelled, "cancelled"),
];

const STATUSES: [(&str, &str); 3] = [("queued", "Queued"), ("running", "Running"), ("completed", "Completed")];

/// The store's filter. A word that is none is left out, never guessed.
pub(crate) fn run_filter(asked: &Fields, me: UserId, now_ms: i64) -> RunFilter {
    let initiator = asked.get("who").and_then(|who| if who == "me" { Some(me) } else { who.parse().ok() });
    RunFilter {
        types: asked.all("type").map(str::to_owned).collect(),
        exclude_types: Vec::new(),
        statuses: asked.all("status").filter_map(|word| word.parse().ok()).collect(),
        outcomes: asked.all("outcome").filter_map(|word| word.parse().ok()).collect(),
        initiator,
        since_ms: when(asked).2.map(|length| now_ms - length),
        item_code: asked.get("code").map(str::to_owned),
        text: asked.get("q").map(str::to_owned),
    }
}

fn when(asked: &Fields) -> (&'static str, &'static str, Option<i64>) {
    WHEN.into_iter().find(|(value, ..)| asked.get("when") == Some(value)).unwrap_or(WHEN[WHEN_DEFAULT])
}

/// "last 30 days".
pub(super) fn when_words(asked: &Fields) -> &'static str {
    when(asked).1
}

/// The filter row.
pub(super) fn filter_row(asked: &Fields, action: &str, me: UserId, initiators: &[(UserId, String)]) -> Filters {
    let who: Vec<_> = [
        (String::new(), "Anyone".to_owned(), asked.get("who").is_none()),
        ("me".to_owned(), "Me".to_owned(), asked.has("who", "me")),
    ]
    .into_iter()
    .chain(initiators.iter().filter(|(user, _)| *user != me).map(|(user, name)| {
        let value = user.to_string();
        let chosen = asked.has("who", &value);
        (value, name.clone(), chosen)
    }))
    .collect();
    let time = WHEN
        .into_iter()
        .map(|(value, words, _)| (value.to_owned(), words.to_owned(), when(asked).0 == value))
        .collect();
    Filters {
        id: "ops".into(),
        label: "Filter operations".into(),
        action: action.to_owned(),
        target: "ops".into(),
        search: Some(SearchField {
            name: "q".into(),
            label: "Find by label, target or run id".into(),
            placeholder: "Label, target or run id".into(),
            value: asked.text("q").into(),
        }),
        choices: vec![
            several(
                "type",
                "Type",
                app::catalogue::DEFINITIONS.iter().map(|each| (each.run_type.to_owned(), each.label.to_owned())),
                asked,
            ),
            several(
                "status",
                "Status",
                STATUSES.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())),
                asked,
            ),
            several(
                "outcome",
                "Outcome",
                OUTCOMES.iter().map(|(value, words)| (value.to_string(), crate::frame::capital(words))),
                asked,
            ),
            one("who", "Started by", who),
            one("when", "Started", time),
        ],
        hidden: asked.get("code").map(|code| ("code".to_owned(), code.to_owned())).into_iter().collect(),
    }
}

fn several(name: &str, label: &str, options: impl Iterator<Item = (String, String)>, asked: &Fields) -> Choice {
    let options: Vec<_> = options
        .map(|(value, words)| {
            let chosen = asked.has(name, &value);
            (value, words, chosen)
        })
        .collect();
    Choice { name: name.into(), label: label.into(), summary: summary(&options), single: false, options }
}

fn one(name: &str, label: &str, options: Vec<(String, String, bool)>) -> Choice {
    let summary = options.iter().find(|(.., chosen)| *chosen).map_or("any", |(_, words, _)| words).to_lowercase();
    Choice { name: name.into(), label: label.into(), summary, single: true, options }
}

/// "any", the only chosen one, or "2 of 5".
pub(crate) fn summary(options: &[(String, String, bool)]) -> String {
    let chosen: Vec<_> = options.iter().filter(|(.., chosen)| *chosen).collect();
    match chosen.as_slice() {
        [] => "any".to_owned(),
        [(_, words, _)] => words.clone(),
        several => format!("{} of {}", several.len(), options.len()),
    }
}
