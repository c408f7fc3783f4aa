//! The filters of the operations list, as they stand in its address.

use app::operations::{OUTCOMES, RunQuery, WHEN};
use model::ids::UserId;
use store::RunFilter;

use crate::fields::Fields;
use crate::kit::filter::{Choice, Filters, SearchField};

const STATUSES: [(&str, &str); 3] = [("queued", "Queued"), ("running", "Running"), ("completed", "Completed")];

/// What the address filters by.
pub(crate) fn query(asked: &Fields) -> RunQuery {
    RunQuery::of(asked.pairs())
}

/// The store's filter of an address.
pub(crate) fn run_filter(asked: &Fields, me: UserId, now_ms: i64) -> RunFilter {
    query(asked).filter(Some(me), now_ms)
}

/// "last 30 days".
pub(super) fn when_words(asked: &Fields) -> &'static str {
    query(asked).when().1
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
        .map(|(value, words, _)| (value.to_owned(), words.to_owned(), query(asked).when().0 == value))
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
