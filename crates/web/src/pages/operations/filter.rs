//! The filters of the operations list, as they stand in its address.

use app::operations::{ALL_BUT, NAMES, OUTCOMES, RunQuery, SYSTEM, WHEN};
use maud::{Markup, html};
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

/// What a link to another page of the same list keeps: the filter, and the view that it came from.
pub(super) fn kept(asked: &Fields) -> Fields {
    asked.only(&NAMES).and_all("view", asked.all("view"))
}

/// "last 30 days".
pub(super) fn when_words(asked: &Fields) -> &'static str {
    query(asked).when().1
}

/// What can be chosen from beside the fixed words.
pub(super) struct Choices {
    /// Everybody who has started a run here.
    pub(super) initiators: Vec<(UserId, String)>,
    /// Codes of items.
    pub(super) codes: Vec<String>,
}

/// The filter row.
pub(super) fn filter_row(asked: &Fields, action: &str, me: UserId, choices: &Choices) -> Filters {
    Filters {
        id: "ops".into(),
        label: "Filter operations".into(),
        action: action.to_owned(),
        target: "ops-live".into(),
        search: Some(SearchField {
            name: "q".into(),
            label: "Find by label, target or run id".into(),
            placeholder: "Label, target or run id".into(),
            value: asked.text("q").into(),
        }),
        choices: vec![
            types(asked),
            several(
                "status",
                "Status",
                STATUSES.iter().map(|(value, words)| ((*value).into(), (*words).into())),
                asked,
            ),
            several(
                "outcome",
                "Outcome",
                OUTCOMES.iter().map(|(value, words)| (value.to_string(), crate::frame::capital(words))),
                asked,
            ),
            one("who", "Started by", who(asked, me, &choices.initiators)),
            one("when", "Started", when(asked)),
            one("code", "Item code", codes(asked, &choices.codes)),
        ],
        hidden: asked.all("view").map(|view| ("view".to_owned(), view.to_owned())).collect(),
    }
}

/// The types of the catalogue, and those that only the address knows.
fn types(asked: &Fields) -> Choice {
    let known = app::catalogue::DEFINITIONS.iter().map(|each| (each.run_type.to_owned(), each.label.to_owned()));
    let others = asked.all("type").filter(|name| app::catalogue::DEFINITIONS.iter().all(|each| each.run_type != *name));
    let known = known.chain(others.map(|name| (name.to_owned(), name.to_owned())));
    let mut choice = several("type", "Type", known, asked);
    if asked.has("types", ALL_BUT) {
        choice.summary = format!("all but {}", choice.summary);
    }
    choice
}

/// Turns the choice of types round: all but these.
pub(super) fn all_but_line(asked: &Fields) -> Markup {
    html! { label.sep-t { input type="checkbox" name="types" value=(ALL_BUT) checked[asked.has("types", ALL_BUT)]; "All but the chosen ones" } }
}

fn who(asked: &Fields, me: UserId, initiators: &[(UserId, String)]) -> Vec<(String, String, bool)> {
    let line = |value: &str, words: &str| (value.to_owned(), words.to_owned(), asked.text("who") == value);
    let others = initiators.iter().filter(|(user, _)| *user != me);
    let mut lines = vec![line("", "Anyone"), line("me", "Me")];
    lines.extend(others.map(|(user, name)| line(&user.to_string(), name)));
    lines.push(line(SYSTEM, "Schedules and the system"));
    lines
}

fn when(asked: &Fields) -> Vec<(String, String, bool)> {
    let chosen = query(asked).when().0;
    WHEN.into_iter().map(|(value, words, _)| (value.to_owned(), words.to_owned(), chosen == value)).collect()
}

fn codes(asked: &Fields, known: &[String]) -> Vec<(String, String, bool)> {
    let chosen = asked.text("code");
    let mut lines = vec![(String::new(), "Any".to_owned(), chosen.is_empty())];
    lines.extend(known.iter().map(|code| (code.clone(), code.clone(), code == chosen)));
    if !chosen.is_empty() && known.iter().all(|code| code != chosen) {
        lines.push((chosen.to_owned(), chosen.to_owned(), true));
    }
    lines
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
